from __future__ import annotations

import json

from packaging.utils import canonicalize_name

from tests.harness.html import unstyled
from wherry.model.check import BrokenDistribution, CheckReport, UnmetRequirement

REPORT = CheckReport(
    broken=(
        BrokenDistribution(
            "b 1",
            "/site/b-1.dist-info",
            "4 of its files are missing",
            ("/site/b/1.py", "/site/b/2.py", "/site/b/3.py", "/site/b/4.py"),
        ),
        BrokenDistribution("c-1.dist-info", "/site/c-1.dist-info", "its METADATA cannot be read (No such file)"),
    ),
    missing=(UnmetRequirement(canonicalize_name("a"), "1", "d>=1", "d", extra="x"),),
    conflicting=(
        UnmetRequirement(canonicalize_name("a"), "1", "b>=2", "b", "1"),
        UnmetRequirement(canonicalize_name("a"), "1", "Python >=3.15", "python", "3.14.2"),
    ),
)


def test_a_report_reads_as_lines():
    assert str(REPORT).splitlines() == [
        "Broken: b 1: 4 of its files are missing: /site/b/1.py, /site/b/2.py, /site/b/3.py, …",
        "Broken: c-1.dist-info: its METADATA cannot be read (No such file)",
        "Missing: a[x] 1 requires d>=1, which is not installed",
        "Conflicting: a 1 requires b>=2, but b 1 is installed",
        "Conflicting: a 1 requires Python >=3.15; this is 3.14.2",
    ]


def test_a_report_shows_as_an_escaped_table():
    assert unstyled(CheckReport(conflicting=REPORT.conflicting)._repr_html_()) == (
        "<table><tr><td>Conflicting</td><td>a 1 requires b&gt;=2, but b 1 is installed</td></tr>"
        "<tr><td>Conflicting</td><td>a 1 requires Python &gt;=3.15; this is 3.14.2</td></tr></table>"
    )


def test_a_report_without_problems_is_false():
    assert REPORT
    assert not CheckReport()
    assert str(CheckReport()) == "No problems found"
    assert CheckReport()._repr_html_() == "<p>No problems found</p>"


def test_warnings_are_shown_and_are_no_problems():
    report = CheckReport(warnings=("a-1.dist-info: <odd>",))
    assert not report
    assert str(report) == "No problems found\nWarning: a-1.dist-info: <odd>"
    assert report._repr_html_() == "<p>No problems found</p><p>Warning: a-1.dist-info: &lt;odd&gt;</p>"
    assert report.to_dict()["warnings"] == ["a-1.dist-info: <odd>"]


def test_a_report_converts_to_json():
    travelled = json.loads(json.dumps(REPORT.to_dict()))
    assert travelled["broken"][1] == {
        "name": "c-1.dist-info",
        "location": "/site/c-1.dist-info",
        "problem": "its METADATA cannot be read (No such file)",
        "missing_files": [],
    }
    assert travelled["missing"] == [
        {"name": "a", "version": "1", "extra": "x", "requirement": "d>=1", "project": "d", "installed": None}
    ]
    assert [item["installed"] for item in travelled["conflicting"]] == ["1", "3.14.2"]


def test_the_environment_is_shown_and_is_no_problem():
    report = CheckReport(environment="Pyodide 314, JavaScript: none (<eval>)")
    assert not report
    assert str(report) == "No problems found\nEnvironment: Pyodide 314, JavaScript: none (<eval>)"
    assert report.to_dict()["environment"] == report.environment
    assert report._repr_html_() == (
        "<p>No problems found</p><p>Environment: Pyodide 314, JavaScript: none (&lt;eval&gt;)</p>"
    )
