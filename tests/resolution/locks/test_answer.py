"""The resolution that a lock gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import IndexFile, make_wheel
from tests.harness.locks import lock_file, package_table, url_of, wheel_table
from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution
from wherry.resolution.locks.answer import answer, recorded_requirements
from wherry.resolution.locks.selection import select

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.utils import NormalizedName

    from wherry.resolution.resolution import Resolution

APP = make_wheel("app", "1")
LIB = make_wheel("lib", "1")
LIBRARY = {"name": "libx", "version": "1", "url": "https://example.org/libx.zip", "hashes": {"sha256": "00"}}


def present(
    name: str, version: str, *, location: str | None = "/site", source: str | None = None
) -> dict[NormalizedName, InstalledDistribution]:
    metadata = CoreMetadata(canonicalize_name(name), Version(version))
    return {metadata.name: InstalledDistribution(metadata, location=location, source=source)}


def resolved(
    *packages: IndexFile | Mapping[str, Any],
    installed: Mapping[NormalizedName, InstalledDistribution] | None = None,
    **head: Any,
) -> Resolution:
    lock = lock_file(*packages, **head)
    return answer(
        lock,
        select(lock, PYODIDE_314),
        PYODIDE_314,
        installed=installed or {},
        distribution={},
        locate=lambda url: (url, ""),
    )


def origins(resolution: Resolution) -> dict[str, str]:
    return {pin.name: pin.origin for pin in resolution.chosen}


def test_pins_are_ordered_by_name_with_their_origin() -> None:
    member = package_table(make_wheel("member", "1"), tool={"wherry": {"origin": "distribution"}})
    direct = {"name": "direct", "archive": wheel_table(make_wheel("direct", "1"))}
    found = resolved(LIB, member, direct, tool={"wherry": {"shared-libraries": [LIBRARY]}})
    assert list(origins(found).items()) == [
        ("direct", "direct"),
        ("lib", "index"),
        ("libx", "distribution"),
        ("member", "distribution"),
    ]
    assert found.pins == {"direct": "1", "lib": "1", "libx": "1", "member": "1"}


def test_reasons_are_the_recorded_requirements_and_the_dependencies() -> None:
    recorded = ["app[fast]>=1", "lib; sys_platform == 'win32'", "nonsense ?"]
    app = package_table(APP, dependencies=[{"name": "Lib"}, {"name": "absent"}, {"name": "app"}, {}])
    app_pin, lib_pin = resolved(app, LIB, tool={"wherry": {"requirements": recorded}}).chosen
    assert (app_pin.requested, app_pin.required_by) == (True, ())
    assert [(reason.text, reason.extras) for reason in app_pin.reasons] == [("app[fast]>=1", ("fast",))]
    assert (lib_pin.requested, lib_pin.required_by) == (False, ("app",))


def test_without_recorded_requirements_nothing_counts_as_requested() -> None:
    assert [pin.requested for pin in resolved(APP, LIB).chosen] == [False, False]


@pytest.mark.parametrize("recorded", [None, "app", 1, {"a": "b"}, []])
def test_requirements_that_are_no_array_are_ignored(recorded: object) -> None:
    lock = lock_file(APP, tool={"wherry": {} if recorded is None else {"requirements": recorded}})
    assert list(recorded_requirements(lock)) == []


def test_an_installed_distribution_of_the_same_version_is_kept() -> None:
    assert origins(resolved(APP, LIB, installed=present("lib", "1.0"))) == {"app": "index", "lib": "installed"}
    assert origins(resolved(LIB, installed=present("lib", "2"))) == {"lib": "index"}
    assert origins(resolved(LIB, installed=present("lib", "1", source="https://example.org/x"))) == {"lib": "installed"}


@pytest.mark.parametrize(
    ("source", "origin"),
    [(url_of(LIB), "installed"), ("https://example.org/lib-1-py3-none-any.whl", "direct"), (None, "direct")],
)
def test_a_direct_url_is_kept_if_it_is_installed_from_there(source: str | None, origin: str) -> None:
    archive = {"name": "lib", "archive": wheel_table(LIB)}
    assert origins(resolved(archive, installed=present("lib", "1", source=source))) == {"lib": origin}


def test_a_part_of_the_runtime_stays_with_a_warning_if_the_lock_has_another_version() -> None:
    found = resolved(LIB, installed=present("lib", "3", location=None))
    assert (found.pins, origins(found)) == ({"lib": "3"}, {"lib": "installed"})
    assert found.warnings == ("lib 3 is a part of the runtime, and stays; pylock.toml has 1",)
    assert resolved(LIB, installed=present("lib", "1", location=None)).warnings == ()


def test_a_shared_library_of_the_same_version_is_kept() -> None:
    tool = {"wherry": {"shared-libraries": [LIBRARY]}}
    assert origins(resolved(tool=tool, installed=present("libx", "1"))) == {"libx": "installed"}
    assert origins(resolved(tool=tool, installed=present("libx", "2"))) == {"libx": "distribution"}
