"""Choosing packages and files from a lock."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from packaging.version import Version

from tests.harness.environments import PYODIDE_314
from tests.harness.foreign_locks import pdm, pip_on_linux, uv_universal
from tests.harness.index_files import make_wheel
from tests.harness.locks import lock_file, package_table, url_of, wheel_table
from wherry.errors import InvalidLock
from wherry.formats.pylock import read_lock
from wherry.resolution.direct_urls import DirectFile
from wherry.resolution.locks.lock_file import LockFile
from wherry.resolution.locks.selection import select
from wherry.resolution.releases import Release

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.harness.index_files import IndexFile
    from wherry.resolution.locks.selection import Chosen

PLATFORM = "cp314-cp314-pyemscripten_2026_0_wasm32"
LIB = make_wheel("lib", "1")
APP = make_wheel("app", "1")
COMPILED = make_wheel("compiled", "1", tag=PLATFORM)
LINUX = make_wheel("compiled", "1", tag="cp314-cp314-manylinux_2_28_x86_64")
REQUIREMENTS = {"wherry": {"requirements": ["app>=1", "lib"]}}


def chosen(*packages: IndexFile | Mapping[str, Any], location: str = "", **options: Any) -> tuple[Chosen, ...]:
    choice = {key: options.pop(key) for key in ("extras", "groups") if key in options}
    return select(lock_file(*packages, location=location, **options), PYODIDE_314, **choice)


def names(*packages: IndexFile | Mapping[str, Any], **options: Any) -> list[str]:
    return [one.name for one in chosen(*packages, **options)]


def refusal(*packages: IndexFile | Mapping[str, Any], **options: Any) -> InvalidLock:
    with pytest.raises(InvalidLock) as caught:
        chosen(*packages, **options)
    return caught.value


def test_packages_are_ordered_by_name_with_version_url_hash_and_size() -> None:
    app, lib = chosen(LIB, APP)
    assert [one.name for one in (app, lib)] == ["app", "lib"]
    assert isinstance(app.source, Release)
    assert (app.version, app.file.filename, app.file.url) == (Version("1"), APP.filename, url_of(APP))
    assert (app.file.hashes, app.file.size) == ({"sha256": APP.sha256}, len(APP.content))


@pytest.mark.parametrize(
    ("marker", "applies"),
    [
        ("sys_platform == 'emscripten'", True),
        ("sys_platform == 'win32'", False),
        ("python_version >= '3.14' and 'fast' not in extras", True),
        ("'fast' in extras", False),
        ("'test' in dependency_groups", False),
        ("os_name ~= 'x'", False),
        ("python_version > 'abc'", False),
        ("platform_release >= '5'", True),
    ],
)
def test_packages_whose_marker_is_false_or_undefined_are_left_out(marker: str, applies: bool) -> None:  # noqa: FBT001
    assert names(package_table(LIB, marker=marker)) == ["lib"] * applies


GROUPED = (
    package_table(APP, marker="'default' in dependency_groups"),
    package_table(LIB, marker="'Test.Group' in dependency_groups or 'fast' in extras"),
)


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        ({}, ["app"]),
        ({"groups": ["test_group"]}, ["app", "lib"]),
        ({"groups": "test-group"}, ["app", "lib"]),
        ({"groups": ["default"]}, ["app"]),
        ({"extras": ["Fast"]}, ["app", "lib"]),
        ({"extras": "fast", "groups": iter(["test-group"])}, ["app", "lib"]),
    ],
    ids=str,
)
def test_groups_are_added_to_the_default_groups_and_extras_switch_markers_on(
    choice: dict[str, Any], found: list[str]
) -> None:
    declared: dict[str, Any] = {"extras": ["fast"], "dependency_groups": ["Test_Group"], "default_groups": ["default"]}
    lock = lock_file(*GROUPED, **declared)
    assert [one.name for one in select(lock, PYODIDE_314, **choice)] == found


@pytest.mark.parametrize(
    ("choice", "problem"),
    [
        ({"extras": ["fsat"]}, "it has no extra 'fsat'; it has: fast"),
        ({"extras": ["b", "a", "fast"]}, "it has no extra 'a', 'b'; it has: fast"),
        ({"groups": ["x"]}, "it has no dependency group 'x'; it has: default, test"),
    ],
)
def test_undeclared_extras_and_groups_are_refused(choice: dict[str, Any], problem: str) -> None:
    lock = lock_file(LIB, extras=["fast"], dependency_groups=["test"], default_groups=["default"])
    with pytest.raises(InvalidLock) as caught:
        select(lock, PYODIDE_314, **choice)
    assert caught.value.problem == problem


def test_a_lock_without_extras_has_none_to_choose() -> None:
    with pytest.raises(InvalidLock) as caught:
        select(lock_file(LIB), PYODIDE_314, extras=["x"])
    assert caught.value.problem == "it has no extra 'x', and no other"


def test_the_wheel_with_the_best_tag_is_taken_then_the_highest_build_then_the_first() -> None:
    pure = make_wheel("compiled", "1")
    builds = [make_wheel("compiled", "1", tag=PLATFORM, build=build) for build in ("2", "10", "9")]
    (found,) = chosen(package_table(LINUX, pure, *builds))
    assert found.file.filename == builds[1].filename
    twins = [wheel_table(COMPILED), wheel_table(COMPILED, url="https://example.org/twin", name=COMPILED.filename)]
    (found,) = chosen(package_table(COMPILED, wheels=twins))
    assert found.file.url == url_of(COMPILED)


def test_the_version_may_be_left_to_the_filename() -> None:
    (found,) = chosen(package_table(LIB, version=None))
    assert found.version == Version("1")


def test_a_wheel_may_have_another_address_than_its_name() -> None:
    (found,) = chosen(package_table(LIB, wheels=[wheel_table(LIB, name=LIB.filename, url="https://example.org/a?b=c")]))
    assert (found.file.filename, found.file.url) == (LIB.filename, "https://example.org/a?b=c")


def test_an_archive_that_is_a_wheel_is_a_direct_url() -> None:
    archive = wheel_table(LIB)
    (found,) = chosen({"name": "lib", "archive": archive})
    assert isinstance(found.source, DirectFile)
    assert (found.version, found.file.url) == (Version("1"), url_of(LIB))


def test_algorithms_and_digests_of_hashes_are_compared_in_lower_case() -> None:
    hashes = {"SHA256": LIB.sha256.upper(), "md5": "00"}
    (found,) = chosen(package_table(LIB, wheels=[wheel_table(LIB, hashes=hashes)]))
    assert found.file.strongest_hash == f"sha256:{LIB.sha256}"


def test_only_one_of_several_packages_of_a_name_may_apply() -> None:
    other = package_table(make_wheel("lib", "2"), marker="sys_platform == 'win32'")
    assert [str(one.version) for one in chosen(other, LIB)] == ["1"]
    error = refusal(package_table(LIB, marker="os_name == 'posix'"), APP, make_wheel("lib", "2"))
    assert str(error).startswith(
        "pylock.toml, line 15, packages[2] (lib): packages[0] has the same name, and both apply here"
    )
    error = refusal(APP, LIB, LIB)
    assert (error.problem, error.entry) == ("packages[1] has the same name, and both apply here", "packages[2] (lib)")


UNFIT: list[tuple[dict[str, Any], str]] = [
    (package_table(LINUX), "compiled 1 has manylinux_2_28_x86_64"),
    (package_table(make_wheel("lib", "1", tag="cp39-abi3-any")), "lib 1 has cp39-abi3-any"),
    (package_table(make_wheel("lib", "1", tag="cp313-none-any")), "lib 1 has cp313-none-any"),
    (
        {"name": "lib", "version": "1", "sdist": {"path": "lib-1.tar.gz", "hashes": {"sha256": "00"}}},
        "lib 1 has only an sdist, which wherry never builds",
    ),
    (
        {"name": "lib", "vcs": {"type": "git", "url": "https://example.org/r", "commit-id": "00"}},
        "lib is source code, which wherry never builds",
    ),
    ({"name": "lib", "directory": {"path": "."}}, "lib is source code, which wherry never builds"),
    (
        {"name": "lib", "archive": {"path": "lib-1.zip", "hashes": {"sha256": "00"}}},
        "lib is an archive of source code, which wherry never builds",
    ),
    ({"name": "compiled", "archive": wheel_table(LINUX)}, "compiled has manylinux_2_28_x86_64"),
]


@pytest.mark.parametrize(("table", "reason"), UNFIT, ids=[reason for _, reason in UNFIT])
def test_a_package_without_a_file_for_this_runtime_is_refused_with_what_it_has(
    table: dict[str, Any], reason: str
) -> None:
    error = refusal(APP, table, tool=REQUIREMENTS)
    assert error.problem == f"it has no file for this runtime ({PLATFORM}): {reason}"
    assert error.hint == "make a lock in the runtime that will use it: await wherry.lock('app>=1', 'lib')"


def test_all_packages_without_a_file_are_named_up_to_five() -> None:
    tags = [f"cp3{number}-cp3{number}-win32" for number in range(10, 17)]
    error = refusal(*(make_wheel(f"lib{number}", "1", tag=tag) for number, tag in enumerate(tags)))
    assert error.problem.endswith("lib3 1 has win32; lib4 1 has win32 and 2 more")
    many = [make_wheel("lib", "1", tag=f"cp314-cp314-linux_{number}") for number in range(7)]
    assert refusal(package_table(*many)).problem.endswith(
        "lib 1 has linux_0, linux_1, linux_2, linux_3, linux_4 and 2 more"
    )


@pytest.mark.parametrize(
    ("recorded", "shown"),
    [
        (None, "…"),
        ("x", "…"),
        ({"requirements": "x"}, "…"),
        ({"requirements": []}, "…"),
        ({"requirements": ["x" * 400]}, "…"),
        ({"requirements": [1, "a"]}, "1, 'a'"),
    ],
    ids=str,
)
def test_the_hint_names_the_requirements_if_the_lock_has_them(recorded: object, shown: str) -> None:
    error = refusal(LINUX, tool=None if recorded is None else {"wherry": recorded})
    assert error.hint == f"make a lock in the runtime that will use it: await wherry.lock({shown})"


def test_another_python_is_refused() -> None:
    error = refusal(LIB, requires_python="<3.14")
    assert error.problem == "it requires Python <3.14; this is 3.14.2"
    error = refusal(APP, package_table(LIB, requires_python=">=3.15"))
    assert (error.problem, error.entry) == ("it requires Python >=3.15; this is 3.14.2", "packages[1] (lib)")
    assert names(package_table(LIB, requires_python=">=3.15", marker="sys_platform == 'win32'")) == []


def test_python_prereleases_are_not_refused_for_being_one() -> None:
    future = replace(PYODIDE_314, python_version=Version("3.15.0b1"))
    assert select(lock_file(LIB, requires_python=">=3.15.0a1"), future)


def test_other_environments_are_refused() -> None:
    error = refusal(LIB, environments=["sys_platform == 'win32'", "os_name ~= 'x'"])
    told = """sys_platform == "win32"; os_name ~= "x\""""
    assert error.problem == f"it is for other environments than this ({PYODIDE_314.platform}): {told}"
    assert names(LIB, environments=["sys_platform == 'win32'", "sys_platform == 'emscripten'"]) == ["lib"]
    assert names(LIB, environments=[]) == ["lib"]
    long = f"os_name == '{'x' * 4000}'"
    assert len(refusal(LIB, environments=[long] * 9).problem) < 700


