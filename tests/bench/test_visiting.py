from __future__ import annotations

import pytest

from bench.bundles import key_of
from bench.visiting import parse_workload


@pytest.mark.parametrize(
    ("text", "requirements", "modules"),
    [
        ("fastapi", "fastapi", "fastapi"),
        ("sympy plotly", "sympy plotly", "sympy, plotly"),
        ("sphinx mkdocs-material: sphinx material", "sphinx mkdocs-material", "sphinx, material"),
    ],
)
def test_a_workload_names_the_modules_that_differ_from_its_requirements(text, requirements, modules):
    assert parse_workload(text) == (requirements, modules)


def test_a_bundle_is_the_same_wherever_its_files_are_served():
    lock = 'url = "{}/a.whl"'
    here, there = "http://127.0.0.1:1", "http://127.0.0.1:2"
    assert key_of(lock.format(here), here, b"program") == key_of(lock.format(there), there, b"program")


def test_another_lock_or_another_program_makes_another_bundle():
    keys = {key_of("lock", "", b"a", b"b"), key_of("other", "", b"a", b"b"), key_of("lock", "", b"ab", b"")}
    assert len(keys) == 3
