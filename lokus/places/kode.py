"""Village codes: Kemendagri ``PP.KK.CC.DDDD`` and BPS ``PPKKCCCDDD``, ten digits each.

The two systems share digits: thousands of BPS codes are also valid Kemendagri codes of some *other* village.
A code alone therefore never tells its system; :func:`detect_system` looks at a whole column.
"""

from __future__ import annotations

from lokus.places.code_systems import CodeSystem, bridge_bps, detect_system
from lokus.places.kode_reading import (
    EXAMPLE_PREFIX,
    EmptyKodeError,
    KodeError,
    format_kode,
    is_example,
    jenis,
    kabupaten_of,
    kecamatan_of,
    parse_kode,
)
from lokus.places.kode_repair import compress_rows, repair_codes

__all__ = [
    "EXAMPLE_PREFIX",
    "CodeSystem",
    "EmptyKodeError",
    "KodeError",
    "bridge_bps",
    "compress_rows",
    "detect_system",
    "format_kode",
    "is_example",
    "jenis",
    "kabupaten_of",
    "kecamatan_of",
    "parse_kode",
    "repair_codes",
]
