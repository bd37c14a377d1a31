"""A notebook whose installer takes packages from memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import make_wheel
from tests.harness.memory_fetcher import JSON_URL, MemoryFetcher
from tests.harness.notebook import Notebook
from wherry import default
from wherry.index.fetcher import Response
from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages
from wherry.installer import Installer
from wherry.ipython.extension import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wherry.index.fetcher import Request

FILES = [
    make_wheel("boat", "1", requires=["oar"]),
    make_wheel("boat", "2", requires=["oar"]),
    make_wheel("boat", "3b1"),
    make_wheel("oar", "1"),
    make_wheel("oar", "2"),
]
OTHER_HOST = "other.example.org"
OTHERS = [make_wheel("sail", "1")]


class Fetcher(MemoryFetcher):
    """A fetcher that also reads local files, as that of Pyodide does."""

    async def fetch(self, request: Request) -> Response:
        """Answer ``request``."""
        content = _read(request.url)
        return Response(request.url, 200, content, {}) if content is not None else await super().fetch(request)


def _read(path: str) -> bytes | None:
    return Path(path).read_bytes() if Path(path).is_file() else None


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site-packages that the notebook imports from."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def notebook(site: Path, tmp_path: Path) -> Iterator[Notebook]:
    """A notebook with the magics, where pip is wherry's as in Pyodide."""
    scheme = Scheme(str(site), *(str(tmp_path / name) for name in ("bin", "include", "data", "lib")))

    def make() -> Installer:
        fetcher = Fetcher(FILES, elsewhere={OTHER_HOST: OTHERS})
        destination = SitePackages(scheme)
        return Installer(index_urls=[JSON_URL], fetcher=fetcher, destination=destination, environment=PYODIDE_314)

    default.use_default(make)
    shell = Notebook.instance()
    load(shell, takes_pip=True)
    yield shell
    shell.restore_sys_module_state()
    Notebook.clear_instance()
    default.use_default(Installer)
