"""Read scenarios: the keys of a study file that a trial on the interactive page changes."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.errors import LokusError, StudyFileError, name_some
from lokus.files import is_there
from lokus.findings import Where
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lokus.settings import Settings

__all__ = ["Scenario", "read_scenario", "scenario_from_mapping"]

_LARGEST_FILE = 1_000_000  # bytes
_HEAD = "skenario"
_SECTIONS = ("skor", "pilihan")
# Alternative keys: stating one of them removes the others from the study.
_INSTEAD = (
    ("skor.bobot", "skor.pembobotan", "skor.indikator", "skor.ahp"),
    ("pilihan.maks_kecamatan", "pilihan.tepat_kecamatan"),
    ("pilihan.tepat_kecamatan", "pilihan.maks_kecamatan"),
)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """The changes of a trial.

    Parameters
    ----------
    name : str
    kabupaten, year : str, int
        Of its study.
    changes : mapping of section to mapping of key to value
        ``None`` removes a key.
    kode : tuple of str
        The list that the page found, ten-digit codes; empty where the file states none.
    file : str
        File it was read from, for messages.
    """

    name: str
    kabupaten: str
    year: int
    changes: Mapping[str, Mapping[str, Any]]
    kode: tuple[str, ...] = ()
    file: str = ""

    @property
    def slug(self) -> str:
        """Name as part of a file name.

        Examples
        --------
        >>> Scenario(name="Sanitasi 2×!", kabupaten="Kabupaten Contoh", year=2026, changes={}).slug
        'sanitasi-2'
        """
        plain = unicodedata.normalize("NFKD", self.name.lower())
        return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "percobaan"

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values for the lock, which :func:`scenario_from_mapping` reads as the same changes.

        The list of the page is left out: the lock names the list of the run.

        Examples
        --------
        >>> Scenario(
        ...     name="Uji", kabupaten="Kabupaten Contoh", year=2026,
        ...     changes={"pilihan": {"jumlah": 30, "maks_kecamatan": None}},
        ... ).to_mapping()["pilihan"]
        {'jumlah': 30}
        """
        stated = {
            section: {key: value for key, value in keys.items() if value is not None}
            for section, keys in self.changes.items()
        }
        removed = [
            f"{section}.{key}"
            for section, keys in self.changes.items()
            for key, value in keys.items()
            if value is None
        ]
        head = {"nama": self.name, "kabupaten": self.kabupaten, "tahun": self.year, "hapus": removed}
        return {_HEAD: head, **{section: keys for section, keys in stated.items() if keys}}

    def sections(self, settings: Settings) -> dict[str, dict[str, Any]]:
        """Return the sections to replace in the study, including its title and folder.

        Raises
        ------
        StudyFileError
            The scenario belongs to another study.
        """
        study = settings.study
        if (study.kabupaten, study.year) != (self.kabupaten, self.year):
            raise StudyFileError(
                _("the scenario is for {kabupaten} {year}, the study for {own} {own_year}").format(
                    kabupaten=self.kabupaten, year=self.year, own=study.kabupaten, own_year=study.year
                ),
                where=Where(file=self.file),
                remedy=_("name the study file from which the page was made"),
            )
        title = _("{title} – trial: {name}").format(title=study.title, name=self.name)
        return {
            **{section: dict(keys) for section, keys in self.changes.items()},
            "kajian": {"judul": title},
            "keluaran": {"folder": f"{settings.outputs.folder.rstrip('/')}-skenario-{self.slug}"},
        }

    def check_list(self, kode: Iterable[str]) -> None:
        """Raise where a list differs from the one found on the page.

        Raises
        ------
        LokusError
            Data or rules of the study have changed since the page was written.
        """
        found = set(kode)
        if not self.kode or set(self.kode) == found:
            return
        raise LokusError(
            _(
                "the scenario gives another list than its page: {missing} not chosen, {extra} chosen instead"
            ).format(
                missing=name_some(set(self.kode) - found) or "–",
                extra=name_some(found - set(self.kode)) or "–",
            ),
            where=Where(file=self.file),
            remedy=_(
                "the study has changed since the page was written: try the scenario on the page of the study "
                "as it is now, and save its file again"
            ),
        )  # fmt: skip