def test_another_pyodide_is_refused() -> None:
    made = {"wherry": {"platform": "pyemscripten_2025_0_wasm32", "pyodide": "0.29.0", "requirements": ["lib"]}}
    assert refusal(LIB, tool=made).problem == (
        "it was made for Pyodide 0.29.0 (pyemscripten_2025_0_wasm32); this is pyemscripten_2026_0_wasm32"
    )
    assert refusal(LIB, tool={"wherry": {"platform": "x"}}).problem.startswith("it was made for x; this is ")
    oddities: list[object] = [{"platform": 1}, {"platform": PYODIDE_314.platform}, "x", []]
    for odd in oddities:
        assert names(LIB, tool={"wherry": odd}) == ["lib"]


BAD_FILES: list[tuple[dict[str, Any], str]] = [
    (
        {"hashes": {"md5": "00"}},
        "lib-1-py3-none-any.whl has no hash that protects it (md5); a lock needs SHA-256 or a stronger one",
    ),
    (
        {"hashes": {"sha1": "00", "crc": "1"}},
        "lib-1-py3-none-any.whl has no hash that protects it (crc, sha1); a lock needs SHA-256 or a stronger one",
    ),
    ({"size": -1}, "lib-1-py3-none-any.whl cannot have -1 bytes"),
    ({"size": 2**53}, "lib-1-py3-none-any.whl cannot have 9007199254740992 bytes"),
    ({"size": 10**4000}, f"lib-1-py3-none-any.whl cannot have 1{'0' * 99}… bytes"),
    (
        {"url": "ftp://example.org/lib-1-py3-none-any.whl"},
        "its address 'ftp://example.org/lib-1-py3-none-any.whl' cannot be followed; write it as https://host/path",
    ),
    (
        {"url": None, "path": "../lib-1-py3-none-any.whl"},
        "its path '../lib-1-py3-none-any.whl' leads out of the folder of the lock",
    ),
    (
        {"url": None, "path": "/lib-1-py3-none-any.whl"},
        "its path '/lib-1-py3-none-any.whl' is not relative to the folder of the lock",
    ),
    (
        {"url": None, "path": "C:\\lib-1-py3-none-any.whl"},
        "its path 'C:\\\\lib-1-py3-none-any.whl' is not relative to the folder of the lock",
    ),
]


