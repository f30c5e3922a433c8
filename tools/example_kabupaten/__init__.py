"""A synthetic kabupaten with known truth, and the untidy files its offices would send.

Methods can be judged where the truth is known, and the whole way can be walked without anybody's data. Codes
begin with the unused province number 99, and every file says that it is synthetic.
"""

from __future__ import annotations

from example_kabupaten.kabupaten import Kabupaten, make_kabupaten

__all__ = ["Kabupaten", "make_kabupaten"]
