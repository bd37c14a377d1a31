"""The command line translates the advice of errors, so its patterns must match their words."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.harness.paths import JS
from tests.test_floors import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator

ADVICE = (JS / "src" / "cli" / "advice.ts").read_text(encoding="utf-8")
PATTERN = re.compile(r"^  \[/((?:\\.|[^\\(\[.*+?/])*)", re.MULTILINE)
"""A pattern up to its first group or wildcard."""
TEXT = re.compile(r'(?:TRUST_SYSTEM = |(?:LOCK_AGAIN|GIVEN_LOCK) = |if \(offline\) yield \[)"(.*?)"')
SHORTEST = 8  # characters; a shorter beginning says nothing


def beginnings() -> list[str]:
    plain = [pattern.replace("\\", "") for pattern in PATTERN.findall(ADVICE)]
    return [text for text in plain if len(text) >= SHORTEST] + TEXT.findall(ADVICE)


def texts() -> Iterator[str]:
    """Yield the texts of the source, without the values that are inserted into them."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            found = [part.value for part in parts if isinstance(part, ast.Constant)]
            yield "".join(value for value in found if isinstance(value, str))


TEXTS = frozenset(texts())


@pytest.mark.parametrize("beginning", beginnings())
def test_every_pattern_matches_a_text_of_the_source(beginning):
    # These two words begin a text that is inserted.
    written = beginning.removesuffix(" Pyodide's packages ")
    assert any(beginning in text or written in text for text in TEXTS)


def test_the_patterns_are_found():
    assert len(beginnings()) == len(set(beginnings())) > SHORTEST