@pytest.mark.parametrize(("changes", "problem"), BAD_FILES)
def test_a_file_that_a_lock_may_not_have_is_refused_with_its_entry(changes: dict[str, Any], problem: str) -> None:
    for table in (
        package_table(LIB, wheels=[wheel_table(LIB, **changes)]),
        {"name": "lib", "archive": wheel_table(LIB, **changes)},
    ):
        error = refusal(APP, table)
        assert (error.problem, error.entry, error.line) == (problem, "packages[1] (lib)", 9)


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"name": "app", "archive": wheel_table(LIB)}, "its archive lib-1-py3-none-any.whl is a wheel of lib 1"),
        (
            {"name": "lib", "version": "2", "archive": wheel_table(LIB)},
            "its archive lib-1-py3-none-any.whl is a wheel of lib 1",
        ),
        ({"name": "lib", "archive": {**wheel_table(LIB), "url": "https://example.org/.whl"}}, "Invalid wheel filename"),
    ],
)
def test_an_archive_of_another_project_or_version_is_refused(table: dict[str, Any], problem: str) -> None:
    error = refusal(table)
    assert error.problem.startswith(problem)
    assert error.entry == f"packages[0] ({table['name']})"


def test_a_file_for_another_platform_may_have_any_flaw() -> None:
    tables = [wheel_table(LINUX, hashes={"md5": "00"}), wheel_table(LINUX, size=-1), wheel_table(COMPILED)]
    (found,) = chosen(package_table(COMPILED, wheels=tables))
    assert found.file.filename == COMPILED.filename


