from __future__ import annotations

import json

from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.harness.html import unstyled
from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution, InstalledDistributions
from wherry.model.progress import Progress
from wherry.model.report import InstallReport, UninstallReport


def distribution(name: str, version: str) -> InstalledDistribution:
    return InstalledDistribution(
        CoreMetadata(canonicalize_name(name), Version(version)), installer="wherry", source="https://example.org/a.whl"
    )


REPORT = InstallReport(
    installed=(distribution("My.App", "1.0"), distribution("b", "2")),
    removed=(distribution("my-app", "0.9"),),
    warnings=("b <2> is yanked",),
    seconds={"placing": 0.5},
    requests=3,
)


def test_a_report_reads_as_lines():
    assert str(REPORT) == "Installed: my-app 1.0, b 2\nRemoved: my-app 0.9\nWarning: b <2> is yanked"


def test_a_report_is_a_table_at_a_prompt():
    assert (
        repr(REPORT) == "Installed  my-app  1.0\n           b       2\nRemoved    my-app  0.9\nWarning: b <2> is yanked"
    )
    assert repr(InstallReport()) == "Nothing to do"


def test_an_uninstall_report_is_a_tuple_with_warnings():
    gone = UninstallReport([distribution("b", "2")], ["c 1 requires b, which is not installed"])
    assert [item.name for item in gone] == ["b"]
    assert str(gone) == "Removed: b 2\nWarning: c 1 requires b, which is not installed"
    assert repr(gone) == "Removed  b  2\nWarning: c 1 requires b, which is not installed"
    travelled = json.loads(json.dumps(gone.to_dict()))
    assert [item["name"] for item in travelled["removed"]] == ["b"]
    assert travelled["warnings"] == list(gone.warnings)
    assert str(UninstallReport()) == "Nothing to do"


def test_a_report_shows_as_an_escaped_table():
    assert unstyled(REPORT._repr_html_()) == (
        "<table><tr><td>Installed</td><td>my-app</td><td>1.0</td><td>replaces 0.9</td></tr>"
        "<tr><td></td><td>b</td><td>2</td><td></td></tr></table><p>Warning: b &lt;2&gt; is yanked</p>"
    )


def test_a_distribution_that_is_not_replaced_shows_as_removed():
    gone = UninstallReport([distribution("b", "2"), distribution("c", "3")], ["c 1 requires b"])
    rows = "<tr><td>Removed</td><td>b</td><td>2</td><td></td></tr><tr><td></td><td>c</td><td>3</td><td></td></tr>"
    assert unstyled(gone._repr_html_()) == f"<table>{rows}</table><p>Warning: c 1 requires b</p>"
    assert unstyled(InstallReport(removed=tuple(gone))._repr_html_()) == f"<table>{rows}</table>"


def test_an_empty_report_says_that_there_was_nothing_to_do():
    assert str(InstallReport()) == "Nothing to do"
    assert InstallReport()._repr_html_() == "<p>Nothing to do</p>"


def test_installed_distributions_show_as_a_table():
    both = InstalledDistributions([distribution("b", "2"), distribution("My.App", "1.0")])
    assert [one.name for one in both] == ["b", "my-app"]
    assert both[1:] == (both[1],)
    assert repr(both) == str(both) == "Package  Version\nb        2\nmy-app   1.0"
    assert unstyled(both._repr_html_()) == (
        "<table><tr><th>Package</th><th>Version</th></tr><tr><td>b</td><td>2</td></tr>"
        "<tr><td>my-app</td><td>1.0</td></tr></table>"
    )


def test_no_installed_distributions_show_as_a_sentence():
    assert repr(InstalledDistributions()) == "Nothing is installed"
    assert InstalledDistributions()._repr_html_() == "<p>Nothing is installed</p>"


def test_a_report_converts_to_json():
    travelled = json.loads(json.dumps(REPORT.to_dict()))
    assert travelled["installed"][0] == {
        "name": "my-app",
        "version": "1.0",
        "installer": "wherry",
        "requested": False,
        "source": "https://example.org/a.whl",
    }
    assert [item["version"] for item in travelled["removed"]] == ["0.9"]
    assert travelled["unchanged"] == []
    assert travelled["warnings"] == ["b <2> is yanked"]
    assert travelled["seconds"] == {"placing": 0.5}
    assert travelled["requests"] == 3


def test_progress_converts_to_json():
    step = Progress("downloading", "b 2", done=1, total=2, package="b", bytes_done=10, bytes_total=40, fraction=0.5)
    assert json.loads(json.dumps(step.to_dict())) == {
        "phase": "downloading",
        "message": "b 2",
        "done": 1,
        "total": 2,
        "package": "b",
        "bytes_done": 10,
        "bytes_total": 40,
        "fraction": 0.5,
    }
