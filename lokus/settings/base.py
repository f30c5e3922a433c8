"""What every section is made of: words, numbers and codes, checked strictly."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StrictStr

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


class Section(BaseModel):
    """One part of the study file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
