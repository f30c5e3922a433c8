from __future__ import annotations

import importlib.util

import pytest
import release

LOG = "# Changelog\n\n## 1.1.0 (unreleased)\n\n- Second.\n\n## 1.0.0 (2027-01-04)\n\n- First.\n"


def test_notes_are_those_of_the_version_alone():
    assert release.notes_of(LOG, "1.0.0") == "- First."
    assert release.notes_of(LOG, "1.1.0", rehearsal=True) == "- Second."


@pytest.mark.parametrize(("version", "what"), [("1.1.0", "no date"), ("2.0.0", "says nothing")])
def test_a_version_without_date_or_notes_is_no_release(version, what):
    with pytest.raises(release.ReleaseError, match=what):
        release.notes_of(LOG, version)


@pytest.mark.parametrize(
    ("names", "size"),
    [(["tests/test_cli.py"], 1), (["lokus/show/tests/x.py"], 1), (["lokus/kajian.py"], 3_000_001)],
)
def test_a_wheel_with_tests_or_too_large_is_refused(names, size):
    with pytest.raises(release.ReleaseError):
        release.refuse_wheel(names, size)


def test_a_copyleft_licence_is_refused_and_others_are_not(monkeypatch):
    monkeypatch.setattr(release, "licence_of", lambda _name: "BSD-3-Clause")
    assert "| shapely |" in release._licences()
    monkeypatch.setattr(release, "licence_of", lambda name: "GPL-3.0-only" if name == "shapely" else "MIT")
    with pytest.raises(release.ReleaseError, match="shapely is under GPL"):
        release._licences()


def test_no_package_that_lokus_needs_is_copyleft():
    assert release._licences().count("\n") > 40


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("twine") is None, reason="the tools of a release are installed by make release"
)
def test_a_rehearsed_release_is_built_checked_and_described(monkeypatch, tmp_path, root):
    monkeypatch.setattr(release, "ROOT", root)
    assert release.main(["--rehearsal"]) == 0
    folder = root / "dist" / release.lokus.__version__
    assert {path.suffix for path in folder.iterdir()} == {".whl", ".gz", ".json", ".md"}
