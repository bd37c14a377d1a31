"""Making a lock from a resolution."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.harness.environments import PYODIDE_314
from wherry.formats.pylock_text import write_lock
from wherry.model.locked_package import LockedPackage
from wherry.model.project import ProjectFile
from wherry.resolution.direct_urls import DirectFile
from wherry.resolution.locks.making import LockContext, make_lock
from wherry.resolution.releases import Release
from wherry.resolution.resolution import Pin, Resolution

if TYPE_CHECKING:
    from packaging.pylock import Pylock

    from wherry.resolution.sources import Source

URL = "https://example.org/lib-1.0-py3-none-any.whl"
FILE = ProjectFile("lib-1.0-py3-none-any.whl", URL, {"md5": "00", "sha256": "01", "sha512": "02"}, 9, ">=3.9")


def lock_of(source: Source, **context: Any) -> Pylock:
    facts = {"environment": PYODIDE_314, "requirements": [Requirement("lib")], "indexes": {}, "files": {}, **context}
    return make_lock(
        Resolution((Pin(canonicalize_name("lib"), "1.0", source, requested=True),), ()), LockContext(**facts)
    )


def package_of(source: Source, **context: Any) -> dict[str, Any]:
    (package,) = lock_of(source, **context).to_dict()["packages"]
    return dict(package)


def of_index(file: ProjectFile = FILE) -> Release:
    return Release(Version("1.0"), file)


def test_a_file_has_its_strongest_hash_its_size_and_its_time() -> None:
    timed = replace(FILE, upload_time="2026-01-02T03:04:05.678901Z")
    assert package_of(of_index(timed)) == {
        "name": "lib",
        "version": "1.0",
        "requires-python": ">=3.9",
        "wheels": [
            {
                "url": URL,
                "size": 9,
                "hashes": {"sha512": "02"},
                "upload-time": datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
            }
        ],
    }


@pytest.mark.parametrize(
    ("changes", "key", "value"),
    [
        ({"requires_python": ">=3.6.*"}, "requires-python", ">=3.6"),
        ({"requires_python": "UNKNOWN"}, "requires-python", None),
        ({"requires_python": None}, "requires-python", None),
    ],
)
def test_what_the_index_gives_is_written_as_far_as_it_can_be_read(
    changes: dict[str, Any], key: str, value: object
) -> None:
    assert package_of(of_index(replace(FILE, **changes))).get(key) == value
    assert "upload-time" not in package_of(of_index(replace(FILE, upload_time="soon")))["wheels"][0]


def test_a_wheel_is_named_if_its_address_is_not() -> None:
    assert "name" not in package_of(of_index())["wheels"][0]
    encoded = replace(
        FILE, filename="lib-1.0+x-py3-none-any.whl", url="https://example.org/lib-1.0%2Bx-py3-none-any.whl?a"
    )
    assert "name" not in package_of(of_index(encoded))["wheels"][0]
    moved = replace(FILE, url="https://example.org/download")
    assert package_of(of_index(moved))["wheels"][0]["name"] == FILE.filename


def test_the_index_is_named_for_files_of_it_alone() -> None:
    indexes = {canonicalize_name("lib"): "https://example.org/simple"}
    assert package_of(of_index(), indexes=indexes)["index"] == "https://example.org/simple"
    direct = package_of(DirectFile(Version("1.0"), FILE), indexes=indexes)
    assert "index" not in direct
    assert direct["archive"] == {"url": URL, "size": 9, "hashes": {"sha512": "02"}}


def test_other_files_take_the_place_of_those_of_the_resolution() -> None:
    completed = replace(FILE, url="https://cdn.example.org/lib-1.0-py3-none-any.whl", hashes={"sha256": "03"})
    member = LockedPackage(canonicalize_name("lib"), Version("1.0"), FILE)
    package = package_of(member, files={URL: completed})
    assert package["wheels"] == [{"url": completed.url, "size": 9, "hashes": {"sha256": "03"}}]
    assert package["tool"] == {"wherry": {"origin": "distribution"}}


def test_a_shared_library_is_no_package() -> None:
    library = LockedPackage(canonicalize_name("lib"), Version("1.0"), FILE, is_shared_library=True)
    lock = lock_of(library)
    assert lock.packages == []
    assert lock.tool is not None
    assert lock.tool["wherry"]["shared-libraries"] == [
        {"name": "lib", "version": "1.0", "url": URL, "hashes": FILE.hashes}
    ]


def test_the_runtime_the_requirements_and_the_time_limit_are_recorded() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    requirements = [Requirement(text) for text in ("lib<2", "app[b,a]; python_version>'3'", "lib<2")]
    lock = lock_of(of_index(), requirements=requirements, pyodide="314.0.0", exclude_newer=moment)
    assert lock.tool == {
        "wherry": {
            "pyodide": "314.0.0",
            "platform": "pyemscripten_2026_0_wasm32",
            "requirements": ['app[a,b]; python_version > "3"', "lib<2"],
            "exclude-newer": moment,
        }
    }
    assert "exclude-newer = 2026-01-01T00:00:00Z" in write_lock(lock)


def test_the_lock_is_for_this_python_and_this_platform() -> None:
    lock = lock_of(of_index())
    assert str(lock.requires_python) == ">=3.14"
    assert lock.environments is not None
    (environment,) = lock.environments
    assert environment.evaluate(dict(PYODIDE_314.markers))
    assert not environment.evaluate({**PYODIDE_314.markers, "sys_platform": "linux"})
    assert not environment.evaluate({**PYODIDE_314.markers, "python_version": "3.15"})
