"""Fetching one file over HTTPS: in pieces, up to a size, again after a passing failure.

The standard library does this: it trusts the certificates of the operating system, which in an office network
include those of the office's own proxy, and adds no dependency for one request.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = ["Download", "Progress", "download"]

Progress = Callable[[int, int | None], None]
"""Called with the bytes read so far and the whole number, None when the server does not say it."""

_PIECE: Final = 1 << 16
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_THIS_MACHINE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Download:
    """What a server sent.

    Parameters
    ----------
    url : str
        Where it came from in the end, after redirects.
    content : bytes
    content_type : str
        As the server calls it, without parameters.
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
    """Fetch a file, trying again after failures that may pass.

    Parameters
    ----------
    url : str
        ``https://``; ``http://`` only on this machine.
    timeout : float
        Seconds without a sign of the server.
    retries : int
        Further tries after the first.
    backoff : float
        Seconds before the first further try; doubled each time.
    max_bytes : int
        Largest size that is accepted.
    on_progress : callable, optional
        See :data:`Progress`.

    Raises
    ------
    InputError
        The address is not safe, the server has no such file, the file is too large, or every try failed.
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
