"""``[tema]``: the subject of a study other than stunting, with its own nouns, counts and classes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from lokus.i18n import gettext as _
from lokus.settings.base import Note, Number, Section, Text, Words
from lokus.subject import Subject, output_column, use_subject

__all__ = [
    "SERVED",
    "EnglishWords",
    "ThemeSettings",
    "catalogue_entries",
    "inner_keys",
    "inner_names",
    "outer_keys",
    "shipped_theme",
    "shipped_themes",
]

SERVED = "terlayani"
"""Inside lokus: those who have what the theme is about, where few of them are bad."""

_ESTIMATE = "perkiraan_kasus"
_CASES = "jumlah_kasus"
_KEY = re.compile(r"[a-z][a-z0-9_]*")
# Sections whose words and keys may name an indicator.
_NAMING = (
    "laju",
    "skor",
    "ketidakpastian",
    "kesenjangan",
    "tipologi",
    "katalog",
    "pola",
    "sasaran_penerima",
    "biaya",
)
_VERBS: Mapping[str, tuple[str, str, str, str, str]] = {
    "ukur": ("ukur", "diukur", "terukur", "mengukur", "pengukuran"),
    "data": ("data", "didata", "terdata", "mendata", "pendataan"),
    "periksa": ("periksa", "diperiksa", "terperiksa", "memeriksa", "pemeriksaan"),
}
_DONE = {"ukur": ("measure", "measured", "measuring", "measurement"),
         "data": ("record", "recorded", "recording", "recording"),
         "periksa": ("examine", "examined", "examining", "examination")}  # fmt: skip


class EnglishWords(Section):
    """``[tema.inggris]``: the same nouns for outputs in English."""

    name: Text | None = Field(None, alias="nama")
    unit: Text | None = Field(None, alias="satuan")
    case: Text | None = Field(None, alias="kasus")
    served: Text | None = Field(None, alias="terlayani")
    rate: Text | None = Field(None, alias="angka")
    effort: Text | None = Field(None, alias="upaya")
    team: Text | None = Field(None, alias="tim")


class ThemeSettings(Section):
    """``[tema]``: nouns, numerator and denominator, classes and worse end of a theme."""

    name: Text = Field(alias="nama")
    unit: Text = Field(alias="satuan")
    case: Text = Field(alias="kasus")
    served: Text | None = Field(None, alias="terlayani")
    numerator: Text | None = Field(None, alias="pembilang")
    denominator: Text | None = Field(None, alias="penyebut")
    total: Text | None = Field(None, alias="seluruh")
    worse: Annotated[Literal["high", "low"], Words(tinggi="high", rendah="low")] = Field(
        "high", alias="buruk"
    )
    rate: Text = Field("persentase", alias="angka")
    bands: tuple[Number, Number, Number, Number] | None = Field(None, alias="golongan")
    effort: Text | None = Field(None, alias="upaya")
    team: Text = Field("tim koordinasi", alias="tim")
    verb: Literal["ukur", "data", "periksa"] = Field("data", alias="kata_kerja")
    office: Note = Field("", alias="opd")
    action: Note = Field("", alias="intervensi")
    source: Note = Field("", alias="sumber")
    english: EnglishWords = Field(EnglishWords.model_validate({}), alias="inggris")

    @field_validator("numerator", "denominator", "total")
    @classmethod
    def _is_a_key(cls, key: str | None) -> str | None:
        if key is not None and not _KEY.fullmatch(key):
            raise ValueError(
                _('"{key}" is no key: small letters, digits and _ only, such as keluarga_miskin').format(
                    key=key
                )
            )
        return key

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if (self.numerator is None) != (self.denominator is None):
            raise ValueError(_("pembilang and penyebut belong together"))
        if self.total is not None and self.numerator is None:
            raise ValueError(_("seluruh needs pembilang and penyebut"))
        named = [key for key in (self.numerator, self.denominator, self.total) if key is not None]
        if len(set(named)) < len(named):
            raise ValueError(_("pembilang, penyebut and seluruh must be different keys"))
        if self.worse == "low" and self.numerator is not None and self.served is None:
            raise ValueError(
                _('buruk = "rendah" needs terlayani: what those are called whom pembilang counts')
            )
        if self.numerator is not None and self.bands is None:
            raise ValueError(
                _("golongan is missing: the four limits of the five classes on the map, in percent")
            )
        if self.bands is not None and not all(
            0 < low < high < 100 for low, high in zip(self.bands, self.bands[1:], strict=False)
        ):
            raise ValueError(_("golongan must be four rising limits between 0 and 100"))
        return self

    @cached_property
    def keys(self) -> dict[str, str]:
        """Map keys in the study file to keys inside lokus."""
        own = {_ESTIMATE: "anak_stunting", "kasus_pinjaman": "anak_pinjaman"}
        if self.numerator is not None:
            own[self.numerator] = "stunting" if self.worse == "high" else SERVED
        if self.worse == "low":
            own[_CASES] = "stunting"
        if self.denominator is not None:
            own[self.denominator] = "diukur"
        if self.total is not None:
            own[self.total] = "sasaran"
        return own

    @property
    def entries(self) -> dict[str, dict[str, Any]]:
        """Entries of the catalogue with the words of the theme."""
        en = self.english
        name, unit, case = (
            {"id": own, "en": other or own}
            for own, other in ((self.name, en.name), (self.unit, en.unit), (self.case, en.case))
        )
        rate = {"id": self.rate, "en": en.rate or "share"}
        done = {"id": _VERBS[self.verb][1], "en": _DONE[self.verb][1]}

        def both(text_id: str, text_en: str) -> dict[str, str]:
            return {"id": text_id[:1].upper() + text_id[1:], "en": text_en[:1].upper() + text_en[1:]}

        office = {"opd": self.office, "sumber": self.source}
        acts = {"intervensi": self.action, "satuan_kegiatan": self.unit, "jenis_intervensi": ""}
        found: dict[str, dict[str, Any]] = {
            "stunting": {
                "label": both(case["id"], case["en"]), "buruk": "tinggi", "satuan": self.unit,
                "jumlah_dari": [], **office,
            },
            "diukur": {
                "label": both(f"{unit['id']} {done['id']}", f"{unit['en']} {done['en']}"),
                "satuan": self.unit, **office,
            },
            "sasaran": {
                "label": both(f"seluruh {unit['id']}", f"all {unit['en']}"), "satuan": self.unit, **office,
            },
            "prevalensi_mentah": {
                "label": both(
                    f"{rate['id']} {name['id']} tercatat", f"{rate['en']} of {name['en']}, recorded"
                ),
                **office, **acts,
            },
            "prevalensi": {
                "label": both(
                    f"{rate['id']} {name['id']} (perkiraan)", f"{rate['en']} of {name['en']} (estimate)"
                ),
                "sebutan": {
                    "id": [f"{name['id']} tinggi", f"{name['id']} rendah"],
                    "en": [f"high {name['en']}", f"low {name['en']}"],
                },
                **office, **acts,
            },
            "anak_stunting": {
                "label": both(f"{case['id']} (perkiraan)", f"{case['en']} (estimate)"), "satuan": self.unit,
                **office, **acts,
            },
            "cakupan_pengukuran": {
                "label": both(f"cakupan {_VERBS[self.verb][4]}", f"coverage of {_DONE[self.verb][3]}"),
                "intervensi": f"{_VERBS[self.verb][3].capitalize()} {unit['id']} yang belum {done['id']}",
                "jenis_intervensi": "", "satuan_kegiatan": self.unit, **office,
            },
        }  # fmt: skip
        if self.served is not None:
            served = self.english.served or self.served
            found[SERVED] = {
                "label": both(self.served, served), "buruk": "tidak", "satuan": self.unit, "rentang": [0],
                **office,
            }  # fmt: skip
        return found

    @cached_property
    def subject(self) -> Subject:
        """Words, keys and classes of the outputs."""
        keys = {inner: outer for outer, inner in self.keys.items()}
        # Longer keys first: others begin with "stunting".
        own = tuple(sorted(keys.items(), key=_longest))
        return Subject(
            words=(("id", tuple(self._indonesian())), ("en", tuple(self._english()))),
            keys=own,
            bands=tuple(float(limit) for limit in self.bands or ()),
        )

    def _indonesian(self) -> list[tuple[str, str]]:
        name, unit, case, rate = self.name, self.unit, self.case, self.rate
        effort = self.effort or f"penanganan {name}"
        root, done, was, doing, act = _VERBS[self.verb]
        long, _open, short = self.team.partition(" (")
        return [
            (r"anak_stunting", _ESTIMATE),
            (
                r"intervensi spesifik mengatasi [^.]*\(Perpres 72/2021\)|intervensi spesifik menangani [^.]*",
                "jenis intervensi (spesifik, sensitif) diisi hanya bila berlaku bagi tema ini",
            ),
            (r"intervensi spesifik dan intervensi sensitif", "intervensi"),
            (r"Dinas Kesehatan dan puskesmas", self.office or "OPD yang " + doing),
            (r"puskesmas dan TPK|puskesmas", "petugas setempat"),
            (r"aksi konvergensi 1", "bahan perencanaan"),
            (r"tim percepatan penurunan stunting \(TPPS\)|tim percepatan penurunan stunting", self.team),
            (r"TPPS", short.rstrip(")") or long),
            (r"(?:percepatan )?(?:pencegahan dan )?penurunan stunting", effort),
            (r"audit kasus stunting \(AKS\)|audit kasus stunting", f"audit kasus {name}"),
            (r"keluarga berisiko stunting \(KRS\)|keluarga berisiko stunting", "keluarga berisiko (KRS)"),
            (r"(?:anak|balita) stuntingnya", f"jumlah {case}nya"),
            (r"(?:anak|balita) stunting", case),
            (r"(?:prevalensi|angka) stunting", f"{rate} {name}"),
            (r"stunting", name),
            (r"prevalensinya", f"{rate}nya"),
            (r"prevalensi", rate),
            (r"tidak seorang pun (?:balita|anak)", f"tidak satu pun {unit}"),
            (r"seorang anak", f"satu {unit}"),
            (r"baduta/balita|anak-anak|anak|balita", unit),
            (r"rekap e-PPGBM", f"rekap {act}"),
            (r"e-PPGBM|penimbangan", act),
            (r"kelas WHO", "kelas menurut kajian"),
            (r"mengukur", doing),
            (r"diukur", done),
            (r"terukur", was),
            (r"pengukuran", act),
            (r"ukur", root),
        ]

    def _english(self) -> list[tuple[str, str]]:
        en = self.english
        name, unit, case = en.name or self.name, en.unit or self.unit, en.case or self.case
        rate = en.rate or "share"
        effort = en.effort or f"action on {name}"
        do, done, doing, act = _DONE[self.verb]
        team = en.team or self.team
        short = team.partition(" (")[2].rstrip(")") or team
        return [
            (r"anak_stunting", _ESTIMATE),
            (
                r"specific interventions act on [^.]*",
                "the kind of the intervention (specific, sensitive) is stated where it applies to this theme",
            ),
            (r"specific and sensitive interventions", "interventions"),
            (r"health office and puskesmas", self.office or f"the office {doing} them"),
            (r"the puskesmas and the TPK|a puskesmas", "those who work there"),
            (r"convergence action 1", "for planning"),
            (r"team for faster reduction of stunting \(TPPS\)", team),
            (r"TPPS", short),
            (r"(?:faster )?reduction of stunting|stunting reduction", effort),
            (r"audit of stunting cases \(AKS\)", f"audit of cases of {name}"),
            (r"families at risk of stunting", "families at risk (KRS)"),
            (r"stunted children|stunted child|children stunted|stunting cases", case),
            (r"stunting rates|stunting prevalence", f"{rate} of {name}"),
            (r"are stunted|is stunted", f"are {case}"),
            (r"stunted", case),
            (r"stunting", name),
            (r"prevalence", rate),
            (r"children under two and under five|children under five|children|a child|no child|child", unit),
            (r"e-PPGBM", act),
            (r"WHO classes", "Classes as the study states them"),
            (r"unmeasured|not measured", f"not {done}"),
            (r"measured", done),
            (r"measuring", doing),
            (r"measurements?", act),
            (r"measure", do),
        ]


@cache
def _shipped() -> dict[str, dict[str, Any]]:
    return tomllib.loads(Path(__file__).with_name("themes.toml").read_text(encoding="utf-8"))


def shipped_themes() -> tuple[str, ...]:
    """Return the names of the themes for which a study can be drafted.

    Examples
    --------
    >>> "sanitasi" in shipped_themes()
    True
    """
    return tuple(_shipped())


def shipped_theme(name: str) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
    """Return the plain values of a shipped theme, and the headers of its columns by key inside lokus.

    Parameters
    ----------
    name : str
        One of :func:`shipped_themes`.

    Examples
    --------
    >>> theme, headers = shipped_theme("sanitasi")
    >>> theme["buruk"], headers["diukur"][0]
    ('rendah', 'keluarga didata')
    """
    theme = dict(_shipped()[name])
    headers = theme.pop("kolom")
    keys = ThemeSettings.model_validate(theme).keys
    return theme, {keys[theme[role]]: tuple(texts) for role, texts in headers.items()}


def catalogue_entries(
    theme: ThemeSettings | None, own: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return the indicators that a study changes or adds: those of its theme, then its own.

    Examples
    --------
    >>> catalogue_entries(None, {"genting": {"label": "Genting", "buruk": "rendah"}})
    {'genting': {'label': 'Genting', 'buruk': 'rendah'}}
    """
    themed = theme.entries if theme else {}
    return {**themed, **{key: {**themed.get(key, {}), **entry} for key, entry in own.items()}}


