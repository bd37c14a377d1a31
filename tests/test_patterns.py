"""Patterns that the bundle's build compiles ahead equal those that Python compiles."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from packaging.version import VERSION_PATTERN

BUILD = Path(__file__).resolve().parents[1] / "js" / "build"

PATTERNS = [
    (VERSION_PATTERN, re.VERBOSE | re.IGNORECASE),
    (r"(?P<first>a+)(b)?(?P<last>[c-f\d])", 0),
    (rb"\w+\s*(?P<rest>.*)", re.DOTALL),
    (r"(?m)^x$", 0),
    (r"", 0),
]


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


patterns = load("patterns", BUILD / "patterns.py")
stand_in = load("bundled_re", BUILD / "bundled" / "re.py")


@pytest.mark.parametrize(("pattern", "flags"), PATTERNS)
def test_a_pattern_is_restored_as_it_was(pattern, flags):
    restored = stand_in.restore(pattern, *patterns.compile_pattern(pattern, int(flags)))
    expected = re.compile(pattern, flags)
    assert restored == expected
    assert (restored.groups, restored.groupindex, restored.flags) == (
        expected.groups,
        expected.groupindex,
        expected.flags,
    )


def test_names_of_groups_are_restored():
    pattern = PATTERNS[1][0]
    found = stand_in.restore(pattern, *patterns.compile_pattern(pattern, 0)).fullmatch("aabd")
    assert (found.groupdict(), found.lastgroup) == ({"first": "aa", "last": "d"}, "last")


def test_a_pattern_is_compiled_when_it_is_used():
    waiting = stand_in.compile("(")
    with pytest.raises(re.error, match="unterminated"):
        waiting.match("")
    assert stand_in.compile("a(b)").match("ab").group(1) == "b"
