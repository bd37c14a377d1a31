"""Locks in Pyodide's own format."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from packaging.utils import canonicalize_name

from tests.harness.index_files import IndexFile, make_wheel
from tests.harness.locks import lock_file, package_table, url_of, wheel_table
from wherry.errors import InvalidLock
from wherry.resolution.locks.pyodide_lock import to_pyodide_lock

if TYPE_CHECKING:
    from collections.abc import Mapping

APP = make_wheel("my-app", "1")
LIB = make_wheel("lib", "2")
ORIGIN = {"wherry": {"origin": "distribution"}}


def entry(name: str, sha256: str = "00", depends: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"name": name, "version": "1", "file_name": f"{name}.whl", "sha256": sha256, "depends": [*depends]}


DISTRIBUTION = {
    "info": {"arch": "wasm32", "platform": "x"},
    "packages": {
        "lib": entry("Lib", LIB.sha256, ("libx", "other")),
        "libx": entry("libx"),
        "other": entry("other", depends=("lib",)),
    },
}


def written(
    *packages: IndexFile | Mapping[str, Any],
    libraries: tuple[str, ...] = (),
    imports: Mapping[str, tuple[str, ...]] | None = None,
    others: bool = False,
) -> dict[str, Any]:
    tool = {"wherry": {"shared-libraries": [{"name": name} for name in libraries]}}
    known = {canonicalize_name(name): modules for name, modules in (imports or {}).items()}
    text = to_pyodide_lock(lock_file(*packages, tool=tool), DISTRIBUTION, imports=known, others=others)
    document = json.loads(text)
    assert text == json.dumps(document, indent=2, sort_keys=True) + "\n"
    assert document["info"] == DISTRIBUTION["info"]
    packages_: dict[str, Any] = document["packages"]
    return packages_


def test_a_package_has_its_url_its_hash_its_dependencies_and_its_modules() -> None:
    app = package_table(APP, dependencies=[{"name": "lib"}, {"name": "absent"}])
    assert written(app, LIB, imports={"lib": ("lib", "_lib")}) == {
        "lib": {
            "name": "lib",
            "version": "2",
            "file_name": url_of(LIB),
            "install_dir": "site",
            "sha256": LIB.sha256,
            "package_type": "package",
            "imports": ["lib", "_lib"],
            "depends": [],
        },
        "my-app": {
            "name": "my-app",
            "version": "1",
            "file_name": url_of(APP),
            "install_dir": "site",
            "sha256": APP.sha256,
            "package_type": "package",
            # By convention, as the modules are not known.
            "imports": ["my_app"],
            "depends": ["lib"],
        },
    }


def test_members_keep_their_entry_with_the_dependencies_that_are_there() -> None:
    member = package_table(LIB, tool=ORIGIN)
    assert written(member, libraries=("libx",)) == {
        "lib": entry("Lib", LIB.sha256, ("libx",)),
        "libx": entry("libx"),
    }


def test_the_other_packages_are_kept_unless_they_are_left_out() -> None:
    assert written(APP, others=True).keys() == {"lib", "libx", "my-app", "other"}
    assert written(APP).keys() == {"my-app"}
    assert written(package_table(LIB, tool=ORIGIN), others=True)["lib"]["depends"] == ["libx", "other"]


@pytest.mark.parametrize("tool", [None, ORIGIN])
def test_another_version_takes_the_place_of_a_member(tool: object) -> None:
    newer = make_wheel("lib", "3")
    packages = written(package_table(newer, tool=tool), others=True)
    assert (packages["lib"]["version"], packages["lib"]["sha256"]) == ("3", newer.sha256)
    assert packages["other"]["depends"] == ["lib"]


def test_the_distributions_own_content_is_left_as_it_is() -> None:
    before = json.dumps(DISTRIBUTION)
    written(package_table(LIB, tool=ORIGIN), others=True)
    assert json.dumps(DISTRIBUTION) == before


@pytest.mark.parametrize(
    "table",
    [
        package_table(APP, wheels=[wheel_table(APP, url=None, path=APP.filename)]),
        package_table(APP, wheels=[wheel_table(APP, hashes={"sha512": "00"})]),
        {"name": "my-app", "archive": {"path": APP.filename, "hashes": {"sha256": "00"}}},
        {"name": "my-app", "directory": {"path": "."}},
    ],
    ids=["path", "SHA-512 alone", "archive", "directory"],
)
def test_a_package_without_a_web_address_or_sha_256_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(InvalidLock) as caught:
        written(table)
    assert caught.value.problem == "my-app has no wheel on the web with a SHA-256, which pyodide-lock.json needs"


@pytest.mark.parametrize("url", [f"file:///home/me/{APP.filename}", f"emfs:/home/{APP.filename}"])
def test_a_local_file_is_refused(url: str) -> None:
    with pytest.raises(InvalidLock):
        written({"name": "my-app", "archive": wheel_table(APP, url=url)})


def test_a_library_that_this_pyodide_lacks_is_refused() -> None:
    with pytest.raises(InvalidLock, match="this Pyodide has no shared library liby"):
        written(APP, libraries=("liby",))
