"""What the columns of a table seem to be, guessed from their headers and shown for correction."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lokus.intake.indicators.catalogue import Catalogue

__all__ = ["Guess", "guess_columns", "guess_place"]

# Header texts seen in the workbooks of the offices, in plain lower case, most telling first.
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
    "idm": ("nilai idm", "idm"),
    "posyandu": ("jumlah posyandu", "posyandu"),
}
PERCENT_WORDS = frozenset({"persen", "persentase"})


@dataclass(frozen=True, kw_only=True)
class Guess:
    """What the columns of one table seem to be.

    Parameters
    ----------
    place, indicators : dict of str to str
        Key → header text.
    unused : tuple of str
        Headers that nothing was guessed for.
    """

    place: dict[str, str]
    indicators: dict[str, str]
    unused: tuple[str, ...]


def guess_place(headers: Sequence[str], *, more: Mapping[str, Sequence[str]] | None = None) -> dict[str, str]:
    """Guess which columns say what village a row is.

    Parameters
    ----------
    headers : sequence of str
        Flattened headers.
    more : mapping of "kode", "desa" or "kecamatan" to header texts, optional
        Headers that are telling in tables of this kind only, tried after the general ones.

    Examples
    --------
    >>> guess_place(["No", "Kecamatan", "Lokus"], more={"desa": ["lokus"]})
    {'desa': 'Lokus', 'kecamatan': 'Kecamatan'}
    """
    known = {key: (*texts, *(more or {}).get(key, ())) for key, texts in PLACE_HEADERS.items()}
    return _first_fit(known, headers, lambda _key, _header: True)


def guess_columns(headers: Sequence[str], catalogue: Catalogue, *, taken: Iterable[str] = ()) -> Guess:
    """Guess place columns and indicators from header texts.

    A guess needs the whole header, or its last part, to read as a known one; similar is not enough. A count
    is never taken from a column of percentages, nor a share from a column without a percent sign.

    Parameters
    ----------
    headers : sequence of str
        Flattened headers.
    catalogue : Catalogue
        Its labels count as known headers too.
    taken : iterable of str
        Indicators that another table already gives.

    Examples
    --------
    >>> from lokus import load_catalogue
    >>> guess_columns(["No", "Desa/Kelurahan", "Sasaran", "% Diukur", "Diukur"], load_catalogue()).indicators
    {'sasaran': 'Sasaran', 'diukur': 'Diukur'}
    """
    place = guess_place(headers)
    known = {
        key: (*INDICATOR_HEADERS.get(key, ()), _plain(item.label_id), _plain(item.label_en))
        for key, item in catalogue.items()
        if key not in set(taken)
    }

    def allowed(key: str, header: str) -> bool:
        item = catalogue[key]
        return _is_percent(header) if item.is_share else not (item.is_count and _is_percent(header))

    indicators = _first_fit(known, [header for header in headers if header not in place.values()], allowed)
    used = {*place.values(), *indicators.values()}
    return Guess(place=place, indicators=indicators, unused=tuple(h for h in headers if h not in used))


def _first_fit(
    known: Mapping[str, tuple[str, ...]], headers: Sequence[str], allowed: Callable[[str, str], bool]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, texts in known.items():
        for reading in (_plain, _plain_leaf):
            fits = [
                header
                for text in texts
                for header in headers
                if reading(header) == text and header not in found.values() and allowed(key, header)
            ]
            if fits:
                found[key] = fits[0]
                break
    return found


def _words(header: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", header.lower())


def _plain(header: str) -> str:
    return " ".join(word for word in _words(header) if word not in PERCENT_WORDS)


def _plain_leaf(header: str) -> str:
    return _plain(header.rsplit("·", maxsplit=1)[-1])


def _is_percent(header: str) -> bool:
    return "%" in header or not PERCENT_WORDS.isdisjoint(_words(header))
