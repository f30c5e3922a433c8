"""Show the interactive page in a notebook, with the study as it is changed on the page.

Needs the optional extra ``panel`` (anywidget); no network is needed.
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lokus.errors import StudyFileError
from lokus.i18n import gettext as _
from lokus.settings.scenario import scenario_from_mapping
from lokus.show.web.web_map import TEMPLATES, page_frame, render_web_map

if TYPE_CHECKING:
    from lokus.kajian import Kajian

__all__ = ["WhatIf", "what_if"]

_HEIGHT = 680  # pixels; map, legend and a village's card side by side


class WhatIf:
    """The interactive page of a study in a notebook, and the study as changed on it.

    Shown by Jupyter, VS Code and pages exported from a notebook. Where widgets do not run, as in an exported
    page, the page still works, but :attr:`tried` does not change.

    Parameters
    ----------
    kajian : Kajian
        The study to start from; it is not changed.
    height : int
        Height of the frame, in pixels.

    Examples
    --------
    >>> from lokus import Kajian
    >>> panel = WhatIf(Kajian.open("data/kajian/contoh-2026.toml"))
    >>> panel
    Coba bobot dan aturan lain: Usulan Lokasi Fokus Stunting 2026
    >>> panel.tried is panel.kajian
    True
    """

    def __init__(self, kajian: Kajian, *, height: int = _HEIGHT) -> None:
        self.kajian = kajian
        self.height = height
        self._address: dict[str, str] = {}

    @cached_property
    def page(self) -> str:
        """The page as text, as written by :func:`lokus.show.web.web_map.write_web_map`."""
        material = self.kajian.material
        maps = self.kajian.maps
        return render_web_map(
            maps.results,
            maps.kecamatan,
            maps.info,
            indicators={**maps.indicators, **material.indicators},
            trial=material.trial,
            gaps=material.gaps,
            pack=True,
        )

    @property
    def tried(self) -> Kajian:
        """The study as changed on the page at present; the study itself without changes.

        Raises
        ------
        LokusError
            No list satisfies the changed rules; raised by ``tried.proposal``.
        """
        stated = self._address.get("coba")
        return self.kajian if stated is None else self._with(json.loads(stated))

    @property
    def scenarios(self) -> dict[str, Kajian]:
        """The scenarios stored on the page, by name."""
        kept = json.loads(self._address.get("skenario", "[]"))
        return {str(plain["nama"]): self._with(plain) for plain in kept}

    def _with(self, plain: dict[str, Any]) -> Kajian:
        study = self.kajian.stated.study
        head: dict[str, Any] = {
            "nama": plain.get("nama") or _("Trial"),
            "kabupaten": study.kabupaten,
            "tahun": study.year,
        }
        if "hapus" in plain:
            head["hapus"] = plain["hapus"]
        sections: dict[str, Any] = {key: plain[key] for key in ("skor", "pilihan") if key in plain}
        return self.kajian.with_scenario(scenario_from_mapping({"skenario": head, **sections}))

    @cached_property
    def widget(self) -> Any:
        """The page as a widget.

        Raises
        ------
        StudyFileError
            The extra ``panel`` is not installed.
        """
        try:
            import anywidget
            import traitlets
        except ModuleNotFoundError as error:
            raise StudyFileError(
                _("the widget needs the extra panel"), remedy=_('install it with: pip install "lokus[panel]"')
            ) from error

        script = Path(TEMPLATES / "widget.js")

        class Page(anywidget.AnyWidget):
            _esm = script.read_text(encoding="utf-8")
            page = traitlets.Unicode().tag(sync=True)
            title = traitlets.Unicode().tag(sync=True)
            height = traitlets.Int().tag(sync=True)
            tried = traitlets.Dict().tag(sync=True)

        widget = Page(page=self.page, title=repr(self), height=self.height)
        widget.observe(self._follow, names="tried")
        return widget

    def _follow(self, change: dict[str, Any]) -> None:
        self._address = {str(key): str(value) for key, value in change["new"].items()}

    def __repr__(self) -> str:
        return _("Try other weights and rules") + ": " + self.kajian.stated.study.title

    def _repr_html_(self) -> str:
        """Return the page in a frame, for viewers that do not run widgets."""
        return page_frame(self.page, title=repr(self), height=self.height)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Return the widget where its extra is installed, and the page for other viewers."""
        plain = {"text/plain": repr(self), "text/html": self._repr_html_()}
        try:
            bundle = self.widget._repr_mimebundle_(**options)
        except StudyFileError:
            return plain
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, **plain}, metadata


def what_if(kajian: Kajian) -> WhatIf:
    """Show the interactive page of a study, to try other weights, rules and locks in a notebook.

    Parameters
    ----------
    kajian : Kajian
        The study to start from; it is not changed.

    Returns
    -------
    WhatIf
        Shown where it is the last value of a cell; ``tried`` is the study as changed on the page.

    Examples
    --------
    >>> from lokus import Kajian
    >>> panel = what_if(Kajian.open("data/kajian/contoh-2026.toml"))
    >>> panel.tried.proposal.kode == panel.kajian.proposal.kode
    True
    """
    return WhatIf(kajian)
