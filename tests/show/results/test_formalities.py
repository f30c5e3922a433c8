from __future__ import annotations

import pytest

from lokus.show.results.formalities import head_of_region


@pytest.mark.parametrize(
    ("kabupaten", "head"),
    [
        ("Kabupaten Ogan Komering Ilir", "Bupati Ogan Komering Ilir"),
        ("Kota Prabumulih", "Wali Kota Prabumulih"),
        ("Kotabaru", "Bupati Kotabaru"),
        ("Kabupaten Kotabaru", "Bupati Kotabaru"),
    ],
)
def test_the_head_of_a_region_is_named_by_its_kind(kabupaten, head):
    assert head_of_region(kabupaten) == head
