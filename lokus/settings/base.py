"""Field types of the sections: words, numbers and codes, checked strictly and within stated limits."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StrictInt,
    StrictStr,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from lokus.characters import UNSEEN
from lokus.i18n import gettext as _
from lokus.places.kode import parse_kode

__all__ = [
    "AtMost",
    "Count",
    "KabupatenDigits",
    "Kode",
    "KodeKabupaten",
    "KodeKecamatan",
    "Note",
    "Number",
    "Percent",
    "Positive",
    "Section",
    "Share",
    "Text",
    "Villages",
    "Weight",
    "Words",
    "Year",
]


class AtMost:
    """The largest number that a key may state, with the reason for the limit.

    An annotation: ``Annotated[StrictInt, AtMost(20_000, lambda: _("each is a whole choice"))]``. The reason
    is a function, so that it is written in the language current when a number is refused.
    """

    def __init__(self, limit: float, why: Callable[[], str]) -> None:
        self.limit = limit
        self.why = why

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Accept values of the annotated type up to the limit."""
        return core_schema.no_info_after_validator_function(self._within, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """State the limit in the schema too."""
        return {**handler(schema), "maximum": self.limit}

    def _within(self, value: float) -> float:
        if abs(value) > self.limit:
            raise PydanticCustomError(
                "too_much",
                "{value} > {limit}: {why}",
                {"limit": self.limit, "why": self.why(), "value": value},
            )
        return value


def _plain(text: str) -> str:
    """Raise on invisible characters that change how a text is read; line breaks and tabs are allowed."""
    if found := UNSEEN.search(text):
        raise ValueError(
            _("holds a character that is not seen: U+{number:04X} {name}").format(
                number=ord(found[0]), name=unicodedata.name(found[0], "CONTROL")
            )
        )
    return text


def _digits(count: int, example: str) -> Callable[[str], str]:
    def check(code: str) -> str:
        digits = code.replace(".", "")
        if len(digits) != count or not (digits.isascii() and digits.isdecimal()):
            raise ValueError(
                _('"{code}" is not a code of {n} digits such as {example}').format(
                    code=code[:40], n=count, example=example
                )
            )
        return digits

    return check


def _same_after(check: Callable[[str], str]) -> Callable[[str], str]:
    def checked(code: str) -> str:
        check(code)
        return code

    return checked


_LETTERS = 2000  # of one text; a longer title fits on no page
_LARGEST = 1e12  # of one number: rupiah of a whole province, and sums of them still exact

_Finite = Annotated[
    float,
    Field(strict=True, allow_inf_nan=False),
    AtMost(_LARGEST, lambda: _("no village has that many of anything")),
]
Percent = Annotated[float, Field(strict=True, ge=0, le=100, allow_inf_nan=False)]
Number = _Finite
Positive = Annotated[_Finite, Field(gt=0)]
Weight = Annotated[_Finite, Field(ge=0)]
Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[
    StrictInt,
    Field(ge=0),
    AtMost(1_000_000, lambda: _("more than a kabupaten has villages, teams or packages")),
]
Villages = Annotated[
    StrictInt, Field(ge=1), AtMost(100_000, lambda: _("the whole country has about 84,000 villages"))
]
Note = Annotated[StrictStr, Field(max_length=_LETTERS), AfterValidator(_plain)]
Text = Annotated[StrictStr, Field(min_length=1, max_length=_LETTERS), AfterValidator(_plain)]
Year = Annotated[StrictInt, Field(ge=2000, le=2100)]
Kode = Annotated[Text, AfterValidator(parse_kode)]
KodeKabupaten = Annotated[Text, AfterValidator(_same_after(_digits(4, "16.03")))]
KabupatenDigits = Annotated[Text, AfterValidator(_digits(4, "16.03"))]
KodeKecamatan = Annotated[Text, AfterValidator(_digits(6, "16.03.01"))]


class Words:
    """Words of the study file and the words of the code for them.

    An annotation: ``Annotated[Correction, Words(fdr="fdr", tanpa="none")]`` accepts ``"tanpa"``, stores
    ``"none"``, and writes ``"tanpa"``.
    """

    def __init__(self, **meaning: str) -> None:
        self.meaning: Mapping[str, str] = meaning
        self.word = {value: word for word, value in meaning.items()}

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Accept one of the words, store the word of the code, and write the former."""
        return core_schema.no_info_after_validator_function(
            self.meaning.__getitem__,
            core_schema.literal_schema(list(self.meaning)),
            serialization=core_schema.plain_serializer_function_ser_schema(self.word.__getitem__),
        )


class Section(BaseModel):
    """One part of the study file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
