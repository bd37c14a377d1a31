from __future__ import annotations

import sys

import pytest
from packaging.tags import sys_tags
from packaging.version import Version

from wherry.model.environment import Environment, emscripten_platforms, supported_tags

PYODIDE = ["pyemscripten_2026_0_wasm32", "pyodide_2026_0_wasm32", "emscripten_5_0_3_wasm32"]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        pytest.param({"PYEMSCRIPTEN_ABI_VERSION": "2026_0"}, PYODIDE, id="the name of PEP 783"),
        pytest.param({"PYEMSCRIPTEN_PLATFORM_VERSION": "2026_0"}, PYODIDE, id="the name before it"),
        pytest.param({"PYODIDE_ABI_VERSION": "2026_0"}, PYODIDE, id="the first name"),
        pytest.param(
            {"PYODIDE_ABI_VERSION": "2024_0", "PYEMSCRIPTEN_PLATFORM_VERSION": "2025_0"}
            | {"PYEMSCRIPTEN_ABI_VERSION": "2026_0"},
            PYODIDE,
            id="the newest name counts",
        ),
        pytest.param(
            {"PYEMSCRIPTEN_ABI_VERSION": "", "PYODIDE_ABI_VERSION": "2026_0"}, PYODIDE, id="an empty one counts not"
        ),
        pytest.param({}, PYODIDE[2:], id="without one the platform of Emscripten remains"),
        pytest.param({"PYEMSCRIPTEN_ABI_VERSION": None}, PYODIDE[2:], id="None is no ABI"),
    ],
)
def test_platforms_follow_from_the_abi(variables, expected):
    assert list(emscripten_platforms(variables, "emscripten-5.0.3-wasm32")) == expected


def test_tags_are_ordered_from_most_to_least_specific():
    tags = supported_tags((3, 14), PYODIDE)
    samples = [
        *(f"cp314-cp314-{platform}" for platform in PYODIDE),
        *(f"cp314-abi3-{platform}" for platform in PYODIDE),
        f"cp314-none-{PYODIDE[0]}",
        f"cp313-abi3-{PYODIDE[0]}",
        f"py314-none-{PYODIDE[0]}",
        f"py3-none-{PYODIDE[2]}",
        "cp314-none-any",
        "py314-none-any",
        "py3-none-any",
        "py30-none-any",
    ]
    assert sorted(samples, key=tags.index) == samples
    assert tags[0] == samples[0]
    assert tags[-1] == samples[-1]
    assert len(set(tags)) == len(tags)


def test_extensions_for_another_python_are_not_supported():
    assert {tag.split("-")[1] for tag in supported_tags((3, 14), PYODIDE)} == {"cp314", "abi3", "none"}


def test_rank_is_the_position_of_a_tag():
    environment = Environment(Version("3.14.2"), {}, supported_tags((3, 14), PYODIDE))
    assert environment.platform == PYODIDE[0]
    assert [environment.rank[tag] for tag in environment.tags] == list(range(len(environment.tags)))


def test_the_current_environment_agrees_with_packaging():
    environment = Environment.current()
    assert environment.tags == tuple(map(str, sys_tags()))
    assert environment.python_version.release == sys.version_info[:3]
    assert environment.markers["sys_platform"] == sys.platform


@pytest.mark.parametrize(
    ("name", "expected"),
    [("json", True), ("cprofile", True), ("sre-compile", True), ("winreg", sys.platform == "win32"), ("pytest", None)],
)
def test_the_running_python_knows_its_standard_modules(name, expected):
    assert Environment.current().has_standard_module(name) is expected


def test_no_other_standard_module_is_spelt_with_capitals():
    projects = [name for name in sys.stdlib_module_names if not name.startswith("_")]
    assert [name for name in projects if name != name.lower()] == ["cProfile"]
