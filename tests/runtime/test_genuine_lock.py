"""Resolve with the complete lock of a released Pyodide: its projects cost no needless requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import make_wheel
from tests.harness.index_pages import file_path
from tests.harness.memory_fetcher import JSON_URL, MemoryFetcher
from tests.harness.paths import NODE_MODULES
from tests.harness.shelf import shelf
from wherry.formats.distribution_lock import parse_distribution_lock
from wherry.installer import Installer

if TYPE_CHECKING:
    from wherry.resolution.problem import Preference
    from wherry.resolution.resolution import Resolution

CDN = "cdn.example.org"
LOCK = (NODE_MODULES / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8")
MATPLOTLIB = parse_distribution_lock(LOCK, str)[canonicalize_name("matplotlib")]
# Of a wheel on the CDN; its metadata has the requirements of matplotlib 3.10.
STAND_IN = make_wheel(
    "matplotlib",
    str(MATPLOTLIB.version),
    requires=[
        *("contourpy>=1.0.1", "cycler>=0.10", "fonttools>=4.22.0", "kiwisolver>=1.3.1", "numpy>=1.23"),
        *("packaging>=20.0", "pillow>=8", "pyparsing>=3", "python-dateutil>=2.7"),
    ],
    tag="cp314-cp314-pyemscripten_2026_0_wasm32",
)


async def resolve(*requirements: str, fetcher: MemoryFetcher, prefer: Preference = "distribution") -> Resolution:
    installer = Installer(
        environment=PYODIDE_314,
        fetcher=fetcher,
        destination=shelf(),
        distribution=parse_distribution_lock(LOCK, _url),
        index_urls=[JSON_URL],
    )
    return await installer.resolve(*requirements, prefer=prefer)


def _url(file_name: str) -> str:
    return f"https://{CDN}{file_path(STAND_IN)}" if file_name == STAND_IN.filename else f"https://{CDN}/{file_name}"


@pytest.mark.parametrize("project", ["pandas", "matplotlib", "scikit-learn"])
async def test_packages_of_the_lock_are_resolved_without_a_request(project: str) -> None:
    fetcher = MemoryFetcher([])
    resolution = await resolve(project, fetcher=fetcher)
    assert {pin.origin for pin in resolution.chosen} == {"distribution"}
    assert not fetcher.requests


@pytest.mark.parametrize("prefer", ["distribution", "index"])
async def test_another_version_beside_a_member_costs_only_the_metadata_of_that_member(prefer: Preference) -> None:
    fetcher = MemoryFetcher([make_wheel("packaging", "26.3")], elsewhere={CDN: [STAND_IN]})
    resolution = await resolve("matplotlib", "packaging>=26.2", fetcher=fetcher, prefer=prefer)
    assert resolution.pins["packaging"] == "26.3"
    assert resolution.pins["matplotlib"] == str(MATPLOTLIB.version)
    asked = [url for url in fetcher.requests if CDN in url]
    assert asked == [f"https://{CDN}{file_path(STAND_IN)}.metadata"]
