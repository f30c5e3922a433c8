"""A stage: a cached part of a study that knows which settings it was made from.

While a stage is made, every setting that is read is noted, and with a stage that it asks for, whatever that
one was made from. A changed study keeps the stages none of whose settings changed; there is no table of
dependencies in which an entry can be forgotten.
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
    """What a study needs for its stages: the checked study file, and room for what was made."""

    @property
    def stated(self) -> Settings:
        """The study file as read."""

    @property
    def made(self) -> dict[tuple[str, str], Made]:
        """What was computed so far, by stage and language."""


class Made(NamedTuple):
    """A stage's value, and the settings it was made from."""

    value: Any
    read: Mapping[Path, object]


@contextmanager
def plain_strings() -> Iterator[None]:
    """Hold the text of new frames in Python's own strings rather than in Arrow's.

    Offices' tables have some hundred rows, each looked at one by one: Arrow copies every text on the way to
    Python, which was a quarter of the work of an audit. Type and content of the columns are the same.

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
    """Settings read while one stage of one study is made."""

    def __init__(self, study: Staged) -> None:
        self.study = study
        self.read: dict[Path, object] = {}
        self.open = True


_taking: ContextVar[_Notes | None] = ContextVar("lokus_stage", default=None)


class _Noted:
    """A section of the study file that notes what is read of it while a stage is made.

    It must not outlive the stage: a value that holds it could read settings that nobody noted.
    """

    __slots__ = ("_notes", "_path", "_section")

    def __init__(self, section: Section, path: Path, notes: _Notes) -> None:
        self._section, self._path, self._notes = section, path, notes

    def __getattr__(self, name: str) -> Any:
        if not self._notes.open:
            raise RuntimeError(f"a stage holds the settings {'.'.join(self._path)}; give it whole() of them")
        value, path = getattr(self._section, name), (*self._path, name)
        if len(path) == 1 and isinstance(value, Section):
            # That it is stated; its keys are noted one by one. Under a path of its own, so that it does not
            # take the place of the whole section where another function reads that.
            self._notes.read[(*path, "__class__")] = type(value)
            return _Noted(value, path, self._notes)
        self._notes.read[path] = value
        return value

    def __eq__(self, other: object) -> bool:
        return bool(whole(self) == whole(other))

    def __hash__(self) -> int:
        return hash(whole(self))


def whole(section: S) -> S:
    """Give a section as it stands, for a function that takes all of it; every key counts as read."""
    if isinstance(section, _Noted):
        section._notes.read[section._path] = section._section
        return cast("S", section._section)
    return section


def noted(study: Staged) -> Settings:
    """Give the settings of a study; while one of its stages is made, what is read of them is noted."""
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
        # Findings and reasons are text: what was made in one language does not serve in another.
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
                # Also where it failed: whoever catches that depends on what it had read.
                if outer is not None and outer.study is study:
                    outer.read.update(notes.read)
            study.made[key] = made
        elif outer is not None and outer.study is study:
            outer.read.update(made.read)
        return cast("T", made.value)

    def __set__(self, study: Staged, value: T) -> None:
        raise AttributeError(f"cannot assign to the stage {self.name!r}")


def stage(compute: Callable[[Any], T]) -> Stage[T]:
    """Make a stage of a function of the study.

    Parameters
    ----------
    compute : callable
        Takes the study, gives the value. It reads settings through ``study.settings`` and other stages
        as attributes of the study; where a function needs a section as one object, give it :func:`whole`.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> kajian.rates is kajian.replace(kajian={"judul": "Judul lain"}).rates
    True
    """
    return Stage(compute)


def keep_unchanged(old: Staged, new: Staged) -> None:
    """Hand on to `new` every stage of `old` that was made from settings which `new` has alike.

    None where the theme differs: every text of a stage is in its words.
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
