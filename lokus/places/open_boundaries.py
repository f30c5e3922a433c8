"""Fetch the open village boundaries of a kabupaten, check them, and store licence and checksum."""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pyogrio
import shapely

from lokus.errors import InputError
from lokus.files import staged_directory
from lokus.findings import Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.places.published_sql import Header, decode_sql, read_published_sql, read_sql_header

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["DEFAULT_URL", "MAX_BYTES", "Download", "Fetched", "Progress", "fetch_boundaries", "read_source"]

Progress = Callable[[int, int | None], None]
"""Called with the bytes read so far and the whole number, None when the server does not say it."""

_PIECE: Final = 1 << 16
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_THIS_MACHINE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file sent by a server.

    Parameters
    ----------
    url : str
        Final address, after redirects.
    content : bytes
    content_type : str
        As stated by the server, without parameters.
    """

    url: str
    content: bytes
    content_type: str


class _CutOffError(Exception):
    """The connection ended before the announced length."""


def download(
    url: str,
    *,
    timeout: float = 30.0,
    retries: int = 3,
    backoff: float = 1.0,
    max_bytes: int = 64 * _MEGABYTE,
    on_progress: Progress | None = None,
) -> Download:
    """Download a file, with retries after transient failures.

    Parameters
    ----------
    url : str
        ``https://``; ``http://`` only on this machine.
    timeout : float
        Seconds without a response of the server.
    retries : int
        Number of retries after the first attempt.
    backoff : float
        Seconds before the first retry; doubled each time.
    max_bytes : int
        Largest size that is accepted.
    on_progress : callable, optional
        See :data:`Progress`.

    Raises
    ------
    InputError
        The address is not safe, the server has no such file, the file is too large, or every attempt failed.
    """
    _require_safe(url)
    for attempt in range(retries + 1):
        if attempt:
            time.sleep(backoff * 2 ** (attempt - 1))
        try:
            return _once(url, timeout=timeout, max_bytes=max_bytes, on_progress=on_progress)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code not in _PASSING:
                raise _refused(url, error.code) from error
            reason = _("the server answers {code}").format(code=error.code)
        except _CutOffError:
            reason = _("the connection breaks off in the middle")
        except (OSError, http.client.HTTPException) as error:
            reason = _reason(error)
    raise InputError(
        _("the download failed after {n} tries: {reason}").format(n=retries + 1, reason=reason),
        where=Where(file=url),
        remedy=_("Check the connection and the proxy, or save the file with a browser and use it as it is."),
    )


def _once(url: str, *, timeout: float, max_bytes: int, on_progress: Progress | None) -> Download:
    # The scheme is checked here and at every redirect.
    request = urllib.request.Request(url, headers={"User-Agent": "lokus"})  # noqa: S310
    opener = urllib.request.build_opener(_SafeRedirects)
    with opener.open(request, timeout=timeout) as response:
        announced = response.headers.get("Content-Length", "")
        total = int(announced) if announced.isdigit() else None
        if total is not None and total > max_bytes:
            raise _too_large(url, max_bytes)
        pieces = bytearray()
        while piece := response.read(_PIECE):
            pieces += piece
            if len(pieces) > max_bytes:
                raise _too_large(url, max_bytes)
            if on_progress:
                on_progress(len(pieces), total)
        if total is not None and len(pieces) != total:
            raise _CutOffError
        return Download(
            url=response.url, content=bytes(pieces), content_type=response.headers.get_content_type()
        )


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follow redirects to safe addresses only."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: Any,
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        _require_safe(newurl)
        if urlsplit(newurl).scheme == "http" and urlsplit(req.full_url).scheme == "https":
            raise _unsafe(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _require_safe(url: str) -> None:
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in _THIS_MACHINE
    if not (local or (parts.scheme == "https" and parts.hostname)):
        raise _unsafe(url)


def _unsafe(url: str) -> InputError:
    return InputError(
        _("boundaries are only fetched over HTTPS"),
        where=Where(file=url),
        remedy=_("Use an address that begins with https://."),
    )


def _too_large(url: str, max_bytes: int) -> InputError:
    return InputError(
        _("the file is larger than {n} MB").format(n=format_number(max_bytes / _MEGABYTE, decimals=1)),
        where=Where(file=url),
        remedy=_("Check the address; if it is right, allow a larger size."),
    )


def _refused(url: str, code: int) -> InputError:
    if code in (404, 410):
        return InputError(
            _("the server has no such file ({code})").format(code=code),
            where=Where(file=url),
            remedy=_("Check the code of the kabupaten and the address template of the source."),
        )
    return InputError(
        _("the server refuses the file ({code})").format(code=code),
        where=Where(file=url),
        remedy=_("Save the file with a browser and use it as it is, or choose another source."),
    )


def _reason(error: Exception) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return _("no answer in time")
    if isinstance(cause, ConnectionRefusedError):
        return _("the server refuses the connection")
    if isinstance(cause, http.client.IncompleteRead | http.client.RemoteDisconnected | ConnectionError):
        return _("the connection breaks off in the middle")
    if isinstance(cause, OSError) and "CERTIFICATE" in str(cause).upper():
        return _("the certificate of the server is not trusted")
    return _("no connection ({detail})").format(detail=cause)


DEFAULT_URL: Final = (
    "https://raw.githubusercontent.com/cahyadsn/wilayah_boundaries/main/"
    "db/kel/{provinsi}/wilayah_boundaries_kel_{kabupaten}.sql"
)
"""Address template: ``{provinsi}`` is "16", ``{kabupaten}`` is "16.03"."""

MAX_BYTES: Final = 64_000_000
"""Largest file that is accepted; the largest kabupaten published has some ten megabytes."""

# A GeoPackage must state a date; with a fixed one the same villages give the same bytes.
_STAMP: Final = "2000-01-01T00:00:00.000Z"


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """Boundaries of one kabupaten on disk, with their source.

    Parameters
    ----------
    path : pathlib.Path
        GeoPackage, columns ``kode``, ``nama`` and the polygon; the input of ``read_boundaries``.
    published : pathlib.Path
        The file as the source published it.
    source_file : pathlib.Path
        JSON with address, licence and checksums, beside `path`.
    kabupaten : str
        Four digits.
    villages : int
    url : str
        Where it was fetched.
    sha256 : str
        Of `published`.
    licence, licence_text : str
        Name and wording, as the source states them; empty when it states none.
    updated_at : str
        Day of the publisher's last change, empty when not stated.
    from_cache : bool
        Whether it existed already and nothing was fetched.
    """

    path: Path
    published: Path
    source_file: Path
    kabupaten: str
    villages: int
    url: str
    sha256: str
    licence: str
    licence_text: str
    updated_at: str
    from_cache: bool

    def __str__(self) -> str:
        return "\n".join(
            (
                _("{n} villages of kabupaten {kabupaten} in {path}").format(
                    n=self.villages, kabupaten=_dotted(self.kabupaten), path=self.path
                ),
                _("source: {url}").format(url=self.url),
                _("licence: {licence}; last change by the publisher: {date}").format(
                    licence=self.licence or _("not stated"), date=self.updated_at or _("not stated")
                ),
                f"sha256: {self.sha256}",
            )
        )


def fetch_boundaries(
    kabupaten_code: str,
    folder: str | Path = "data/boundaries",
    *,
    url_template: str = DEFAULT_URL,
    timeout: float = 30.0,
    retries: int = 3,
    backoff: float = 1.0,
    max_bytes: int = MAX_BYTES,
    refresh: bool = False,
    on_progress: Progress | None = None,
) -> Fetched:
    """Fetch the open village boundaries of one kabupaten, unless they are stored already.

    The file is checked before anything is stored: complete, of that kabupaten, with polygons. Three files are
    then written to `folder`: the published SQL, a GeoPackage of it, and a JSON with address, licence and
    checksums. After a failure earlier files are unchanged.

    Parameters
    ----------
    kabupaten_code : str
        ``"16.03"`` or ``"1603"``.
    folder : str or Path
        Folder of the stored boundaries.
    url_template : str
        With ``{provinsi}`` and ``{kabupaten}``, or the whole address.
    timeout, retries, backoff, max_bytes, on_progress
        As in :func:`lokus.places.open_boundaries.download`.
    refresh : bool
        Fetch again even if the files exist.

    Returns
    -------
    Fetched

    Raises
    ------
    InputError
        The download failed, or is not a complete file of that kabupaten's villages.
    ValueError
        `kabupaten_code` does not have four digits.

    Examples
    --------
    Without a network, or from an address that is not safe, nothing is stored:

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "batas"
    >>> fetch_boundaries("16.03", folder, url_template="http://example.org/{kabupaten}.sql")
    Traceback (most recent call last):
    lokus.errors.InputError: ...
    → ...
    >>> folder.exists()
    False
    """
    digits = re.sub(r"\D", "", str(kabupaten_code))
    if len(digits) != 4:
        raise ValueError(f"kabupaten_code must have four digits, not {kabupaten_code!r}")
    folder = Path(folder)
    url = _address(url_template, digits)
    if not refresh and (kept := _stored(folder, digits, url)) is not None:
        return kept
    sent = download(
        url, timeout=timeout, retries=retries, backoff=backoff, max_bytes=max_bytes, on_progress=on_progress
    )
    text = decode_sql(sent.content)
    villages = _checked(text, sent, digits)
    with staged_directory(folder) as stage:
        published, path, source_file = _names(stage, digits)
        published.write_bytes(sent.content)
        _write_geopackage(villages, path)
        source = _source(url, sent.content, read_sql_header(text), path, digits, len(villages))
        source_file.write_text(json.dumps(source, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return _fetched(folder, digits, source, from_cache=False)


def read_source(boundary_file: str | Path) -> dict[str, Any] | None:
    """Read the source of a boundary file that :func:`fetch_boundaries` stored.

    Returns
    -------
    dict or None
        ``sumber`` (address), ``lisensi``, ``teks_lisensi``, ``diperbarui``, ``diunduh``, ``kabupaten``,
        ``desa``, ``byte``, ``sha256`` (of the published file), ``sha256_gpkg``; None without such a record,
        or if the file has changed since.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "desa.gpkg"
    >>> _ = path.write_bytes(b"drawn in the office")
    >>> read_source(path) is None
    True
    """
    path = Path(boundary_file)
    with suppress(OSError, ValueError):
        source = json.loads(path.with_suffix(".sumber.json").read_text(encoding="utf-8"))
        if isinstance(source, dict) and source.get("sha256_gpkg") == _sha256(path.read_bytes()):
            return source
    return None


def _address(template: str, digits: str) -> str:
    try:
        return template.format(provinsi=digits[:2], kabupaten=_dotted(digits))
    except (KeyError, IndexError, ValueError) as error:
        raise InputError(
            _("the address template cannot be used: {template}").format(template=template),
            remedy=_("It may contain {provinsi} and {kabupaten}, and nothing else in braces."),
        ) from error


def _dotted(digits: str) -> str:
    return f"{digits[:2]}.{digits[2:]}"


def _names(folder: Path, digits: str) -> tuple[Path, Path, Path]:
    stem = f"batas_{digits}"
    return folder / f"{stem}.sql", folder / f"{stem}.gpkg", folder / f"{stem}.sumber.json"


def _checked(text: str, sent: Download, digits: str) -> gpd.GeoDataFrame:
    where = Where(file=sent.url)
    if sent.content_type == "text/html" or text.lstrip()[:1] == "<":
        raise InputError(
            _("the server sent a web page instead of boundaries"),
            where=where,
            remedy=_("Check the address; some networks show a log-in page first."),
        )
    villages = read_published_sql(text, where=where)
    kode = villages["kode"].fillna("").str.replace(r"\D", "", regex=True)
    foreign = villages["kode"][~(kode.str.startswith(digits) & (kode.str.len() == 10))]
    if len(foreign):
        raise InputError(
            _("{n} of {all} villages are not of kabupaten {kabupaten}, first: {kode}").format(
                n=len(foreign), all=len(villages), kabupaten=_dotted(digits), kode=foreign.iloc[0]
            ),
            where=where,
            remedy=_("Check the code of the kabupaten and the address template of the source."),
        )
    if villages.geometry.isna().all():
        raise InputError(
            _("the file holds no polygons"),
            where=where,
            remedy=_("name a layer of polygons with lapisan under [batas]"),
        )
    return villages


def _write_geopackage(villages: gpd.GeoDataFrame, path: Path) -> None:
    shapes = [
        shapely.MultiPolygon([shape]) if shape is not None and shape.geom_type == "Polygon" else shape
        for shape in villages.geometry
    ]
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _STAMP})
    try:
        pyogrio.write_dataframe(
            villages.set_geometry(shapes, crs=villages.crs),
            path,
            driver="GPKG",
            layer="desa",
            geometry_type="MultiPolygon",
            dataset_options={"VERSION": "1.3"},
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _source(url: str, content: bytes, header: Header, path: Path, digits: str, n: int) -> dict[str, Any]:
    return {
        "sumber": url,
        "lisensi": header.licence,
        "teks_lisensi": header.licence_text,
        "diperbarui": header.updated_at,
        "diunduh": datetime.now(UTC).date().isoformat(),
        "kabupaten": digits,
        "desa": n,
        "byte": len(content),
        "sha256": _sha256(content),
        "sha256_gpkg": _sha256(path.read_bytes()),
    }


def _stored(folder: Path, digits: str, url: str) -> Fetched | None:
    """Return the stored files, if they are complete and from the same address."""
    published, path, _source_file = _names(folder, digits)
    source = read_source(path)
    if source is None or source.get("sumber") != url:
        return None
    with suppress(OSError, KeyError):
        if _sha256(published.read_bytes()) == source["sha256"]:
            return _fetched(folder, digits, source, from_cache=True)
    return None


def _fetched(folder: Path, digits: str, source: dict[str, Any], *, from_cache: bool) -> Fetched:
    published, path, source_file = _names(folder, digits)
    return Fetched(
        path=path,
        published=published,
        source_file=source_file,
        kabupaten=digits,
        villages=source["desa"],
        url=source["sumber"],
        sha256=source["sha256"],
        licence=source["lisensi"],
        licence_text=source["teks_lisensi"],
        updated_at=source["diperbarui"],
        from_cache=from_cache,
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
