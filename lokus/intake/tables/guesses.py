"""Guess the columns of a table from their headers, to be shown for correction.

Headers are compared by words: "JML BALITA YG DIUKUR" and "Diukur" are the same. Words that change the meaning
("tidak", "target", "keluarga") are never ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from lokus.intake.tables.coverage_form import ESSENTIAL_NAMES, form_keys
from lokus.intake.tables.opposite import says_the_opposite

if TYPE_CHECKING:
    from lokus.intake.indicators.catalogue import Catalogue
    from lokus.intake.indicators.indicator import Indicator

__all__ = ["Guess", "guess_columns", "guess_place", "nearest_keys"]

# Header texts seen in workbooks of offices, in lower case, the most specific first.
PLACE_HEADERS: Mapping[str, tuple[str, ...]] = {
    "kode": (
        "kode desa",
        "kode desa kelurahan",
        "kode wilayah",
        "kode kemendagri",
        "kode",
        "kdepum",
        "iddesa",
    ),
    "desa": (
        "desa kelurahan",
        "desa",
        "nama desa",
        "nama desa kelurahan",
        "kelurahan",
        "nama kelurahan",
        "wadmkd",
    ),
    "kecamatan": ("kecamatan", "nama kecamatan", "kec", "wadmkc"),
}
INDICATOR_HEADERS: Mapping[str, tuple[str, ...]] = {
    "sasaran": ("sasaran", "jumlah sasaran", "balita sasaran", "sasaran balita"),
    "diukur": ("diukur", "jumlah diukur", "balita diukur"),
    "pendek": ("pendek", "tb u pendek"),
    "sangat_pendek": ("sangat pendek", "tb u sangat pendek"),
    "stunting": ("stunting", "jumlah stunting", "balita stunting"),
    "keluarga": ("jumlah keluarga", "keluarga", "jumlah kk"),
    "keluarga_sasaran": ("keluarga sasaran", "jumlah keluarga sasaran", "sasaran keluarga"),
    "krs": ("krs", "jumlah krs", "total krs", "keluarga berisiko stunting", "keluarga berisiko stunting krs"),
    "tidak_krs": ("tidak berisiko", "keluarga tidak berisiko"),
    "krs_air": ("sumber air minum tidak layak", "air minum tidak layak"),
    "krs_jamban": ("jamban tidak layak",),
    "air_layak": ("air minum layak", "akses air minum layak"),
    "sanitasi_layak": ("sanitasi layak", "akses sanitasi layak"),
    "stop_babs": ("stop babs", "sbs"),
    "desil_1_2": ("desil 1 2", "desil 1 dan 2"),
    "bumil_kek": ("bumil kek", "ibu hamil kek"),
    "cakupan_imunisasi": ("imunisasi dasar lengkap", "idl"),
    "cakupan_bumil_ttd": ("bumil mendapat ttd 90", "ttd 90", "bumil ttd 90"),
    "cakupan_asi_eksklusif": ("asi eksklusif",),
    "penduduk": ("jumlah penduduk", "penduduk"),
    "tpk": ("jumlah tpk", "tpk"),
    "idm": ("nilai idm", "idm", "indeks desa membangun"),
    "indeks_desa": ("indeks desa", "skor indeks desa", "skor id", "nilai indeks desa"),
    "status_desa": ("status desa", "status indeks desa", "status kemajuan dan kemandirian desa"),
    "id_layanan_dasar": ("dimensi layanan dasar", "layanan dasar"),
    "id_sosial": ("dimensi sosial",),
    "id_ekonomi": ("dimensi ekonomi",),
    "id_lingkungan": ("dimensi lingkungan",),
    "id_aksesibilitas": ("dimensi aksesibilitas", "aksesibilitas"),
    "id_tata_kelola": ("dimensi tata kelola", "tata kelola pemerintahan desa", "tata kelola"),
    "iks": ("iks", "indeks ketahanan sosial"),
    "ike": ("ike", "indeks ketahanan ekonomi"),
    "ikl": ("ikl", "indeks ketahanan lingkungan"),
    "posyandu": ("jumlah posyandu", "posyandu"),
    "tpps_desa": ("tpps desa", "tpps desa kelurahan", "tpps"),
    "bkb": ("jumlah bkb", "bkb", "kelompok bkb", "bina keluarga balita"),
    "kpm_desa": ("kader pembangunan manusia", "jumlah kader pembangunan manusia"),
}
PERCENT_WORDS = frozenset({"persen", "persentase"})
SHARE_WORDS = PERCENT_WORDS | {"akses", "cakupan", "prevalensi"}
COUNT_WORDS = frozenset({"jumlah", "banyaknya"})
_SHORT: Mapping[str, str] = {
    "jml": "jumlah", "jlh": "jumlah", "jmlh": "jumlah", "total": "jumlah", "banyak": "jumlah",
    "kec": "kecamatan", "distrik": "kecamatan", "kapanewon": "kecamatan", "kel": "kelurahan", "ds": "desa",
    "blt": "balita",
    "gampong": "desa", "nagari": "desa", "kampung": "desa", "kampong": "desa", "pekon": "desa",
    "tiyuh": "desa", "kalurahan": "desa", "negeri": "desa", "lembang": "desa", "stunted": "stunting",
    "kk": "keluarga",
    "prosentase": "persentase", "terukur": "diukur", "nm": "nama", "kd": "kode",
}  # fmt: skip
# Estimates of the model are never columns of an office.
_ESTIMATED = frozenset({"prevalensi", "anak_stunting", "cakupan_layanan"})
# Words without meaning, for any column and for the counts of children.
_FILLERS = frozenset(
    {"jumlah", "nilai", "skor", "angka", "data", "tahun", "yang", "yg", "di", "dan", "akses", "nya"}
)
_CHILDREN = frozenset({
    "anak", "orang", "balita", "kasus", "usia", "bulan", "bln", "0", "59", "dengan", "status", "ditimbang",
    "tb", "pb", "u",
})  # fmt: skip
_OF_CHILDREN = frozenset({"sasaran", "diukur", "stunting", "pendek", "sangat_pendek"})
_PLACE_WORDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "kode": (
        frozenset({"kode", "kdepum", "iddesa"}),
        frozenset({"desa", "kelurahan", "wilayah", "kemendagri"}),
    ),
    "desa": (frozenset({"desa", "kelurahan", "wadmkd"}), frozenset({"nama"})),
    "kecamatan": (frozenset({"kecamatan", "wadmkc"}), frozenset({"nama"})),
}
"""For each place: words of which one must be there, and words that may be."""
_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?!\d)")
_NEAREST = 3
_LEAST_LIKE = 0.65


@dataclass(frozen=True, kw_only=True)
class Guess:
    """The guessed columns of one table.

    Parameters
    ----------
    place, indicators : dict of str to str
        Key → header text.
    unused : tuple of str
        Headers without a guess.
    doubtful : dict of str to tuple of str
        Key → headers that fit equally well, of which none is used.
    """

    place: dict[str, str]
    indicators: dict[str, str]
    unused: tuple[str, ...]
    doubtful: dict[str, tuple[str, ...]] = field(default_factory=dict)


def guess_place(headers: Sequence[str], *, more: Mapping[str, Sequence[str]] | None = None) -> dict[str, str]:
    """Guess the columns that identify the village of a row.

    Parameters
    ----------
    headers : sequence of str
        Flattened headers.
    more : mapping of "kode", "desa" or "kecamatan" to header texts, optional
        Headers specific to tables of this kind, tried after the general ones.

    Examples
    --------
    >>> guess_place(["No", "Kecamatan", "Lokus"], more={"desa": ["lokus"]})
    {'desa': 'Lokus', 'kecamatan': 'Kecamatan'}
    >>> guess_place(["KD. WILAYAH", "NAMA DISTRIK", "Kel./Desa"])
    {'kode': 'KD. WILAYAH', 'desa': 'Kel./Desa', 'kecamatan': 'NAMA DISTRIK'}
    """
    found: dict[str, str] = {}
    for key, texts in PLACE_HEADERS.items():
        some, allowed = _PLACE_WORDS[key]
        wanted = [*texts, *(more or {}).get(key, ())]
        for reading in (_plain, _plain_leaf):
            free = [header for header in headers if header not in found.values()]
            exact = [header for text in wanted for header in free if reading(header) == text]
            by_words = [
                header
                for header in free
                if (words := set(_meaning(reading(header)).split())) & some and words <= some | allowed
            ]
            if exact or by_words:
                found[key] = [*exact, *by_words][0]
                break
    return {key: found[key] for key in PLACE_HEADERS if key in found}


def guess_columns(
    headers: Sequence[str],
    catalogue: Catalogue,
    *,
    taken: Iterable[str] = (),
    year: int | None = None,
    more: Mapping[str, Sequence[str]] | None = None,
) -> Guess:
    """Guess place columns and indicators from header texts.

    The words of the whole header, or of its last part, must be those of a known one; similarity does not
    suffice. A count is never taken from a column of percentages, nor a share from a column not marked as one.
    Of columns that differ in their year that of `year` is taken; where several remain, none.

    Parameters
    ----------
    headers : sequence of str
        Flattened headers.
    catalogue : Catalogue
        Its labels count as known headers too.
    taken : iterable of str
        Indicators that another table already gives.
    year : int, optional
        Year of the study.
    more : mapping of key to header texts, optional
        Headers of an indicator instead of its usual ones, as in a theme.

    Examples
    --------
    >>> from lokus import load_catalogue
    >>> guess_columns(["No", "Desa/Kelurahan", "Sasaran", "% Diukur", "Diukur"], load_catalogue()).indicators
    {'sasaran': 'Sasaran', 'diukur': 'Diukur'}
    >>> guess_columns(["Desa", "JML BALITA DIUKUR", "NILAI IDM 2024"], load_catalogue()).indicators
    {'diukur': 'JML BALITA DIUKUR', 'idm': 'NILAI IDM 2024'}
    """
    place = guess_place(headers)
    rest = [header for header in headers if header not in place.values()]
    left_out = {*taken, *_ESTIMATED}
    indicators = {
        key: header for key, header in form_keys(list(headers), catalogue).items() if key not in left_out
    }
    doubtful: dict[str, tuple[str, ...]] = {}
    for key, item in catalogue.items():
        if key in left_out or key in indicators:
            continue
        free = [header for header in rest if header not in indicators.values() and _allowed(item, header)]
        fits = _of_year(_fitting(item, free, (more or {}).get(key)), year)
        if len(fits) == 1:
            indicators[key] = fits[0]
        elif fits:
            doubtful[key] = tuple(fits)
    used = {*place.values(), *indicators.values()}
    return Guess(
        place=place,
        indicators=indicators,
        unused=tuple(header for header in headers if header not in used),
        doubtful=doubtful,
    )


def nearest_keys(header: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the indicators with the names most similar to a header, most similar first.

    Examples
    --------
    >>> from lokus import load_catalogue
    >>> nearest_keys("Balita Stunted", load_catalogue())[0]
    'stunting'
    """
    own = _meaning(_plain_leaf(header))
    if not own:
        return ()
    scored = []
    for key, item in catalogue.items():
        if _opposite(item, header):
            continue
        texts = {_meaning(text) for text in _known(item)} | {key.replace("_", " ")}
        like = max(SequenceMatcher(None, own, text).ratio() for text in texts if text)
        shared = max(len(set(own.split()) & set(text.split())) / len(text.split()) for text in texts if text)
        scored.append((-max(like, shared), key))
    return tuple(key for score, key in sorted(scored)[:_NEAREST] if -score >= _LEAST_LIKE)


