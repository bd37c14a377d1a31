from __future__ import annotations

import json
import tomllib

import pytest
from hypothesis import given, strategies as st

from wherry.formats.nesting import LIMIT, is_nested_deeply, load_json, load_toml

VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_json_is_read_as_the_json_module_does(value: object) -> None:
    assert load_json(json.dumps(value)) == value
    assert load_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(("opening", "closing"), ["[]", "{}", "()"])
def test_the_limit_counts_levels(opening: str, closing: str) -> None:
    assert not is_nested_deeply(opening * LIMIT + closing * LIMIT)
    assert is_nested_deeply(opening * (LIMIT + 1) + closing * (LIMIT + 1))


@pytest.mark.parametrize("text", ["[" * 20_000, "[" * 20_000 + "]" * 20_000, '{"a":' * 20_000, '[{"a":' * 20_000])
def test_deep_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="nests deeper than"):
        load_json(text)


def test_brackets_in_strings_do_not_count() -> None:
    assert load_json(json.dumps("[" * 1000)) == "[" * 1000
    assert load_json(json.dumps(['"' + "{" * 1000, "\\"])) == ['"' + "{" * 1000, "\\"]


def test_brackets_side_by_side_do_not_nest() -> None:
    assert load_json("[" + "[],{}," * 10_000 + "1]") == [*([[], {}] * 10_000), 1]


@pytest.mark.parametrize(
    "text", ["[" + "{}," * 2_100_000 + "{}]", b"[" + b"0," * 4_000_001 + b"0]"], ids=["str", "bytes"]
)
def test_too_many_values_are_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError, match="values, above the limit of 4000000"):
        load_json(text)


@pytest.mark.parametrize("text", ["", "{", "[1,]", "nul", '"\ud800', b"\xff", "1" * 5000])
def test_invalid_json_raises_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the parser's own words
        load_json(text)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 20_000,
        "a = " + "[" * 60 + "]" * 60,
        "a = " + "{a = " * 60 + "1" + "}" * 60,
        "a" + ".a" * 60 + " = 1",
        "a" + " . a" * 60 + " = 1",
        'a."b"' * 60 + " = 1",
        "[a" + ".'b'" * 60 + "]",
        "b = " + "'" * 3 + "x" + "'" * 3 + "\na = " + "[" * 60,
    ],
)
def test_deep_toml_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="nests deeper than 50 levels"):
        load_toml(text)


@pytest.mark.parametrize("quote", ['"', "'", '"' * 3, "'" * 3])
def test_brackets_in_strings_and_comments_of_toml_do_not_count(quote: str) -> None:
    inside = "[" * 100 + "a." * 100
    text = f"a = {quote}{inside}{quote} # {inside}\nb = 1.5 # '{inside}\n"
    assert load_toml(text) == {"a": inside, "b": 1.5}


TOML = st.lists(
    st.sampled_from(["a", "b", " = ", ".", "1", "[", "]", "{", "}", "\n", "#", ",", '"', "'", '"' * 3, "'" * 3, "\\"])
).map("".join)


@given(TOML)
def test_toml_is_read_as_tomllib_does(text: str) -> None:
    try:
        expected = tomllib.loads(text)
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011 - the parser's own words
            load_toml(text)
    else:
        assert load_toml(text) == expected
