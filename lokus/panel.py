"""What if: a panel of sliders in a notebook, with the list and the map that follow.

Needs the optional extra ``panel`` (ipywidgets). Nothing in it needs a network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import replace as with_changes
from html import escape
from typing import TYPE_CHECKING, Any

from lokus.errors import LokusError
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import ipywidgets

    from lokus.kajian import Kajian

__all__ = ["WhatIf", "what_if"]


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """What the panel is set to.

    Parameters
    ----------
    weights : mapping of str to float
        Indicator key → weight.
    n : int
        Villages to choose.
    max_kecamatan : int or None
        ``None`` for any number.
    locked : mapping of str to bool
        Village → locked in (true) or out (false).
    """

    weights: Mapping[str, float]
    n: int
    max_kecamatan: int | None = None
    locked: Mapping[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, kajian: Kajian) -> WhatIf:
        """Take the settings of a study as they stand."""
        stated = kajian.settings
        return cls(
            weights={str(key): round(float(weight), 4) for key, weight in kajian.scores.weights.items()},
            n=stated.choice.n,
            max_kecamatan=stated.choice.max_kecamatan,
            locked={lock.kode: True for lock in stated.choice.locked_in}
            | {lock.kode: False for lock in stated.choice.locked_out},
        )

    def with_lock(self, kode: str, inside: bool | None) -> WhatIf:
        """Lock a village in or out, or release it."""
        others = {village: state for village, state in self.locked.items() if village != kode}
        return with_changes(self, locked=others if inside is None else {**others, kode: inside})

    def apply(self, kajian: Kajian) -> Kajian:
        """Give the study with these settings.

        Raises
        ------
        LokusError
            The settings contradict each other.
        """
        stated = kajian.settings.choice
        reasons = {lock.kode: lock.reason for lock in (*stated.locked_in, *stated.locked_out)}
        locks: dict[bool, list[dict[str, str]]] = {True: [], False: []}
        for kode, inside in self.locked.items():
            locks[inside].append({"kode": kode, "alasan": reasons.get(kode, _("tried in the panel"))})
        return kajian.replace(
            skor={
                "bobot": dict(self.weights),
                **dict.fromkeys(("pembobotan", "indikator", "ahp", "prasetel", "pengganti")),
            },
            pilihan={
                "jumlah": self.n,
                "maks_kecamatan": self.max_kecamatan,
                "kunci_masuk": locks[True],
                "kunci_keluar": locks[False],
            },
        )


def what_if(kajian: Kajian) -> ipywidgets.Widget:
    """Show a panel that proposes again whenever a slider moves.

    Parameters
    ----------
    kajian : Kajian
        The study to start from; it is not changed.

    Returns
    -------
    ipywidgets.Widget
        Shown by the notebook when it is the last value of a cell.

    Examples
    --------
    >>> from lokus import Kajian
    >>> panel = what_if(Kajian.open("data/kajian/contoh-2026.toml"))
    >>> controls, answer = panel.children
    >>> controls.children[0].description
    'Prevalensi stunting (perkiraan)'
    """
    return _Panel(kajian).widget


class _Panel:
    """Widgets and what ties them together."""

    def __init__(self, kajian: Kajian) -> None:
        import ipywidgets as widgets

        from lokus.show.maps.maps import QuickMap

        self.kajian = kajian
        self.state = WhatIf.of(kajian)
        self.map = QuickMap(kajian.villages, kajian.boundaries.kecamatan)
        wide = widgets.Layout(width="420px")
        style = {"description_width": "220px"}
        self.weights = {
            key: widgets.FloatSlider(
                value=value, min=0, max=1, step=0.05, description=kajian.catalogue[key].label,
                style=style, layout=wide, readout_format=".2f", continuous_update=False,
            )
            for key, value in self.state.weights.items()
        }  # fmt: skip
        self.n = widgets.IntSlider(
            value=self.state.n, min=1, max=max(60, self.state.n), description=_("Villages to choose"),
            style=style, layout=wide, continuous_update=False,
        )  # fmt: skip
        total = kajian.villages["kode_kecamatan"].nunique()
        self.limit = widgets.IntSlider(
            value=self.state.max_kecamatan or total, min=1, max=total, description=_("Kecamatan at most"),
            style=style, layout=wide, continuous_update=False,
        )  # fmt: skip
        names = kajian.villages["desa"] + " (" + kajian.villages["kecamatan"] + ")"
        self.codes = {f"{name} {kode}": str(kode) for kode, name in names.items()}
        self.village = widgets.Combobox(
            options=sorted(self.codes), placeholder=_("name of a village"), ensure_option=True, layout=wide
        )
        buttons = []
        for text, inside in ((_("Lock in"), True), (_("Lock out"), False), (_("Release"), None)):
            button = widgets.Button(description=text)
            button.on_click(lambda _button, inside=inside: self._lock(inside))
            buttons.append(button)
        self.message, self.list = widgets.HTML(), widgets.HTML()
        self.picture = widgets.Image(format="png")
        for control in (*self.weights.values(), self.n, self.limit):
            control.observe(self._moved, names="value")
        self.widget = widgets.HBox(
            [
                widgets.VBox(
                    [
                        *self.weights.values(),
                        self.n,
                        self.limit,
                        self.village,
                        widgets.HBox(buttons),
                        self.message,
                    ]
                ),
                widgets.VBox([self.picture, self.list]),
            ]
        )
        self._show()

    def _moved(self, _change: object) -> None:
        limit = self.limit.value
        self.state = with_changes(
            self.state,
            weights={key: slider.value for key, slider in self.weights.items()},
            n=self.n.value,
            max_kecamatan=None if limit == self.limit.max else limit,
        )
        self._show()

    def _lock(self, inside: bool | None) -> None:
        if self.village.value in self.codes:
            self.state = self.state.with_lock(self.codes[self.village.value], inside)
            self._show()

    def _show(self) -> None:
        from lokus.show.maps.maps import compare_status

        try:
            tried = self.state.apply(self.kajian)
            chosen = tried.proposal.table["terpilih"]
        except LokusError as error:
            self.message.value = f"<p style='color:#a13d18'>{escape(str(error))}</p>"
            return
        classes = compare_status(self.kajian.proposal.table["terpilih"], chosen)
        self.picture.value = self.map.png(classes)
        self.message.value = f"<p>{escape(str(tried.proposal))}</p>"
        self.list.value = _as_table(tried, classes)


def _as_table(kajian: Kajian, classes: Any) -> str:
    from lokus.show.themes.palette import REVIEW

    table = kajian.proposal.table
    ordered = table[table["terpilih"]].sort_values("nomor").index
    scores = kajian.scores.table["skor"]
    rows = "".join(
        f"<tr><td>{number}</td><td>{escape(kajian.villages.at[kode, 'desa'])}</td>"
        f"<td>{escape(kajian.villages.at[kode, 'kecamatan'])}</td>"
        f"<td>{format_number(100 * float(scores[kode]), decimals=1)}</td>"
        f"<td>{REVIEW.label(classes[kode])}</td></tr>"
        for number, kode in enumerate(ordered, start=1)
    )
    gone = [escape(kajian.villages.at[kode, "desa"]) for kode in classes.index[classes == "keluar"]]
    note = _("No longer chosen: {names}").format(names=", ".join(gone)) if gone else ""
    return f"<table>{rows}</table><p>{note}</p>"
