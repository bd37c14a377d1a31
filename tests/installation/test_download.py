"""The limits of an installer apply to the archives it downloads."""

from __future__ import annotations

import pytest

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import make_wheel
from tests.harness.memory_fetcher import HTML_URL, JSON_URL, MemoryFetcher
from wherry import ArchiveLimits, Installer, InvalidWheel
from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages

APP = make_wheel("app", "1")


def installer(site, url, limits):
    fetcher = MemoryFetcher([APP])
    return Installer(
        index_urls=[url], fetcher=fetcher, destination=site, environment=PYODIDE_314, distribution={}, limits=limits
    )


@pytest.mark.parametrize("url", [JSON_URL, HTML_URL])
async def test_an_archive_beyond_the_installers_limits_is_refused(tmp_path, url):
    site = SitePackages(Scheme(*(str(tmp_path / name) for name in ("site", "bin", "include", "data"))))
    with pytest.raises(InvalidWheel, match="it has 4 entries, above the limit of 3"):
        await installer(site, url, ArchiveLimits(entries=3)).install("app")
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("url", [JSON_URL, HTML_URL])
async def test_an_archive_within_the_installers_limits_is_installed(site, url):
    report = await installer(site, url, ArchiveLimits(entries=5)).install("app")
    assert [str(found) for found in report.installed] == ["app 1"]