def foreign(text: str) -> LockFile:
    lock, warnings = read_lock(text, "pylock.toml")
    assert warnings == ()
    return LockFile(lock, text, "pylock.toml")


def test_a_universal_lock_of_uv_gives_the_files_of_this_runtime() -> None:
    app, compiled = select(foreign(uv_universal(APP, COMPILED)), PYODIDE_314)
    assert [app.file.url, compiled.file.url] == [url_of(APP), url_of(COMPILED)]


def test_a_lock_of_pdm_gives_its_default_group_and_what_is_chosen() -> None:
    lock = foreign(pdm(APP, LIB, COMPILED))
    assert [one.name for one in select(lock, PYODIDE_314)] == ["app"]
    assert [one.name for one in select(lock, PYODIDE_314, groups=["test"])] == ["app", "lib"]
    assert [one.name for one in select(lock, PYODIDE_314, extras=["fast"])] == ["app", "compiled"]


def test_a_lock_of_pip_for_linux_is_refused_with_its_platform_and_the_way_out() -> None:
    with pytest.raises(InvalidLock) as caught:
        select(foreign(pip_on_linux()), PYODIDE_314)
    told = "manylinux2014_x86_64.manylinux_2_17_x86_64"
    assert re.sub(r"\s+", " ", str(caught.value)) == (
        f"pylock.toml: it has no file for this runtime ({PLATFORM}): msgpack 1.2.4 has {told}; make a lock in the "
        "runtime that will use it: await wherry.lock(…)"
    )
