"""Packages of the distribution that cannot be downloaded, and their replacements from the index."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import IndexFile, make_wheel
from tests.harness.index_pages import file_path
from tests.harness.memory_fetcher import JSON_URL, MemoryFetcher
from wherry.errors import IndexUnavailable, IndexUnreachable, IntegrityError, RefusedByIndex, ResolutionConflict
from wherry.formats.distribution_lock import parse_distribution_lock
from wherry.index.failures import unreachable
from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages
from wherry.installer import Installer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from wherry.errors import UnreachableKind
    from wherry.index.fetcher import Request, Response

CDN = "cdn.example.org"
APP = make_wheel("app", "1", requires=["lib"])
LIB = make_wheel("lib", "1")
NATIVE = make_wheel("native", "1")
NEWER = (make_wheel("app", "2", requires=["lib"]), make_wheel("lib", "2"), make_wheel("native", "2"))
DEPENDS = {"app": ["lib"], "native": ["libnative"]}


def archive_of_library() -> IndexFile:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("libnative.so", b"\0asm")
    return IndexFile("libnative-1.zip", content.getvalue())


LIBRARY = archive_of_library()


class Network:
    """Fetches from memory; a request to the CDN fails with ``kind``, if given."""

    def __init__(self, cdn: Iterable[IndexFile], index: Iterable[IndexFile], kind: UnreachableKind | None) -> None:
        self.memory = MemoryFetcher(index, elsewhere={CDN: cdn})
        self._kind = kind

    async def fetch(self, request: Request) -> Response:
        """Answer."""
        if self._kind and CDN in request.url:
            raise unreachable(request.url, self._kind, "as written down")
        return await self.memory.fetch(request)


def lock(changed: Mapping[str, str] | None = None) -> str:
    """Return the lock of the four packages, with other hashes for those of ``changed``."""
    packages = {}
    for name, file in {"app": APP, "lib": LIB, "native": NATIVE, "libnative": LIBRARY}.items():
        packages[name] = {
            "name": name,
            "version": "1",
            "file_name": f"https://{CDN}{file_path(file)}",
            "sha256": (changed or {}).get(name, file.sha256),
            "package_type": "shared_library" if file is LIBRARY else "package",
            "install_dir": "site",
            "depends": DEPENDS.get(name, []),
            "imports": [],
        }
    return json.dumps({"packages": packages})


def installer(
    folder: Path,
    *,
    cdn: Iterable[IndexFile] = (),
    index: Iterable[IndexFile] = NEWER,
    kind: UnreachableKind | None = None,
    changed: Mapping[str, str] | None = None,
) -> Installer:
    (folder / "site").mkdir()
    return Installer(
        index_urls=[JSON_URL],
        fetcher=Network(cdn, index, kind),
        destination=SitePackages(Scheme(*(str(folder / name) for name in ("site", "bin", "include", "data", "lib")))),
        environment=PYODIDE_314,
        distribution=parse_distribution_lock(lock(changed), str),
    )


async def install(subject: Installer, *requirements: str) -> tuple[list[str], tuple[str, ...]]:
    report = await subject.install(*requirements)
    return list(map(str, report.installed)), report.warnings


async def test_available_packages_of_the_distribution_are_used_without_a_warning(tmp_path: Path) -> None:
    assert await install(installer(tmp_path, cdn=[APP, LIB]), "app") == (["app 1", "lib 1"], ())


async def test_unavailable_packages_come_from_the_index_with_one_warning(tmp_path: Path) -> None:
    installed, (warning,) = await install(installer(tmp_path), "app")
    assert installed == ["app 2", "lib 2"]
    assert warning == (
        "Could not download Pyodide's own app 1, lib 1 (HTTP status 404); installed them from the index instead. "
        "To get Pyodide's own, serve Pyodide's packages beside it, or name the folder that has them: "
        "loadPyodide({ packageBaseUrl: '…' })"
    )


async def test_available_packages_still_come_from_the_distribution(tmp_path: Path) -> None:
    installed, (warning,) = await install(installer(tmp_path, cdn=[APP]), "app")
    assert installed == ["app 1", "lib 2"]
    assert "Pyodide's own lib 1 (HTTP status 404)" in warning


async def test_packages_of_an_unreachable_cdn_come_from_the_index(tmp_path: Path) -> None:
    installed, (warning,) = await install(installer(tmp_path, kind="cors"), "app")
    assert installed == ["app 2", "lib 2"]
    assert "(as written down)" in warning


async def test_a_package_without_its_shared_library_comes_from_the_index(tmp_path: Path) -> None:
    subject = installer(tmp_path, cdn=[NATIVE, APP, LIB])
    installed, (warning,) = await install(subject, "native", "app")
    assert installed == ["app 1", "lib 1", "native 2"]
    assert "Pyodide's own libnative 1" in warning


async def test_a_package_with_unavailable_metadata_comes_from_the_index(tmp_path: Path) -> None:
    installed, (warning,) = await install(installer(tmp_path), "app", "lib==2")
    assert installed == ["app 2", "lib 2"]
    assert "Pyodide's own app 1 (HTTP status 404)" in warning


@pytest.mark.parametrize("requirement", ["app", "app==1", "libnative"])
async def test_the_error_has_a_hint_if_the_index_cannot_replace_a_package(tmp_path: Path, requirement: str) -> None:
    index = NEWER if requirement == "app==1" else ()
    with pytest.raises(RefusedByIndex) as raised:
        await installer(tmp_path, index=index).install(requirement)
    name = requirement.partition("=")[0]
    assert str(raised.value).endswith(
        f"answered with HTTP status 404; it is Pyodide's own {name}, which no index can replace. Serve Pyodide's "
        "packages beside it, or name the folder that has them: loadPyodide({ packageBaseUrl: '…' })"
    )
    assert not list((tmp_path / "site").iterdir())


async def test_a_conflict_is_explained_before_the_unavailable_packages(tmp_path: Path) -> None:
    index = (make_wheel("app", "2", requires=["lib<2"]), make_wheel("lib", "2"))
    with pytest.raises(ResolutionConflict) as raised:
        await installer(tmp_path, index=index).install("app", "lib==2")
    first, *_, last = str(raised.value).splitlines()
    assert first == "These requirements exclude each other:"
    assert last == (
        "Could not download Pyodide's own app 1 (HTTP status 404), and the index's versions do not fit. "
        "To get Pyodide's own, serve Pyodide's packages beside it, or name the folder that has them: "
        "loadPyodide({ packageBaseUrl: '…' })"
    )


async def test_a_wrong_hash_is_an_error_even_if_the_index_has_the_package(tmp_path: Path) -> None:
    changed = {"app": hashlib.sha256(b"another").hexdigest()}
    with pytest.raises(IntegrityError):
        await installer(tmp_path, cdn=[APP, LIB], changed=changed).install("app")


async def test_a_failure_of_the_index_itself_is_not_hidden(tmp_path: Path) -> None:
    subject = installer(tmp_path, cdn=[APP, LIB])
    with pytest.raises(IndexUnavailable) as raised:
        await subject.install("app", index_urls=["https://absent.example.org/"], prefer="index")
    assert raised.value.url == "https://absent.example.org/app/"


async def test_no_other_source_is_tried_offline(tmp_path: Path) -> None:
    with pytest.raises(IndexUnreachable, match="this computer seems to be offline") as raised:
        await installer(tmp_path, kind="offline").install("app")
    assert "packageBaseUrl" not in str(raised.value)
