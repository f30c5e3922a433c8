"""Stages: cached parts of a study that record the settings they were computed from.

While a stage is computed, every setting that it reads is recorded, with those of the stages that it uses. A
changed study reuses the stages none of whose recorded settings changed. No table of dependencies has to be
maintained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, Self, TypeVar, cast, overload

from lokus.i18n import language
from lokus.settings.base import Section
from lokus.subject import use_subject

if TYPE_CHECKING:
    from lokus.settings import Settings

__all__ = ["Stage", "Staged", "keep_unchanged", "noted", "plain_strings", "stage", "whole"]

T = TypeVar("T")
S = TypeVar("S")
Path = tuple[str, ...]


class Staged(Protocol):
    """Attributes that stages need of a study."""

    @property
    def stated(self) -> Settings:
        """The study file as read."""

    @property
    def made(self) -> dict[tuple[str, str], Made]:
        """Values computed so far, by stage and language."""


class Made(NamedTuple):
    """A stage's value, and the settings it was computed from."""

    value: Any
    read: Mapping[Path, object]


@contextmanager
def plain_strings() -> Iterator[None]:
    """Store text of new frames as Python strings instead of Arrow strings.

    Tables of offices have some hundred rows that are read cell by cell. Arrow copies every text on conversion
    to Python, which took a quarter of the time of an audit. Type and content of the columns are the same.

    Examples
    --------
    >>> import pandas as pd
    >>> with plain_strings():
    ...     pd.Series(["Suka Maju"]).dtype == pd.Series(["Suka Maju"]).dtype == "str"
    True
    """
    import pandas as pd

    before = pd.options.mode.string_storage
    if before == "python":
        yield
        return
    pd.options.mode.string_storage = "python"
    try:
        yield
    finally:
        pd.options.mode.string_storage = before


class _Notes:
    """Settings read while one stage of one study is computed."""

    def __init__(self, study: Staged) -> None:
        self.study = study
        self.read: dict[Path, object] = {}
        self.open = True


_taking: ContextVar[_Notes | None] = ContextVar("lokus_stage", default=None)


class _Noted:
    """A section of the study file that records what is read of it while a stage is computed.

    It must not be stored in a stage's value, where later reads would not be recorded.
    """

    __slots__ = ("_notes", "_path", "_section")

    def __init__(self, section: Section, path: Path, notes: _Notes) -> None:
        self._section, self._path, self._notes = section, path, notes

    def __getattr__(self, name: str) -> Any:
        if not self._notes.open:
            raise RuntimeError(f"a stage holds the settings {'.'.join(self._path)}; give it whole() of them")
        value, path = getattr(self._section, name), (*self._path, name)
        if len(path) == 1 and isinstance(value, Section):
            # Record that the section is stated; its keys are recorded one by one. Its path differs from that
            # of the whole section, which another function may read.
            self._notes.read[(*path, "__class__")] = type(value)
            return _Noted(value, path, self._notes)
        self._notes.read[path] = value
        return value

    def __eq__(self, other: object) -> bool:
        return bool(whole(self) == whole(other))

    def __hash__(self) -> int:
        return hash(whole(self))


def whole(section: S) -> S:
    """Return a section itself, for a function that takes all of it; every key counts as read."""
    if isinstance(section, _Noted):
        section._notes.read[section._path] = section._section
        return cast("S", section._section)
    return section


def noted(study: Staged) -> Settings:
    """Return the settings of a study, recording reads while one of its stages is computed."""
    notes = _taking.get()
    if notes is None or notes.study is not study:
        return study.stated
    return cast("Settings", _Noted(study.stated, (), notes))


class Stage(Generic[T]):
    """A cached property of a study; see :func:`stage`."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self.compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, study: None, owner: type) -> Self: ...
    @overload
    def __get__(self, study: Staged, owner: type) -> T: ...
    def __get__(self, study: Staged | None, owner: type) -> Self | T:
        if study is None:
            return self
        # Findings and reasons are text, so values are stored by language.
        key = self.name, language()
        outer = _taking.get()
        made = study.made.get(key)
        if made is None:
            notes = _Notes(study)
            token = _taking.set(notes)
            try:
                theme = study.stated.theme
                with plain_strings(), use_subject(theme.subject if theme else None):
                    made = Made(self.compute(study), notes.read)
            finally:
                _taking.reset(token)
                notes.open = False
                # Also after an error: a caller that catches it depends on the settings read.
                if outer is not None and outer.study is study:
                    outer.read.update(notes.read)
            study.made[key] = made
        elif outer is not None and outer.study is study:
            outer.read.update(made.read)
        return cast("T", made.value)

    def __set__(self, study: Staged, value: T) -> None:
        raise AttributeError(f"cannot assign to the stage {self.name!r}")


def stage(compute: Callable[[Any], T]) -> Stage[T]:
    """Turn a function of the study into a stage.

    Parameters
    ----------
    compute : callable
        Takes the study and returns the value. It reads settings through ``study.settings`` and other stages
        as attributes of the study; pass :func:`whole` of a section to a function that needs it as one object.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> kajian.rates is kajian.replace(kajian={"judul": "Judul lain"}).rates
    True
    """
    return Stage(compute)


def keep_unchanged(old: Staged, new: Staged) -> None:
    """Copy to `new` every stage of `old` whose recorded settings are equal in `new`.

    None where the theme differs, since texts of all stages depend on it.
    """
    if old.stated.theme != new.stated.theme:
        return
    for key, made in old.made.items():
        if all(_alike(new.stated, path, was) for path, was in made.read.items()):
            new.made[key] = made


def _alike(settings: Any, path: Path, was: object) -> bool:
    for name in path:
        settings = getattr(settings, name, None)
    return bool(settings == was)
