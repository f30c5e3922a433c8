"""Translated words of the interactive page; the viewer itself holds none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["page_text", "trial_text", "viewer_text"]


def viewer_text(numbers: list[int], results: pd.DataFrame, lost: list[str]) -> dict[str, str]:
    """Words that the viewer shows, whether something can be tried or not.

    Parameters
    ----------
    numbers : list of int
        Place of each village on the list, 0 for none.
    results : DataFrame
        Villages, with ``kode_kecamatan``: several kecamatan of a province bear one name.
    lost : list of str
        Names of villages without polygon.

    Examples
    --------
    >>> import pandas as pd
    >>> viewer_text([1], pd.DataFrame({"kode_kecamatan": ["160301"]}), [])["list"]
    'Daftar lokus: 1 desa/kelurahan di 1 kecamatan'
    """
    proposed = results.loc[[number > 0 for number in numbers], "kode_kecamatan"]
    names = ", ".join(lost[:6]) + (", …" if len(lost) > 6 else "")
    return {
        "total": _("Total"),
        "indicators": _("Other indicators …"),
        "close": _("Close"),
        "parts": _("Parts of the kabupaten"),
        "whole": _("Show all"),
        "number": _("no."),
        "district": _("Kecamatan"),
        "no_polygon": _("This village has no polygon and is not on the map."),
        "nothing": _("No village found."),
        "more": _("and {n} more"),
        "list": _("List of lokus: {n} villages in {k} kecamatan").format(
            n=format_number(len(proposed)), k=format_number(proposed.nunique())
        ),
        "undrawn": _("{n} villages without polygon, counted but not drawn: {names}.").format(
            n=format_number(len(lost)), names=names
        ),
        "gaps": _("What is lacking, by office"),
        "columnNumber": _("No. on the list"),
        "columnVillage": _("Village"),
        "columnCode": _("Code"),
        "columnStatus": _("Official proposal"),
        "trialShort": _("Trial"),
        "trialScore": _("Score in the trial (0–100)"),
        "trialRank": _("Rank in the trial"),
        "trialNumber": _("No. in the trial"),
        "trialLayer": _("Trial against the official proposal"),
        "rows": _("{n} of {total} villages"),
        "noTrial": _(
            "This page only shows the proposal. Other weights and rules are tried in the version that is not "
            "for the public."
        ),
    }


def trial_text() -> dict[str, str]:
    """Words for trying out; numbers and names take the places in braces in the viewer.

    Examples
    --------
    >>> trial_text()["trialMark"]
    'PERCOBAAN – BUKAN USULAN RESMI'
    """
    return {
        "trialMark": _("TRIAL – NOT THE OFFICIAL PROPOSAL"),
        "trialTitle": _("Try other weights and rules"),
        "trialIntro": _(
            "Nothing here changes the official proposal. Every answer is the best list under the rules "
            "tried, computed on this page as lokus computes it."
        ),
        "officialShown": _("Official proposal"),
        "official": _("Official proposal"),
        "trialHidden": _("The official proposal is in view; a trial is kept beside it."),
        "trialNothing": _("Nothing is changed: weights, rules and locks are those of the official proposal."),
        "trialNoWeight": _("All weights are 0. Give at least one indicator a weight."),
        "trialLarge": _(
            "With this number of villages and kecamatan the page cannot compute the best list exactly, so it "
            "shows none. Save the numbers in the study file and run lokus."
        ),
        "trialExtra": _(
            "Under these rules the page cannot find the best list exactly, because of: {rules}. It shows "
            "none; run lokus with these rules."
        ),
        "trialNone": _("No list satisfies all these rules. Loosen one of them."),
        "trialNoneMost": _(
            "No list satisfies all these rules; at most {n} villages can be chosen under them. Loosen one."
        ),
        "trialSum": _("{n} villages in {k} kecamatan."),
        "trialCounts": _("{n} villages enter, {m} leave."),
        "trialSame": _("The list is the same as the official proposal."),
        "trialEntered": _("{n} villages enter: {names}."),
        "trialLeft": _("{n} villages leave: {names}."),
        "trialChildren": _("Stunted children reached (estimate): {now}; official proposal: {before}."),
        "trialList": _("TRIAL list: {n} villages in {k} kecamatan"),
        "trialLokus": _("On the trial list"),
        "entered": _("newly in"),
        "reset": _("Back to the official rules"),
        "weights": _("Weights"),
        "weightSum": _("The weights add up to {sum} points and are divided to make 100 %."),
        "addIndicator": _("Weigh another indicator …"),
        "rules": _("Rules of the trial"),
        "noLimit": _("no limit"),
        "ruleN": _("Villages to choose"),
        "ruleLimit": _("Kecamatan at most"),
        "ruleExact": _("exactly this number of kecamatan"),
        "ruleLeast": _("Fewest villages in a chosen kecamatan"),
        "ruleMost": _("Most villages in a kecamatan"),
        "fixedRules": _("Kept as in the study: {rules}"),
        "fixedQuota": _("quotas of kecamatan"),
        "fixedLocks": _("{n} villages locked by the rules on last year's list"),
        "locks": _("Locked villages"),
        "locksHow": _("Open a village on the map or in the table to lock it in or out."),
        "lockIn": _("Lock in"),
        "lockOut": _("Lock out"),
        "lockHeld": _("Locked by the rules on last year's list."),
        "lockReason": _("tried on the interactive page"),
        "release": _("Release"),
        "scenarios": _("Scenarios"),
        "scenarioName": _("Scenario {n}"),
        "scenarioNameLabel": _("Name of the scenario"),
        "scenarioHow": _(
            "A kept scenario stands in the address of this page and can be saved as a file that lokus "
            "repeats."
        ),
        "save": _("Keep"),
        "showIt": _("Show"),
        "file": _("Download file"),
        "remove": _("Remove"),
        "fileHead": _("Scenario of a trial. Not the official proposal."),
        "fileHow": _("Repeat it with: lokus run kajian.toml --skenario {file}"),
        "sideBySide": _("Scenarios side by side"),
        "villages": _("Villages on the list"),
        "districts": _("Kecamatan with lokus"),
        "scoreSum": _("Sum of official scores"),
        "childrenReached": _("Stunted children reached (estimate)"),
        "enteredCount": _("Enter"),
        "leftCount": _("Leave"),
        "inAll": _("In all these lists ({n}): {names}"),
        "listOf": _("List: {name}"),
    }


def page_text() -> dict[str, str]:
    """Words that stand in the page before the viewer starts.

    Examples
    --------
    >>> page_text()["layers"]
    'Lapisan peta'
    """
    return {
        "map": _("Map"),
        "hands": _(
            "Map. Arrow keys move, plus and minus zoom, 0 shows all, Enter opens the village in the middle."
        ),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "whole": _("Show all"),
        "layers": _("Map layers"),
        "search": _("Search village"),
        "example": _("name or code"),
        "noscript": _("This map needs JavaScript, which this browser has switched off."),
        "rule": _("Official proposal"),
        "views": _("What is in view"),
        "official": _("Official proposal"),
        "trial": _("Trial"),
        "table": _("Table of all villages"),
        "filter": _("Filter"),
        "kecamatan": _("Kecamatan"),
        "every": _("all"),
        "only": _("lokus only"),
        "csv": _("Save as CSV"),
        "panel": _("Beside the map"),
        "look": _("Look"),
        "try": _("Try out"),
        "village": _("Chosen village"),
    }
