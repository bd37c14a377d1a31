from __future__ import annotations

import pytest

from wherry.model.sizes import human_size

SIZES = {
    0: "0 B",
    999: "999 B",
    1000: "1.0 kB",
    1549: "1.5 kB",
    999_949: "999.9 kB",
    999_950: "1.0 MB",
    27_000_000: "27.0 MB",
    999_999_999: "1.0 GB",
    4_200_000_000_000: "4200.0 GB",
}


@pytest.mark.parametrize("size", SIZES)
def test_a_size_has_few_digits(size):
    assert human_size(size) == SIZES[size]
