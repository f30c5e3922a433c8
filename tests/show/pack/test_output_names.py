from __future__ import annotations

import pytest

from lokus.show.pack.output_names import DOCUMENTS, OWN_NAMES, is_filled_in, request_names


@pytest.mark.parametrize("name", [*DOCUMENTS, "kalender_aksi.xlsx", *request_names("dinas_pupr")])
def test_what_others_fill_in_or_edit_is_known_by_its_name(name):
    assert is_filled_in(name)


def test_outputs_that_nobody_fills_in_are_not_taken_for_such():
    assert [name for name in OWN_NAMES if is_filled_in(name)] != []
    assert not any(is_filled_in(name) for name in ("lokus.xlsx", "laporan.html", "hasil.gpkg"))
    assert not is_filled_in("permintaan_data_../x.xlsx")
