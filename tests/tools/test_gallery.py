"""The pictures of the README are those that its lines make today."""

from __future__ import annotations

import io

import gallery
import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image


def test_every_picture_of_the_readme_is_an_item_of_the_gallery(root):
    assert set(gallery.README_PICTURES) <= {item.name for item in gallery.ITEMS}
    readme = (root / "README.md").read_text(encoding="utf-8")
    for stem, _dpi in gallery.README_PICTURES.values():
        assert f"docs/gambar/{stem}.png" in readme


@pytest.mark.slow
def test_the_map_of_the_readme_is_the_map_of_today(root, demo):
    mpl.use("Agg")
    stem, dpi = gallery.README_PICTURES["usulan"]
    drawn = io.BytesIO()
    demo.maps.sheet("usulan").savefig(drawn, dpi=dpi)

    def grey(source):
        with Image.open(source) as picture:
            return np.asarray(picture.convert("L").resize((760, 537)), dtype=float)

    # Few colours and other fonts differ by little; another village marked, or a label gone, by more.
    apart = np.abs(grey(drawn) - grey(root / "docs" / "gambar" / f"{stem}.png"))
    assert (apart > 60).mean() < 2e-4, "run: make picture"