def _known(item: Indicator) -> tuple[str, ...]:
    official = (_plain(ESSENTIAL_NAMES[item.key]),) if item.key in ESSENTIAL_NAMES else ()
    return (*INDICATOR_HEADERS.get(item.key, ()), *official, _plain(item.label_id), _plain(item.label_en))


def _fitting(item: Indicator, headers: Sequence[str], instead: Sequence[str] | None = None) -> list[str]:
    """Return the headers of an indicator, by the first rule that matches any: whole, last part, words."""
    texts = _known(item) if instead is None else (*instead, _plain(item.label_id), _plain(item.label_en))
    for reading in (_plain, _plain_leaf):
        for text in texts:
            if fits := [header for header in headers if reading(header) == text]:
                return fits
    fillers = _FILLERS | (_CHILDREN if item.key in _OF_CHILDREN and instead is None else frozenset())
    own = () if instead is not None else (item.key.replace("_", " "),)
    wanted = {frozenset(_meaning(text, fillers).split()) for text in (*texts, *own)}
    wanted.discard(frozenset())
    for reading in (_plain, _plain_leaf):
        if fits := [
            header for header in headers if set(_meaning(reading(header), fillers).split()) in wanted
        ]:
            return fits
    return []


def _allowed(item: Indicator, header: str) -> bool:
    if _opposite(item, header):
        return False
    if not item.is_share:
        return not (item.is_count and _is_percent(header))
    words = {_SHORT.get(word, word) for word in _words(header)}
    called = bool(words & SHARE_WORDS) and not words & (COUNT_WORDS | {"keluarga"})
    return _is_percent(header) or called


def _opposite(item: Indicator, header: str) -> bool:
    return says_the_opposite(header, item, INDICATOR_HEADERS.get(item.key, ()))


def _of_year(headers: list[str], year: int | None) -> list[str]:
    """Select the headers of the study's year, where headers differ in their year."""
    years = {header: set(_YEAR.findall(header)) for header in headers}
    if year is None or len(headers) < 2 or not any(years.values()):
        return headers
    own = [header for header in headers if str(year) in years[header]]
    return own or headers


def _words(header: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", header.lower())


def _meaning(text: str, fillers: frozenset[str] = _FILLERS) -> str:
    """Return the words of a header, abbreviations expanded, without years and words without meaning."""
    words = [_SHORT.get(word, word) for word in _words(text)]
    return " ".join(
        dict.fromkeys(word for word in words if word not in fillers and not _YEAR.fullmatch(word))
    )


def _plain(header: str) -> str:
    return " ".join(word for word in _words(header) if word not in PERCENT_WORDS)


def _plain_leaf(header: str) -> str:
    return _plain(header.rsplit("·", maxsplit=1)[-1])


def _is_percent(header: str) -> bool:
    return "%" in header or not PERCENT_WORDS.isdisjoint(_words(header))
