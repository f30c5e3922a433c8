"""Statements of decree, minutes and letters that do not come from data, such as dates and signers."""

from __future__ import annotations

from dataclasses import dataclass, field

from lokus.i18n import gettext as _

__all__ = ["Formalities", "Signer", "head_of_region", "place_name"]


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signs a document; what is empty is left to be written by hand.

    Parameters
    ----------
    office : str
        What the signer is, ``"Kepala Bappeda Kabupaten Contoh"``.
    name : str
    nip : str
        Number of a civil servant.
    """

    office: str = ""
    name: str = ""
    nip: str = ""


@dataclass(frozen=True, kw_only=True)
class Formalities:
    """Statements of the study file for the documents.

    Parameters
    ----------
    number, date, place : str
        Number and date of the decree, and where it is set.
    subject : str
        What the decree is about, behind "tentang"; empty: lokus of the kabupaten and year.
    recitals : tuple of str
        Further considerations ("Menimbang"), each beginning after "bahwa".
    basis : tuple of str
        Laws and decrees that it rests on ("Mengingat").
    columns : tuple of str
        Figures of the villages that its annex states beside the names.
    signer : Signer
        Head of the region.
    meeting, meeting_date, meeting_place : str
        The meeting whose minutes are drafted.
    minutes_number : str
    attendees : tuple of str
        Who signs the minutes beside the offices that have something to do.
    letter_number, letter_date, deadline : str
        Of the letters that ask for data.
    letter_signer : Signer
    address : str
        Address of the institution, under its name.

    Examples
    --------
    >>> Formalities(number="188.45/12/2026").number
    '188.45/12/2026'
    """

    number: str = ""
    date: str = ""
    place: str = ""
    subject: str = ""
    recitals: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    signer: Signer = field(default_factory=Signer)
    meeting: str = ""
    meeting_date: str = ""
    meeting_place: str = ""
    minutes_number: str = ""
    attendees: tuple[str, ...] = ()
    letter_number: str = ""
    letter_date: str = ""
    deadline: str = ""
    letter_signer: Signer = field(default_factory=Signer)
    address: str = ""


def head_of_region(kabupaten: str) -> str:
    """Give the office that heads a kabupaten or kota.

    Examples
    --------
    >>> head_of_region("Kabupaten Muara Enim"), head_of_region("Kota Prabumulih")
    ('Bupati Muara Enim', 'Wali Kota Prabumulih')
    """
    city = kabupaten.casefold().startswith("kota ")
    name = place_name(kabupaten)
    return _("Mayor of {name}").format(name=name) if city else _("Regent of {name}").format(name=name)


def place_name(kabupaten: str) -> str:
    """Give the name of a region without its kind.

    Examples
    --------
    >>> place_name("Kabupaten Muara Enim"), place_name("Kota Prabumulih"), place_name("Pasangkayu")
    ('Muara Enim', 'Prabumulih', 'Pasangkayu')
    """
    first, _blank, rest = kabupaten.partition(" ")
    return rest if rest and first.casefold() in ("kabupaten", "kota", "kab.") else kabupaten
