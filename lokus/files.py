"""Write files so that a failure never leaves an incomplete file, or files of two runs in one folder.

A single file is written next to its place and renamed. A folder of outputs is made in a workplace next to it,
``.NAME.lokus``, with these parts:

``kunci``                 locked by the run that writes, until that run ends in any way
``baru/``                 the new files, until they are moved into the folder
``lama/``                 the old files, until all new ones are in place
``jurnal.json``           lists the files being exchanged: the next run completes the exchange
``jurnal-kembali.json``   the same journal, of an exchange that failed: the next run undoes it

Each file is moved by one rename, and each move can be repeated. A run that is killed between two moves is
therefore completed, or undone, by the next run; until then :func:`pending_exchange` is true.
"""

from __future__ import annotations

import errno
import hashlib
import json
import lzma
import os
import platform
import re
import secrets
import shutil
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from lokus.errors import OutputError
from lokus.i18n import gettext as _

__all__ = ["ARCHIVE_ERRORS", "atomic_path", "file_name", "is_there", "pending_exchange", "staged_directory"]

_FORWARD, _BACK, _DRAFT = "jurnal.json", "jurnal-kembali.json", "jurnal.tmp"
_LAST = "kajian.lock.json"  # names the others, so it is moved into place after them
_ATTEMPTS = 100  # another run that ends may take the workplace away between two of our steps

Stale = Callable[[Path, Collection[str]], Collection[str]]

ARCHIVE_ERRORS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, NotImplementedError, RuntimeError, OSError,
    EOFError, ValueError, OverflowError, KeyError,
)  # fmt: skip
"""What reading a damaged archive raises: versions that are none, unknown compressions, passwords."""


_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³")]
)
_LONGEST = 80  # characters; with a folder before it and an ending behind it, every system takes that


def is_there(path: Path, *, or_folder: bool = False) -> bool:
    """Return whether a file, or also a folder, has this path; one that no system can have is of neither.

    Examples
    --------
    >>> is_there(Path("a" * 10_000)), is_there(Path("."), or_folder=True)
    (False, True)
    """
    try:
        return path.exists() if or_folder else path.is_file()
    except OSError as error:
        if error.errno in (errno.ENAMETOOLONG, errno.EINVAL):
            return False
        raise


def file_name(text: str) -> str:
    """Convert any text to a part of a file name that is valid on every system.

    Lower-case letters, digits, hyphens and underscores stay, a colon becomes an underscore. Any other text
    gets a fingerprint appended, so that two texts never have one name, also where a file system ignores case.

    Examples
    --------
    >>> file_name("indikator:air_layak")
    'indikator_air_layak'
    >>> file_name("x/../../nama")
    'x_nama-c80f8952'
    """
    name = text.replace(":", "_")
    plain = re.sub(r"[^a-z0-9_-]+", "_", name.lower()).strip("_")
    fingerprinted = re.search("-[0-9a-f]{8}$", name)  # by a fingerprint, or so it looks
    if plain and plain == name and name not in _RESERVED and not fingerprinted and len(name) <= _LONGEST:
        return name
    digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:8]
    return f"{plain[: _LONGEST - 9]}-{digest}".lstrip("-")


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path next to `path`; rename it into place only if the block succeeds.

    The temporary name has the same suffix, because writers choose the format by it. It contains the process,
    so that the next writer can remove what a killed one left.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> with atomic_path(target) as draft:
    ...     _ = draft.write_text("isi")
    >>> target.read_text()
    'isi'
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned_drafts(path)
    own = f"{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"
    draft = path.with_name(f".{path.stem}.{own}{path.suffix}")
    try:
        yield draft
        _move(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _machine() -> str:
    """Return a short name of this computer, since processes of another one cannot be checked."""
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _remove_abandoned_drafts(path: Path) -> None:
    own = re.compile(rf"\.{re.escape(path.stem)}\.{_machine()}-(\d+)-[0-9a-f]{{8}}{re.escape(path.suffix)}")
    with suppress(OSError), os.scandir(path.parent) as entries:
        for name in [entry.name for entry in entries if entry.name.startswith(f".{path.stem}.")]:
            found = own.fullmatch(name)
            if found and not _alive(int(found[1])):
                path.with_name(name).unlink(missing_ok=True)


def _alive(process: int) -> bool:
    if sys.platform == "win32":
        import ctypes

        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, process)  # may ask for its exit code
        if not handle:
            return False
        code = ctypes.c_ulong()
        ctypes.windll.kernel32.GetExitCodeProcess(handle, ctypes.byref(code))
        ctypes.windll.kernel32.CloseHandle(handle)
        return code.value == 259  # still active
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it exists and belongs to another user
    return True


