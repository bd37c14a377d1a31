"""Odd links with all floors below the runtime."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest
from packaging.direct_url import ArchiveInfo, DirectUrl

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import make_wheel
from tests.harness.index_pages import JSON_TYPE, file_path
from tests.harness.memory_fetcher import HTML_URL, JSON_URL, MemoryFetcher
from tests.harness.odd_links import IMPOSSIBLE_NAMES, IMPOSSIBLE_URLS, OddFragment, odd_fragments
from wherry.errors import IntegrityError, InvalidRequirement, NoFittingWheel, ResolutionError
from wherry.index.fetcher import Response
from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages
from wherry.installer import Installer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from wherry.model.report import InstallReport

DEMO = make_wheel("demo", "1")
NEWER = "demo-2.0-py3-none-any.whl"
LINK = f"https://index.example.org{file_path(DEMO)}"
PAGE = f"{HTML_URL}demo/"


def installer(folder: Path, links: Iterable[str] = (), url: str = HTML_URL) -> tuple[Installer, MemoryFetcher]:
    (folder / "site").mkdir()
    anchors = "".join(f'<a href="{link}">x</a>' for link in links)
    entries = [{"filename": link.rpartition("/")[2], "url": link} for link in links]
    page = {"meta": {"api-version": "1.0"}, "name": "demo", "files": entries}
    instead = {
        PAGE: Response(PAGE, 200, anchors.encode(errors="replace"), {"content-type": "text/html"}),
        f"{JSON_URL}demo/": Response(f"{JSON_URL}demo/", 200, json.dumps(page).encode(), {"content-type": JSON_TYPE}),
    }
    fetcher = MemoryFetcher([DEMO], instead=instead)
    places = (str(folder / name) for name in ("site", "bin", "include", "data", "lib"))
    site = SitePackages(Scheme(*places))
    return Installer(index_urls=[url], fetcher=fetcher, destination=site, environment=PYODIDE_314), fetcher


def check_warnings(report: InstallReport, odd: OddFragment) -> None:
    assert [str(one.version) for one in report.installed] == ["1"]
    warnings = [warning for warning in report.warnings if "verified" in warning]
    assert warnings == ([f"{DEMO.filename}: {odd.warning}"] if odd.warning else [])


@pytest.mark.parametrize("odd", [*odd_fragments(DEMO.content)], ids=lambda odd: f"{odd.text[:30]} {odd.is_right}")
async def test_the_fragment_of_a_link_on_a_page(tmp_path: Path, odd: OddFragment) -> None:
    subject, _ = installer(tmp_path, [LINK + odd.text])
    if odd.is_right:
        check_warnings(await subject.install("demo"), odd)
    else:
        with pytest.raises(IntegrityError, match="does not match the index"):
            await subject.install("demo")
        assert not subject.installed()


@pytest.mark.parametrize("form", ["demo @ {}", "{}"])
@pytest.mark.parametrize("odd", [*odd_fragments(DEMO.content)], ids=lambda odd: f"{odd.text[:30]} {odd.is_right}")
async def test_the_fragment_of_a_direct_url(tmp_path: Path, odd: OddFragment, form: str) -> None:
    subject, _ = installer(tmp_path)
    requirement = form.format(LINK + odd.text)
    if odd.is_right:
        check_warnings(await subject.install(requirement), odd)
        text = (tmp_path / "site" / "demo-1.dist-info" / "direct_url.json").read_text()
        recorded = cast("ArchiveInfo", DirectUrl.from_dict(json.loads(text)).archive_info)
        assert recorded.hashes
        assert {*recorded.hashes} - {"md5", "sha1"}
    else:
        with pytest.raises(IntegrityError):
            await subject.install(requirement)
        assert not subject.installed()


async def test_hashes_of_one_url_named_twice_all_count(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    wrong = "0" * 64
    for requirements in ([f"{LINK}#sha256={wrong}", LINK], [LINK, f"{LINK}#sha256={wrong}"]):
        with pytest.raises(IntegrityError):
            await subject.install(requirements)
    with pytest.raises(InvalidRequirement, match="another requirement gives the same URL with another hash"):
        await subject.install(f"{LINK}#sha256={wrong}", f"{LINK}#sha256={DEMO.sha256}")
    await subject.install(f"{LINK}#sha256={DEMO.sha256}", f"{LINK}#egg=demo")


@pytest.mark.parametrize(
    "url", ["https:/example.org", "https:example.org", "http://[x", "https:///a", "http://a:99999"]
)
async def test_a_direct_url_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    subject, fetcher = installer(tmp_path)
    with pytest.raises(InvalidRequirement, match="write it as https://host/path"):
        await subject.install(f"demo @ {url}/{NEWER}")
    assert not fetcher.asked


@pytest.mark.parametrize("url", [HTML_URL, JSON_URL])
async def test_invalid_links_affect_only_their_own_file(tmp_path: Path, url: str) -> None:
    odd = [*IMPOSSIBLE_URLS, *(f"https://example.org/{name}" for name in IMPOSSIBLE_NAMES)]
    subject, fetcher = installer(tmp_path, [*(one for one in odd if "\ud800" not in one), LINK], url)
    report = await subject.install("demo")
    assert [str(one.version) for one in report.installed] == ["1"]
    assert {request.url.split("/")[2] for request in fetcher.asked} == {"index.example.org"}


LONG = "9" * 5000


@pytest.mark.parametrize("url", [HTML_URL, JSON_URL])
@pytest.mark.parametrize(
    "link",
    [
        *(one for one in IMPOSSIBLE_URLS if one.isprintable()),
        *(f"https://example.org/{name}" for name in IMPOSSIBLE_NAMES),
        f"https://example.org/demo-{LONG}-py3-none-any.whl",
        f"https://example.org/demo-1-{LONG}-py3-none-any.whl",
        "https://example.org/demo.whl",
        f"https://example.org/demo-{LONG}.tar.gz",
    ],
    ids=lambda link: repr(link[:60]),
)
@pytest.mark.parametrize("requirement", ["demo", "demo==2.0", "demo>1"])
async def test_a_skipped_file_is_named(tmp_path: Path, url: str, link: str, requirement: str) -> None:
    for name, links in (("alone", [link]), ("beside", [link, LINK])):
        (tmp_path / name).mkdir()
        subject, _ = installer(tmp_path / name, links, url)
        if requirement == "demo" and name == "beside":
            await subject.install(requirement)
            continue
        # With a release that fits, a file whose name has no version is not considered.
        with pytest.raises(NoFittingWheel if name == "alone" else ResolutionError) as caught:
            await subject.install(requirement)
        assert str(caught.value).replace("\n", "").isprintable()
        assert getattr(caught.value, "files", True)