def read_scenario(path: str | Path) -> Scenario:
    r"""Read a scenario file.

    Parameters
    ----------
    path : str or Path
        TOML: ``[skenario]`` with ``nama``, ``kabupaten``, ``tahun``, ``hapus`` (keys to take out) and
        ``daftar`` (the list it gave); and the keys of ``[skor]`` and ``[pilihan]`` that it changes. Whether
        these are right is checked with the study.

    Raises
    ------
    StudyFileError
        The file is missing, no TOML, or no scenario.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "skenario.toml"
    >>> head = '[skenario]\nnama = "Lebih banyak"\nkabupaten = "Kabupaten Contoh"\ntahun = 2026\n'
    >>> _count = path.write_text(head + "[pilihan]\njumlah = 30\n", encoding="utf-8")
    >>> read_scenario(path).changes
    {'pilihan': {'jumlah': 30}}
    """
    path = Path(path)
    if not is_there(path):
        raise _wrong(path.name, _("the scenario file does not exist"), _("save it from the interactive page"))
    if path.stat().st_size > _LARGEST_FILE:
        raise _wrong(path.name, _("a file this large is no scenario"), _("save it from the interactive page"))
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _wrong(
            path.name,
            _("not valid TOML"),
            _("save the scenario again from the page ({detail})").format(detail=error),
        ) from error
    return scenario_from_mapping(raw, file=path.name)


def scenario_from_mapping(raw: Mapping[str, Any], *, file: str = "") -> Scenario:
    """Check plain values, as TOML gives them.

    Raises
    ------
    StudyFileError
        They are no scenario.

    Examples
    --------
    >>> head = {"nama": "Uji", "kabupaten": "Kabupaten Contoh", "tahun": 2026}
    >>> scenario_from_mapping({"skenario": head, "pilihan": {"tepat_kecamatan": 5}}).changes
    {'pilihan': {'maks_kecamatan': None, 'tepat_kecamatan': 5}}
    """
    raw = dict(raw)
    head = raw.pop(_HEAD, None)
    stated = head if isinstance(head, dict) else {}
    right = (
        isinstance(stated.get("nama"), str)
        and isinstance(stated.get("kabupaten"), str)
        and isinstance(stated.get("tahun"), int)
        and all(isinstance(key, str) for name in ("hapus", "daftar") for key in _items(stated.get(name, [])))
        and set(stated) <= {"nama", "kabupaten", "tahun", "hapus", "daftar"}
    )
    if not right:
        raise _wrong(
            file,
            _("[skenario] must state nama, kabupaten and tahun, and may state the texts of hapus and daftar"),
            _("save the scenario again from the page"),
        )
    removed = [str(key) for key in stated.get("hapus", [])]
    foreign = sorted(
        {*(set(raw) - set(_SECTIONS)), *(key for key in removed if key.split(".")[0] not in _SECTIONS)}
    )
    if foreign or not all(isinstance(section, dict) for section in raw.values()):
        raise _wrong(
            file,
            _("a scenario changes [skor] and [pilihan] only, not {keys}").format(
                keys=name_some(foreign) or ", ".join(raw)
            ),
            _("state other changes in the study file"),
        )
    changes: dict[str, dict[str, Any]] = {}
    stated_keys = {f"{section}.{key}" for section, keys in raw.items() for key in keys}
    for first, *others in _INSTEAD:
        if first in stated_keys:
            removed += [key for key in others if key not in stated_keys]
    for key in removed:
        section, _dot, name = key.partition(".")
        changes.setdefault(section, {})[name] = None
    for section, keys in raw.items():
        changes.setdefault(section, {}).update(keys)
    return Scenario(
        name=stated["nama"].strip() or _HEAD,
        kabupaten=stated["kabupaten"],
        year=stated["tahun"],
        changes=changes,
        kode=tuple(key.replace(".", "") for key in stated.get("daftar", [])),
        file=file,
    )


def _items(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [None]


def _wrong(file: str, what: str, remedy: str) -> StudyFileError:
    return StudyFileError(what, where=Where(file=file) if file else None, remedy=remedy)