@contextmanager
def staged_directory(target: str | Path, *, stale: Stale | None = None) -> Iterator[Path]:
    """Yield an empty folder next to `target`; if the block succeeds, move its files to `target`.

    Other files in `target` stay. In any case `target` has either all the new files or all the old ones: a
    failed exchange is undone at once, and one that was killed is completed by the next run. Remains of an
    earlier run in the workplace are handled first.

    Parameters
    ----------
    target : str or Path
        Folder; created if it does not exist.
    stale : callable, optional
        Called with `target` and the names of the new files just before the exchange; returns the names of old
        files to remove although no new file replaces them.

    Raises
    ------
    OutputError
        Another run is writing into `target`, a folder has the name of a file to be written, or `target` was
        removed while files were moved into it.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "hasil"
    >>> with staged_directory(folder) as stage:
    ...     _ = (stage / "a.txt").write_text("isi")
    >>> [path.name for path in folder.iterdir()]
    ['a.txt']
    """
    target = Path(os.path.realpath(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    workplace = _workplace(target)
    with _held(workplace, target):
        _recover(workplace, target)
        stage = workplace / "baru"
        stage.mkdir()
        yield stage
        names = sorted(
            (path.relative_to(stage).as_posix() for path in stage.rglob("*") if path.is_file()),
            key=lambda name: (name == _LAST, name),
        )
        gone = sorted(set(stale(target, names)) - set(names)) if stale else []
        _exchange(workplace, target, _Journal(names=tuple(names), gone=tuple(gone)))


def pending_exchange(target: str | Path) -> bool:
    """Return whether a run was stopped while moving files into `target`, which may have files of two runs.

    Examples
    --------
    >>> import tempfile
    >>> pending_exchange(tempfile.mkdtemp())
    False
    """
    workplace = _workplace(Path(os.path.realpath(target)))
    return any((workplace / name).exists() for name in (_FORWARD, _BACK))


def _workplace(target: Path) -> Path:
    return target.with_name(f".{target.name}.lokus")


# -- the lock ----------------------------------------------------------------------------------------------


@contextmanager
def _held(workplace: Path, target: Path) -> Iterator[None]:
    """Lock the workplace for this run, and remove it at the end unless an exchange is pending."""
    handle = _hold(workplace, target)
    try:
        yield
    finally:
        if not pending_exchange(target):
            for part in ("baru", "lama"):
                shutil.rmtree(workplace / part, ignore_errors=True)
            with suppress(OSError):
                (workplace / _DRAFT).unlink(missing_ok=True)
            # Where the system can delete an open file, delete it while locked: a process that opened it
            # meanwhile detects that it is no longer the one in the workplace.
            _clear(workplace)
        handle.close()
        if sys.platform == "win32" and not pending_exchange(target):
            _clear(workplace)


def _clear(workplace: Path) -> None:
    with suppress(OSError):
        (workplace / "kunci").unlink(missing_ok=True)
        workplace.rmdir()


def _hold(workplace: Path, target: Path) -> IO[bytes]:
    for _attempt in range(_ATTEMPTS):
        try:
            workplace.mkdir(exist_ok=True)
            handle = (workplace / "kunci").open("ab")
        except FileNotFoundError:
            continue
        except FileExistsError:  # another run removed the folder between the attempt and the check
            if workplace.exists() and not workplace.is_dir():
                raise
            continue
        if not _lock(handle):
            handle.close()
            break
        with suppress(OSError):
            if os.path.samestat(os.fstat(handle.fileno()), (workplace / "kunci").stat()):
                return handle
        handle.close()
    raise OutputError(
        _("another run is writing into {folder}").format(folder=target),
        remedy=_("wait until it is done, or name another folder with --keluaran"),
    )


def _lock(handle: IO[bytes]) -> bool:
    """Lock without waiting; the system unlocks when the file is closed or the process ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except PermissionError:  # error of Windows for a file that another process has locked
        if sys.platform == "win32":
            return False
        raise
    return True


# -- the exchange ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Journal:
    """Names, relative to the folder: of new files, and of old ones to remove."""

    names: tuple[str, ...]
    gone: tuple[str, ...]

    def write(self, path: Path) -> None:
        draft = path.with_name(_DRAFT)
        with draft.open("w", encoding="utf-8") as file:
            json.dump({"berkas": self.names, "usang": self.gone}, file)
            file.flush()
            os.fsync(file.fileno())
        _move(draft, path)
        _sync_folder(path.parent)

    @classmethod
    def read(cls, path: Path) -> _Journal:
        try:
            stated: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            names, gone = ([_inside(name) for name in stated[key]] for key in ("berkas", "usang"))
        except (ValueError, KeyError, TypeError) as error:
            raise OutputError(
                _("the journal of a stopped run cannot be read: {file}").format(file=path),
                remedy=_("move the folder {folder} away and run again").format(folder=path.parent),
            ) from error
        return cls(names=tuple(names), gone=tuple(gone))


def _inside(name: str) -> str:
    if PurePosixPath(name).is_absolute() or ".." in name or "\\" in name or ":" in name:
        raise ValueError(name)
    return name


def _move(source: Path, target: Path) -> None:
    """Move by one rename, which is atomic."""
    source.replace(target)


def _exchange(workplace: Path, target: Path, journal: _Journal) -> None:
    """Move the new files into the folder, or leave it unchanged."""
    for name in journal.names:
        if (target / name).is_dir():
            raise OutputError(
                _("a folder lies where the file {name} is to be written").format(name=target / name),
                remedy=_("move that folder away, or name another folder with --keluaran"),
            )
    for name in journal.names:
        with (workplace / "baru" / name).open("rb+") as file:
            os.fsync(file.fileno())
    target.mkdir(exist_ok=True)
    with _watched(target) as still_there:
        try:
            journal.write(workplace / _FORWARD)
            _forward(workplace, target, journal)
            _see_whole(target, journal, still_there)
        except BaseException as error:
            if not (workplace / _FORWARD).exists():
                raise  # nothing was moved
            if not still_there():
                _take_back(workplace, target, journal)
                (workplace / _FORWARD).unlink(missing_ok=True)
                raise OutputError(
                    _("the folder {folder} was removed while the outputs were moved into it").format(
                        folder=target
                    ),
                    remedy=_("run again; nothing of this run was kept"),
                ) from error
            _move(workplace / _FORWARD, workplace / _BACK)
            _undo(workplace, target, journal)
            raise
        (workplace / _FORWARD).unlink()


def _see_whole(target: Path, journal: _Journal, still_there: Callable[[], bool]) -> None:
    for name in journal.names:
        if not (target / name).is_file() or not still_there():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(target / name))


@contextmanager
def _watched(folder: Path) -> Iterator[Callable[[], bool]]:
    """Yield a test of whether a folder is still the same one.

    While it is open, no new folder gets its inode number; on Windows numbers are not reused.
    """
    handle = None if sys.platform == "win32" else os.open(folder, os.O_RDONLY)
    first = folder.stat()

    def still_there() -> bool:
        try:
            return os.path.samestat(folder.stat(), first)
        except OSError:
            return False

    try:
        yield still_there
    finally:
        if handle is not None:
            os.close(handle)


def _recover(workplace: Path, target: Path) -> None:
    """Complete or undo the exchange of a killed run, and remove its remains."""
    forward, back = workplace / _FORWARD, workplace / _BACK
    if back.exists():
        _undo(workplace, target, _Journal.read(back))
    elif forward.exists():
        journal = _Journal.read(forward)
        if target.is_dir():
            _forward(workplace, target, journal)
        forward.unlink()
    for part in ("baru", "lama"):
        if (workplace / part).exists():
            shutil.rmtree(workplace / part)
    (workplace / _DRAFT).unlink(missing_ok=True)


def _forward(workplace: Path, target: Path, journal: _Journal) -> None:
    """Move each old file aside and each new one in; skip files already moved."""
    for name in journal.names:
        new, old, final = workplace / "baru" / name, workplace / "lama" / name, target / name
        if not new.exists():
            continue
        if final.exists() or final.is_symlink():
            old.parent.mkdir(parents=True, exist_ok=True)
            _move(final, old)
        _make_folders(target, final.parent)
        _move(new, final)
    for name in journal.gone:
        if (target / name).exists():
            (workplace / "lama" / name).parent.mkdir(parents=True, exist_ok=True)
            _move(target / name, workplace / "lama" / name)
    _sync_folder(target)


def _undo(workplace: Path, target: Path, journal: _Journal) -> None:
    """Move each new file out and each old one back; skip files already moved."""
    _take_back(workplace, target, journal)
    for name in (*journal.names, *journal.gone):
        old = workplace / "lama" / name
        if old.exists() or old.is_symlink():
            target.mkdir(exist_ok=True)
            _make_folders(target, (target / name).parent)
            _move(old, target / name)
    _sync_folder(target)
    (workplace / _BACK).unlink(missing_ok=True)


def _take_back(workplace: Path, target: Path, journal: _Journal) -> None:
    """Move the new files out of the folder: those that are no longer in the workplace."""
    for name in journal.names:
        new, final = workplace / "baru" / name, target / name
        if not new.exists() and final.exists():
            new.parent.mkdir(parents=True, exist_ok=True)
            _move(final, new)


def _make_folders(target: Path, folder: Path) -> None:
    """Create the folders between `target` and `folder`, but not `target`, which may have been removed."""
    for part in reversed(folder.relative_to(target).parents):
        if part != Path():
            (target / part).mkdir(exist_ok=True)
    if folder != target:
        folder.mkdir(exist_ok=True)


def _sync_folder(folder: Path) -> None:
    """Flush the entries of a folder to disk, where the system supports it."""
    if sys.platform == "win32" or not folder.is_dir():
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
