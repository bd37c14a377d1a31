from __future__ import annotations

from bench.importing import rows
from tests.bench.visits import visit


def test_each_way_is_a_row_of_medians_beside_unpacked_files():
    visits = [visit("lock", importing=seconds) for seconds in (4, 9, 3)]
    visits += [visit("unpacked", importing=2), visit("bundle", importing=1)]
    assert list(rows(visits)) == [
        ("a b, chromium, lazy", "4.00", "2.00", "2.00"),
        ("a b, chromium, unpacked", "2.00", "1.00", "1.00"),
        ("a b, chromium, bytecode", "1.00", "0.50", "0.50"),
    ]


def test_rows_need_no_way_but_those_measured():
    assert list(rows([visit("bundle", importing=2)])) == [("a b, chromium, bytecode", "2.00", "1.00", "")]
