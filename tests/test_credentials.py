"""Credentials are sent only to their hosts, and are in no message, result or file of wherry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

import wherry
from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import make_wheel
from tests.harness.memory_fetcher import MemoryFetcher
from wherry.index.fetcher import Response
from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages
from wherry.installer import Installer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SECRETS = ("s3cr3t", "czNjcjN0", "dG9tOnMzY3IzdA==")  # itself, and in Base64 alone and as tom's
PLACE = "index.example.org"
INDEX_URL = f"https://tom:s3cr3t@{PLACE}/json/"
LIB = make_wheel("lib", "1")
APP = make_wheel("app", "1", requires=["lib"])
LIB_PATH = f"/files/{LIB.sha256[:16]}/{LIB.filename}"
DIRECT = f"lib @ https://tom:s3cr3t@files.example.org{LIB_PATH}"


class Visit:
    """An installer, and all its output."""

    def __init__(self, folder: Path, instead: Mapping[str, Response] | None = None) -> None:
        self.folder = folder
        (folder / "site").mkdir()
        self.fetcher = MemoryFetcher([LIB, APP], instead=instead, elsewhere={"files.example.org": [LIB]})
        scheme = Scheme(*(str(folder / name) for name in ("site", "bin", "include", "data", "lib")))
        self.installer = Installer(
            index_urls=[INDEX_URL],
            fetcher=self.fetcher,
            destination=SitePackages(scheme),
            environment=PYODIDE_314,
            distribution={},
        )
        self.said: list[str] = [repr(self.installer.indexes)]

    async def run(self, *requirements: str, **options: Any) -> None:
        try:
            resolution = await self.installer.resolve(*requirements, on_progress=self._hear, **options)
            self.said += [str(resolution), repr(resolution), json.dumps(resolution.to_dict()), repr(resolution.chosen)]
            report = await self.installer.install(*requirements, on_progress=self._hear, **options)
        except wherry.WherryError as error:
            self.said += [str(error), repr(error), json.dumps(error.facts()), str(error.args), repr(error.__cause__)]
        else:
            self.said += [str(report), repr(report), report._repr_html_(), json.dumps(report.to_dict())]
        self.said += [repr(self.fetcher.asked), *self._written()]

    def told(self) -> set[str | None]:
        """Return the hosts that received a secret."""
        return {urlsplit(request.url).hostname for request in self.fetcher.asked if request.secret_headers}

    def _hear(self, event: wherry.Progress) -> None:
        self.said.append(json.dumps(event.to_dict()))

    def _written(self) -> Iterator[str]:
        for path in self.folder.rglob("*"):
            yield str(path)
            if path.is_file():
                yield path.read_text(encoding="utf-8")


def hides_its_secrets(visit: Visit) -> bool:
    return not any(secret in text for text in visit.said for secret in SECRETS)


async def test_credentials_of_an_index_reach_only_that_index(tmp_path: Path) -> None:
    visit = Visit(tmp_path)
    await visit.run("app")
    assert {str(one) for one in visit.installer.installed()} == {"app 1", "lib 1"}
    assert all(request.secret_headers for request in visit.fetcher.asked)
    assert hides_its_secrets(visit)


@pytest.mark.parametrize("option", ["requirements", "constraints", "overrides"])
async def test_credentials_of_a_direct_url_reach_only_its_host(tmp_path: Path, option: str) -> None:
    visit = Visit(tmp_path)
    if option == "requirements":
        await visit.run([DIRECT], "app")  # type: ignore[arg-type]
    else:
        await visit.run("app", **{option: [DIRECT]})
    (direct_url,) = [text for text in visit.said if text.startswith('{"url": ')]
    assert json.loads(direct_url)["url"] == f"https://files.example.org{LIB_PATH}"
    assert visit.told() == {PLACE, "files.example.org"}
    assert hides_its_secrets(visit)


FAILURES = {
    "unknown project": ("nothing", 404),
    "unauthorized": ("app", 401),
    "failing": ("app", 500),
    "a conflict": (f"{DIRECT} lib>=2", 404),
    "two URLs": (f"{DIRECT} lib @ https://tom:s3cr3t@other.example.org{LIB_PATH}", 404),
    "an unknown host": (f"lib @ https://tom:s3cr3t@dead.example.org{LIB_PATH}", 404),
    "no wheel": ("lib @ https://tom:s3cr3t@files.example.org/lib.tar.gz", 404),
    "another project": (f"app @ https://tom:s3cr3t@files.example.org{LIB_PATH}", 404),
    "an invalid requirement": ("lib @@ https://tom:s3cr3t@files.example.org/", 404),
}


@pytest.mark.parametrize("failure", FAILURES)
async def test_no_error_contains_a_secret(tmp_path: Path, failure: str) -> None:
    requirements, code = FAILURES[failure]
    page = f"https://{PLACE}/json/{requirements}/"
    visit = Visit(tmp_path, {page: Response(page, code, b"")})
    wanted = [part.strip() for part in requirements.replace(" lib", "\nlib").split("\n")]
    await visit.run(*wanted)
    assert visit.installer.installed() == ()
    assert hides_its_secrets(visit)


async def test_files_on_another_host_receive_no_credentials(tmp_path: Path) -> None:
    page = f"https://{PLACE}/json/lib/"
    listed = {"filename": LIB.filename, "url": f"https://files.example.org{LIB_PATH}", "hashes": {"sha256": LIB.sha256}}
    body = json.dumps({"meta": {"api-version": "1.0"}, "name": "lib", "files": [listed]}).encode()
    answer = Response(page, 200, body, {"content-type": "application/vnd.pypi.simple.v1+json"})
    visit = Visit(tmp_path, {page: answer})
    await visit.run("lib")
    assert {str(one) for one in visit.installer.installed()} == {"lib 1"}
    assert visit.told() == {PLACE}
    assert f"https://files.example.org{LIB_PATH}" in visit.fetcher.requests
