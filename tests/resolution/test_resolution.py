"""Resolutions as text, HTML and JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.harness.environments import PYODIDE_314
from tests.harness.html import unstyled
from tests.harness.plain_installed import plain_installed
from wherry.model.core_metadata import CoreMetadata
from wherry.model.locked_package import LockedPackage
from wherry.model.project import ProjectFile, ProjectPage
from wherry.resolution.attempt import attempt
from wherry.resolution.graph.graph import Reason
from wherry.resolution.problem import Problem
from wherry.resolution.releases import Release
from wherry.resolution.requirements import expand
from wherry.resolution.resolution import Pin, Resolution
from wherry.resolution.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RELEASES: dict[str, list[str]] = {
    "app 1": ["lib[fast]<3,>=1", "idna>=2"],
    "lib 2": ["idna<4", 'speed; extra == "fast"', 'never; sys_platform == "win32"'],
    "speed 1.5": ["lib"],
    "idna 3.10": [],
}
SIZES = {"app": 1_200, "lib": 1_500_000, "speed": 999, "idna": 70_400}


def resolve(
    *requested: str,
    sizes: Mapping[str, int | None] = SIZES,
    installed: Iterable[str] = (),
    yanked: str | None = None,
) -> Resolution:
    snapshot = Snapshot(PYODIDE_314)
    for key, requires in RELEASES.items():
        name, version = canonicalize_name(key.split()[0]), key.split()[1]
        filename = f"{name}-{version}-py3-none-any.whl"
        hashes = {"md5": "0", "sha256": f"{name}256", "sha512": f"{name}512"}
        file = ProjectFile(filename, f"https://example.org/{filename}", hashes, sizes[name], yanked=yanked)
        snapshot.pages[name] = ProjectPage(name, f"https://example.org/{name}/", (file,))
        snapshot.metadata[file.url] = CoreMetadata(
            name, Version(version), tuple(map(Requirement, requires)), None, frozenset({canonicalize_name("fast")})
        )
    problem = Problem(
        PYODIDE_314,
        tuple(one for text in requested for one in expand(Requirement(text))),
        installed=plain_installed({key: RELEASES[key] for key in installed}),
    )
    resolution = attempt(problem, snapshot).resolution
    assert resolution is not None
    return resolution


def member(name: str) -> LockedPackage:
    filename = f"{name}-1-py3-none-any.whl"
    file = ProjectFile(filename, f"https://example.org/{filename}", {"sha256": "0"})
    return LockedPackage(canonicalize_name(name), Version("1"), file)


def test_an_answer_reads_as_a_table_with_a_total():
    assert str(resolve("app", "idna!=1")).splitlines() == [
        "app==1       1.2 kB  you",
        "idna==3.10  70.4 kB  you, app (idna>=2), lib (idna<4)",
        "lib==2       1.5 MB  app (lib[fast]<3,>=1), speed (lib)",
        "speed==1.5    999 B  lib[fast] (speed)",
        "To download: 4 files, 1.6 MB",
    ]


def test_installed_distributions_are_not_counted():
    resolution = resolve("lib", installed=["idna 3.10"])
    assert str(resolution).splitlines() == [
        "idna==3.10  installed  lib (idna<4)",
        "lib==2         1.5 MB  you",
        "To download: 1 file, 1.5 MB",
    ]
    assert resolution.download_size == 1_500_000
    assert str(resolve("idna", installed=["idna 3.10"])).splitlines()[-1] == "Nothing to download"
    assert resolve("idna", installed=["idna 3.10"]).download_size == 0


def test_sizes_missing_on_the_index_are_shown_as_unknown():
    resolution = resolve("lib", sizes={**SIZES, "lib": None})
    assert str(resolution).splitlines()[1:] == [
        "lib==2            ?  you",
        "To download: 2 files, more than 70.4 kB, 1 of unknown size",
    ]
    assert resolution.download_size is None
    unknown = resolve("idna", sizes=dict.fromkeys(SIZES))
    assert str(unknown).splitlines()[-1] == "To download: 1 file of unknown size"


def test_unknown_sizes_of_the_distribution_are_shown_as_pyodides():
    lib, six = map(member, ("lib", "six"))
    pins = [Pin(one.name, "1", one, requested=True) for one in (lib, six)]
    assert str(Resolution(tuple(pins))).splitlines() == [
        "lib==1  Pyodide's  you",
        "six==1  Pyodide's  you",
        "To download: 2 files of Pyodide's distribution",
    ]
    both = Resolution((*resolve("idna").chosen, *pins))
    assert str(both).splitlines()[-1] == "To download: 3 files, 70.4 kB, 2 of Pyodide's distribution"


def test_the_repr_is_the_text():
    resolution = resolve("app")
    for shown in (resolution, resolution.tree(), resolution.why("lib")):
        assert repr(shown) == str(shown)


def test_a_long_list_of_requirers_is_shortened():
    askers = tuple(Reason(f"lib>={number}", canonicalize_name(f"p{number}")) for number in range(5))
    resolution = Resolution((replace(resolve("lib").chosen[1], requested=False, reasons=askers),))
    row = "lib==2  1.5 MB  p0 (lib>=0), p1 (lib>=1), p2 (lib>=2) and 2 more"
    assert str(resolution).splitlines()[0] == row


def test_warnings_come_last():
    assert str(resolve("idna==3.10", yanked="broken")).splitlines() == [
        "idna==3.10  70.4 kB  you",
        "To download: 1 file, 70.4 kB",
        "Warning: idna 3.10 has been yanked: broken",
    ]


def test_an_answer_to_nothing_is_empty():
    assert str(resolve()) == "Nothing to download"
    assert resolve().pins == {}


def test_html_is_an_escaped_table():
    assert unstyled(resolve("lib")._repr_html_()) == (
        "<table><tr><th>Project</th><th>Size</th><th>Required by</th></tr>"
        "<tr><td>idna==3.10</td><td>70.4 kB</td><td>lib (idna&lt;4)</td></tr>"
        "<tr><td>lib==2</td><td>1.5 MB</td><td>you</td></tr></table>"
        "<p>To download: 2 files, 1.6 MB</p>"
    )


def test_a_pin_has_its_file_and_its_requirers():
    lib = next(pin for pin in resolve("app").chosen if pin.name == "lib")
    assert (lib.hash, lib.size, lib.requested, lib.required_by) == ("sha512:lib512", 1_500_000, False, ("app", "speed"))
    assert [(reason.asker, reason.text, reason.extras) for reason in lib.reasons] == [
        ("app", "lib[fast]<3,>=1", ("fast",)),
        ("speed", "lib", ()),
    ]
    assert lib.file is not None
    weak = Release(Version(lib.version), replace(lib.file, hashes={"md5": "0"}))
    assert replace(lib, source=weak).hash is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("app", "app 1\n  app (asked for)"),
        ("Speed", "speed 1.5\n  app → lib[fast]<3,>=1 → speed"),
        ("idna", "idna 3.10\n  app → idna>=2\n  app → lib[fast]<3,>=1 → idna<4"),
        ("lib", "lib 2\n  app → lib[fast]<3,>=1"),
        ("never", "never is not present, and nothing requires it"),
    ],
)
def test_why(name, text):
    assert str(resolve("app").why(name)) == text


def test_tree():
    assert str(resolve("app>=1", "lib").tree()).splitlines() == [
        "app 1 (app>=1)",
        "├── idna 3.10 (idna>=2)",
        "└── lib[fast] 2 (lib[fast]<3,>=1)",
        "    ├── idna 3.10 (idna<4)",
        "    └── speed 1.5",
        "        └── lib 2 (cycle)",
        "lib 2 (*)",
        "(*) its requirements are shown above",
    ]


def test_an_answer_converts_to_json():
    travelled = json.loads(json.dumps(resolve("lib[fast]", installed=["idna 3.10"]).to_dict()))
    assert travelled["pins"] == {"idna": "3.10", "lib": "2", "speed": "1.5"}
    assert travelled["download_size"] == 1_500_999
    assert travelled["warnings"] == []
    assert travelled["chosen"][0]["file"] is None
    assert travelled["chosen"][2] == {
        "name": "speed",
        "version": "1.5",
        "origin": "index",
        "requested": False,
        "required_by": ["lib"],
        "reasons": [{"text": "speed", "parent": "lib", "parent_extra": "fast", "extras": []}],
        "file": {
            "filename": "speed-1.5-py3-none-any.whl",
            "url": "https://example.org/speed-1.5-py3-none-any.whl",
            "hash": "sha512:speed512",
            "size": 999,
        },
    }
