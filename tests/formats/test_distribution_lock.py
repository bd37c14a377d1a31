from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from wherry.formats.distribution_lock import parse_distribution_lock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.utils import NormalizedName

    from wherry.model.locked_package import LockedPackage

LOCK = {
    "Jinja2": {
        "file_name": "jinja2-3.1-py3-none-any.whl",
        "version": "3.1",
        "sha256": "0a",
        "depends": ["markup_safe", "lib", "jinja2-tests"],
        "package_type": "package",
    },
    "markup-safe": {
        "file_name": "deep/markup_safe-2-py3-none-any.whl",
        "version": "2",
        "sha256": "0b",
        "depends": [],
        "package_type": "package",
    },
    "jinja2-tests": {
        "file_name": "jinja2-tests.tar",
        "version": "3.1",
        "sha256": "0c",
        "depends": [],
        "package_type": "package",
    },
    "lib": {
        "file_name": "lib-1.zip",
        "version": "1",
        "sha256": "0d",
        "depends": [],
        "package_type": "shared_library",
    },
    "odd": {
        "file_name": "odd-x-py3-none-any.whl",
        "version": "not one",
        "sha256": "0e",
        "depends": [],
        "package_type": "package",
    },
}

JINJA, MARKUPSAFE, LIB, ODD = map(canonicalize_name, ("Jinja2", "markup_safe", "lib", "odd"))


def read(located: list[str] | None = None) -> Mapping[NormalizedName, LockedPackage]:
    def locate(file_name: str) -> str:
        if located is not None:
            located.append(file_name)
        return f"https://example.org/{file_name}"

    return parse_distribution_lock(json.dumps({"packages": LOCK}), locate)


def test_names_and_dependencies_are_normalized():
    package = read()[JINJA]
    assert (package.name, package.version, package.is_shared_library) == (JINJA, Version("3.1"), False)
    assert package.depends == (MARKUPSAFE, LIB)
    assert package.file.strongest_hash == "sha256:0a"
    assert read()[LIB].is_shared_library


def test_a_filename_is_the_last_part_of_its_path():
    file = read()[MARKUPSAFE].file
    assert (file.filename, file.url) == (
        "markup_safe-2-py3-none-any.whl",
        "https://example.org/deep/markup_safe-2-py3-none-any.whl",
    )


def test_entries_that_no_requirement_can_name_are_left_out():
    packages = read()
    assert set(packages) == {JINJA, MARKUPSAFE, LIB}
    assert len(packages) == 3
    assert ODD not in packages
    assert packages.get(ODD) is None
    with pytest.raises(KeyError):
        packages[ODD]


def test_a_package_is_read_once_on_access():
    located: list[str] = []
    packages = read(located)
    assert located == []
    assert packages[LIB] is packages[LIB]
    assert located == ["lib-1.zip"]
