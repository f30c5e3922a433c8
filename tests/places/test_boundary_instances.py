"""Other instances of each kind of boundary fault: every one ends as is right, for every reader."""

from __future__ import annotations

import re
import warnings

import pytest
from boundary_instances import INSTANCES
from boundary_mutator import truth
from boundary_study import FOREIGN, outcome

from lokus.cli import main
from lokus.errors import InputError
from lokus.places.boundaries import read_boundaries

WORDS = {"lapisan": "layer", "kolom": "columns", "kode_kabupaten": "kabupaten", "pengodean": "encoding"}


def read(one, folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return read_boundaries(one.write(folder), **{WORDS.get(k, k): v for k, v in one.stated.items()})


@pytest.mark.parametrize("name", INSTANCES)
def test_each_instance_is_right_blocked_or_refused_as_it_should(name: str, tmp_path) -> None:
    one = INSTANCES[name]
    if one.outcome == "refused":
        with pytest.raises(InputError) as refused:
            read(one, tmp_path)
        assert re.search(one.says, str(refused.value), re.DOTALL), refused.value
        assert refused.value.remedy
        assert not FOREIGN.search(str(refused.value))
        return
    found = read(one, tmp_path)
    held = [f"{f.message}\n{f.remedy}" for f in found.findings if f.level == "blocking"]
    if one.outcome == "blocked":
        # What only the tables can contradict is blocked by the study, which the slow test sees.
        assert any(re.search(one.says, text, re.DOTALL) for text in held) or "exchanged" in name
        return
    assert not held
    assert set(truth(one.kabupaten)["kode"]) <= set(found.villages.index)
    assert not one.says or one.says in {f.check for f in found.findings}
    names = found.villages["desa"].reindex(truth(one.kabupaten)["kode"])
    if not one.says.startswith("batas.no_name"):
        wrong = names[names.to_numpy() != truth(one.kabupaten)["desa"].to_numpy()]
        assert set(wrong) <= {"Suka Jayá"}


@pytest.mark.slow
@pytest.mark.parametrize("name", INSTANCES)
def test_study_check_and_draft_agree_about_each_instance(name: str, tmp_path, capsys) -> None:
    one = INSTANCES[name]
    path = one.write(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        became = outcome(path, one.kabupaten, one.stated)
        options = []
        for key, value in one.stated.items():
            if key == "kolom":
                options += ["--kolom", *(f"{part}={column}" for part, column in value.items())]
            else:
                options += [{"kode_kabupaten": "--kabupaten"}.get(key, f"--{key}"), str(value)]
        checked = main(["boundaries", "check", str(path), *options])
        study = tmp_path / "baru.toml"
        drafted = main(
            [
                "init",
                str(path),
                str(tmp_path / "data.csv"),
                "--tahun",
                "2026",
                "--kajian",
                str(study),
                *options,
            ]
        )
    capsys.readouterr()
    # A name that is unknown or spelt otherwise in the file is asked about by the join, not by the boundaries.
    asked = one.says in ("batas.no_name", "batas.encoding") and became == "blocked"
    assert became == one.outcome or asked
    assert (checked == 0) == (one.outcome == "right") or "exchanged" in name
    assert (drafted == 0) == (one.outcome != "refused")
    assert study.exists() == (drafted == 0)