def inner_keys(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Convert the keys of a theme in plain values of a study file to keys inside lokus.

    Examples
    --------
    >>> theme = {"nama": "x", "satuan": "y", "kasus": "z", "pembilang": "miskin", "penyebut": "didata"}
    >>> theme["golongan"] = [5, 10, 20, 40]
    >>> inner_keys({"tema": theme, "tabel": [{"indikator": {"miskin": "Miskin"}}]})["tabel"]
    [{'indikator': {'stunting': 'Miskin'}}]
    """
    return _renamed(raw, inward=True)


def outer_keys(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Convert keys inside lokus in plain values to the keys of the theme.

    Examples
    --------
    >>> theme = {"nama": "x", "satuan": "y", "kasus": "z", "pembilang": "miskin", "penyebut": "didata"}
    >>> theme["golongan"] = [5, 10, 20, 40]
    >>> outer_keys({"tema": theme, "skor": {"bobot": {"anak_stunting": 1.0}}})["skor"]
    {'bobot': {'perkiraan_kasus': 1.0}}
    """
    return _renamed(plain, inward=False)


def inner_names(settings: Mapping[str, Any]) -> Callable[[str], str]:
    """Return the function that converts an output column name to that inside lokus, for a study file.

    Examples
    --------
    >>> theme = {"nama": "x", "satuan": "y", "kasus": "z", "pembilang": "miskin", "penyebut": "didata"}
    >>> theme["golongan"] = [5, 10, 20, 40]
    >>> [inner_names({"tema": theme})(name) for name in ("miskin", "perkiraan_kasus_atas", "skor")]
    ['stunting', 'anak_stunting_atas', 'skor']
    """
    stated = settings.get("tema")
    if not isinstance(stated, Mapping):
        return str
    back = Subject(
        words=(), keys=tuple(sorted(ThemeSettings.model_validate(stated).keys.items(), key=_longest))
    )

    def inner(name: str) -> str:
        with use_subject(back):
            return output_column(name)

    return inner


def _longest(pair: tuple[str, str]) -> int:
    return -len(pair[0])


def _renamed(raw: Mapping[str, Any], *, inward: bool) -> dict[str, Any]:
    plain = dict(raw)
    stated = raw.get("tema")
    if not isinstance(stated, Mapping):
        return plain
    try:
        keys = ThemeSettings.model_validate(stated).keys
    except ValueError:  # reported with all other problems of the file
        return plain
    names = keys if inward else {inner: outer for outer, inner in keys.items()}

    def everywhere(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {names.get(key, key): everywhere(inner) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [everywhere(inner) for inner in value]
        return names.get(value, value) if isinstance(value, str) else value

    def keyed(value: Any) -> Any:
        return {names.get(k, k): v for k, v in value.items()} if isinstance(value, Mapping) else value

    def only(section: Any, **how: Any) -> Any:
        if not isinstance(section, Mapping):
            return section
        return {key: how[key](value) if key in how else value for key, value in section.items()}

    for section in _NAMING:
        if section in plain:
            plain[section] = everywhere(plain[section])
    if isinstance(plain.get("tabel"), (list, tuple)):
        plain["tabel"] = [only(table, indikator=keyed, skala=keyed) for table in plain["tabel"]]
    if isinstance(plain.get("laporan"), Mapping):

        def periods(value: Any) -> Any:
            if not isinstance(value, (list, tuple)):
                return value
            return [only(one, tabel=tables) for one in value]

        def tables(value: Any) -> Any:
            if not isinstance(value, (list, tuple)):
                return value
            return [only(table, indikator=keyed, skala=keyed) for table in value]

        plain["laporan"] = only(plain["laporan"], periode=periods, blok=everywhere)
    if isinstance(plain.get("pembagian"), (list, tuple)):
        plain["pembagian"] = [only(one, dasar=everywhere, yang_ada=everywhere) for one in plain["pembagian"]]
    if "pilihan" in plain:
        plain["pilihan"] = only(plain["pilihan"], biaya=everywhere)
    if "keputusan" in plain:
        plain["keputusan"] = only(plain["keputusan"], kolom=everywhere)
    if isinstance(plain.get("lintasan"), Mapping):
        whole = ("seluruh", "balita") if inward else ("balita", "seluruh")
        plain["lintasan"] = {whole[1] if k == whole[0] else k: v for k, v in plain["lintasan"].items()}
    if "keluaran" in plain:

        def themes(value: Any) -> Any:
            if not isinstance(value, (list, tuple)):
                return value
            return [
                f"indikator:{names.get(text[10:], text[10:])}"
                if isinstance(text, str) and text.startswith("indikator:")
                else maps.get(text, text)
                for text in value
            ]

        # The map of circles and the total are named after children inside lokus.
        maps = {"kasus": "anak"} if inward else {"anak": "kasus"}

        plain["keluaran"] = only(plain["keluaran"], batas_kelas=keyed, peta=themes)
    return plain
