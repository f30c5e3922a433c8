"""What every section is made of: words, numbers and codes, checked strictly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, StrictInt, StrictStr
from pydantic_core import CoreSchema, core_schema

from lokus.places.kode import parse_kode

__all__ = [
    "Count",
    "Kode",
    "KodeKecamatan",
    "Number",
    "Percent",
    "Positive",
    "Section",
    "Share",
    "Text",
    "Weight",
    "Words",
    "Year",
]

Percent = Annotated[float, Field(strict=True, ge=0, le=100)]
Number = Annotated[float, Field(strict=True)]
Positive = Annotated[float, Field(strict=True, gt=0)]
Weight = Annotated[float, Field(strict=True, ge=0)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
Count = Annotated[StrictInt, Field(ge=0)]
Text = Annotated[StrictStr, Field(min_length=1)]
Year = Annotated[StrictInt, Field(ge=2000, le=2100)]
Kode = Annotated[Text, AfterValidator(parse_kode)]
KodeKecamatan = Annotated[Text, AfterValidator(lambda code: code.replace(".", ""))]


class Words:
    """Words that a planner writes, and what the code calls them: the one place where they meet.

    An annotation: ``Annotated[Correction, Words(fdr="fdr", tanpa="none")]`` accepts ``"tanpa"``, holds
    ``"none"``, and writes ``"tanpa"`` again.
    """

    def __init__(self, **meaning: str) -> None:
        self.meaning: Mapping[str, str] = meaning
        self.word = {value: word for word, value in meaning.items()}

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Take one of the words, hold its meaning, write the word."""
        return core_schema.no_info_after_validator_function(
            self.meaning.__getitem__,
            core_schema.literal_schema(list(self.meaning)),
            serialization=core_schema.plain_serializer_function_ser_schema(self.word.__getitem__),
        )


class Section(BaseModel):
    """One part of the study file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
