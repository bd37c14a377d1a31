"""Lines of requirements, as pip reads them."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from wherry.formats.requirement_lines import LineNumbers, logical_lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("\n  \n# all of it\n", []),
        ("a\r\nb", [(1, "a"), (2, "b")]),
        ("  a  # why", [(1, "a")]),
        ("a @ https://example.org/a.whl#sha256=0", [(1, "a @ https://example.org/a.whl#sha256=0")]),
        ("a \\\n  >=1\nb", [(1, "a   >=1"), (3, "b")]),
        ("a \\\n# done\nb", [(1, "a"), (3, "b")]),
        ("# a \\\nb", [(2, "b")]),
        ("a\\", [(1, "a")]),
    ],
)
def test_comments_are_removed_and_continuations_joined(text: str, lines: list[tuple[int, str]]) -> None:
    assert list(logical_lines(text)) == lines


@given(st.text(st.sampled_from("a=# \\\n\t")))
def test_no_line_is_empty_and_numbers_ascend(text: str) -> None:
    lines = list(logical_lines(text))
    assert all(line == line.strip() != "" for _, line in lines)
    numbers = [number for number, _ in lines]
    assert numbers == sorted(set(numbers))


def numbers(text: str, key: str, *items: str) -> list[int]:
    return list(LineNumbers(text).of(key, items))


def test_strings_of_an_array_are_found_below_its_key() -> None:
    text = '# a\nother = ["a"]\ndependencies = [\n  "a",\n  # b\n  "b", "a>1",\n]'
    assert numbers(text, "dependencies", "a", "b", "a>1") == [4, 6, 6]


def test_strings_in_a_comment_are_found_below_its_key() -> None:
    assert numbers("# dependencies = ['a']", "dependencies", "a", "not there") == [1, 1]


def test_lines_are_found_among_escapes_and_both_kinds_of_quotes() -> None:
    text = 'a = 1\ndependencies = [\n"x",\n"\\u0079",\n\'z\',\n"x",\n]'
    assert numbers(text, "dependencies", "x", "y", "z", "x") == [3, 3, 5, 6]


@pytest.mark.parametrize("written", ["a", '"a"', "'a'", '"a b"', "'a=b'"])
def test_a_key_may_be_quoted(written: str) -> None:
    assert numbers(f'b = ["x"]\n\n {written} = ["x"]', written.strip("\"'"), "x") == [3]


def test_arrays_are_read_in_any_order() -> None:
    lines = LineNumbers('a = ["x"]\nb = ["x"]\nc = ["x"]')
    assert [list(lines.of(key, ["x"])) for key in "cabd"] == [[3], [1], [2], [1]]
