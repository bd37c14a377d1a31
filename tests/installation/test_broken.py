"""Damaged distributions, each in one way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.harness.index_files import make_wheel
from tests.installation.places import install

if TYPE_CHECKING:
    from collections.abc import Callable

    from wherry.installation.site_packages import SitePackages

PKG = make_wheel("my-pkg", "1", files={"my_pkg/__init__.py": "", "my_pkg/a.py": "a = 1\n", "my_pkg/b.py": ""})


def problems(site: SitePackages) -> list[str]:
    return [str(broken).replace(site.scheme.site_packages, "SITE") for broken in site.broken()]


def folder(site: SitePackages) -> Path:
    return Path(site.scheme.site_packages, "my_pkg-1.dist-info")


def test_nothing_is_broken_after_an_installation(site):
    assert site.broken() == ()
    install(site, PKG)
    assert site.broken() == ()


def test_missing_files_are_reported(site):
    install(site, PKG)
    package = Path(site.scheme.site_packages, "my_pkg")
    (package / "a.py").unlink()
    assert problems(site) == ["my-pkg 1: 1 of its files is missing: SITE/my_pkg/a.py"]
    (package / "b.py").unlink()
    assert problems(site) == ["my-pkg 1: 2 of its files are missing: SITE/my_pkg/a.py, SITE/my_pkg/b.py"]
    assert site.broken()[0].location == str(folder(site))


def test_missing_bytecode_is_not_reported(site):
    install(site, PKG)
    with (folder(site) / "RECORD").open("a") as record:
        record.write("my_pkg/__pycache__/a.cpython-314.pyc,,\n")
    assert site.broken() == ()


def _copy(path: Path) -> None:
    other = path.with_name("my_pkg-0.dist-info")
    other.mkdir()
    (other / "METADATA").write_bytes((path / "METADATA").read_bytes())


DAMAGES: dict[str, Callable[[Path], object]] = {
    "my_pkg-1.dist-info: its METADATA cannot be read (No such file or directory)": lambda path: (
        path / "METADATA"
    ).unlink(),
    "my_pkg-1.dist-info: The metadata of my_pkg-1.dist-info is invalid: it is not UTF-8": lambda path: (
        path / "METADATA"
    ).write_bytes(b"\xff"),
    "my_pkg-1.dist-info: its METADATA cannot be read (File too large)": lambda path: (path / "METADATA").write_bytes(
        b" " * (2**25 + 1)
    ),
    "my_pkg-1.dist-info: The metadata of my_pkg-1.dist-info is invalid: Requires-Dist 'b>dev' is not a requirement": (
        lambda path: (path / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: my-pkg\nVersion: 1\nRequires-Dist: b>dev\n"
        )
    ),
    "my-pkg 1: its RECORD cannot be read (it is not UTF-8)": lambda path: (path / "RECORD").write_bytes(b"\xff"),
    "my-pkg 1: its RECORD has a line of 1 instead of 3 fields: ['my_pkg']": lambda path: (path / "RECORD").write_text(
        "my_pkg"
    ),
    "my-pkg: installed 2 times: my_pkg-0.dist-info, my_pkg-1.dist-info": _copy,
}


@pytest.mark.parametrize("problem", DAMAGES)
def test_unreadable_and_duplicate_distributions_are_reported(site, problem):
    install(site, PKG)
    DAMAGES[problem](folder(site))
    assert problems(site) == [problem]


def test_a_missing_record_is_not_reported(site):
    install(site, PKG)
    (folder(site) / "RECORD").unlink()
    assert site.broken() == ()


def test_files_named_like_dist_info_folders_are_ignored(site):
    Path(site.scheme.site_packages, "note.dist-info").write_text("a file")
    assert site.broken() == ()
