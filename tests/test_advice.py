"""The command line translates the advice of errors, so its patterns must match their words."""

from __future__ import annotations

import ast
import re

import pytest

from tests.harness.paths import JS
from tests.test_floors import SOURCE

ADVICE = (JS / "src" / "cli" / "advice.ts").read_text(encoding="utf-8")
SHORTEST = 8  # characters; a shorter beginning says nothing


def beginnings():
    """Yield the text with which each pattern begins, up to its first group or wildcard."""
    for pattern in re.findall(r"^  \[/(.*?)/g, ", ADVICE, re.MULTILINE):
        plain = re.match(r"(?:\\.|[^\\(\[.*+?])*", pattern)[0].replace("\\", "")
        if len(plain) >= SHORTEST:
            yield plain
    yield re.search(r'TRUST_SYSTEM = "(.*?)"', ADVICE)[1]
    yield re.search(r'if \(offline\) yield \["(.*?)"', ADVICE)[1]


def constants():
    """Return the texts of the source, with a gap in the place of each value that is put into one."""
    texts = []
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                texts.append("".join(str(part.value) if isinstance(part, ast.Constant) else "" for part in node.values))
    return texts


TEXTS = constants()


@pytest.mark.parametrize("beginning", [*beginnings()])
def test_every_pattern_matches_a_text_of_the_source(beginning):
    served = beginning.replace("serve Pyodide's packages", "serve").replace("Serve Pyodide's packages", "Serve")
    assert any(beginning in text or served.rstrip() in text for text in TEXTS)
