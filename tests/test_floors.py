"""A module imports its own floor and those below, never upwards, and only the dependencies that its floor may have.
Imports for the type checker count, too: they are dependencies."""

from __future__ import annotations

import ast
import fnmatch
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).resolve().parents[1] / "src" / "wherry"

ROOMS = {
    "model": 1,
    "formats": 2,
    "resolution": 3,
    "index": 4,
    "installation": 5,
    "progress": 5,
    "runtime": 6,
    "ipython": 7,
    "micropip": 7,
}
GROUND = {"_default_index": 0, "errors": 0, "printable": 0, "short_traceback": 0}
FLOORS = GROUND | ROOMS
TOP = 7
PURE = FLOORS["resolution"]
DEPENDENCIES = {"packaging", "resolvelib"}

# Modules with imports that the others may not have.
INTERPRETER = {"sys", "sysconfig", "platform"}
ALLOWED_INTERPRETER = "model/environment.py"
BROWSER = {"js", "pyodide", "pyodide_js", "wherry_js", "_pyodide"}
ALLOWED_BROWSER = "runtime/*.py"
# Where IPython is there already. The package itself only names a type of it.
ALLOWED_IPYTHON = {"ipython", "__init__.py"}
# Pure floors do not wait, and use neither files nor the system.
IMPURE = {
    *INTERPRETER,
    *("asyncio", "concurrent", "multiprocessing", "queue", "selectors", "signal", "socket", "ssl", "threading"),
    *("glob", "mmap", "os", "pathlib", "shutil", "tempfile"),
    *("ctypes", "importlib", "logging", "random", "secrets", "site", "subprocess", "time"),
    *("http", "urllib.request"),
}


@dataclass(frozen=True)
class Import:
    """An import in a module of wherry; ``path`` is relative to the package, ``module`` is absolute."""

    path: str
    line: int
    module: str

    @property
    def complaint(self) -> str | None:
        """The fault of the import; None if it is allowed."""
        if self.module == "wherry" or self.module.startswith("wherry."):
            return self._complaint_inside()
        return self._complaint_outside()

    def _complaint_inside(self) -> str | None:
        own, other = floor_of(self.path), floor_of(self.module.removeprefix("wherry").replace(".", "/").lstrip("/"))
        # The package itself has the public names; an import of it imports every floor.
        return None if other <= own else f"floor {own} imports floor {other}"

    def _complaint_outside(self) -> str | None:
        root = self.module.partition(".")[0]
        if root in BROWSER:
            return None if fnmatch.fnmatch(self.path, ALLOWED_BROWSER) else "only runtime/ meets JavaScript"
        if root == "IPython":
            return None if Path(self.path).parts[0] in ALLOWED_IPYTHON else "only ipython/ meets IPython"
        if root not in sys.stdlib_module_names:
            return None if root in DEPENDENCIES else "it is no dependency"
        if floor_of(self.path) > PURE or (root in INTERPRETER and self.path == ALLOWED_INTERPRETER):
            return None
        return "it is a pure floor" if {root, self.module} & IMPURE else None


def floor_of(path: str) -> int:
    """Return the floor of a module or package, given relative to `wherry` with slashes."""
    first = path.removesuffix(".py").partition("/")[0]
    return FLOORS.get(first, TOP)


def imports_of(path: str, source: str) -> Iterator[Import]:
    """Yield the imports of a module, anywhere in it; of `from a import b`, both `a` and `a.b`."""
    package = ("wherry", *Path(path).parts[:-1])
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (Import(path, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *([node.module] if node.module else [])))
            if module != "wherry":
                yield Import(path, node.lineno, module)
            for alias in node.names:
                if module == "wherry" or module.startswith("urllib"):
                    yield Import(path, node.lineno, f"{module}.{alias.name}")


def complaints(path: str, source: str) -> list[str]:
    """Return a line for each import of a module that the floors do not allow."""
    return [
        f"{path}:{found.line}: {found.module}: {why}" for found in imports_of(path, source) if (why := found.complaint)
    ]


MODULES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES)
def test_no_module_imports_upwards(path):
    assert complaints(path, (SOURCE / path).read_text(encoding="utf-8")) == []


def test_every_folder_is_a_floor():
    assert {Path(path).parts[0] for path in MODULES if "/" in path} == set(ROOMS)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("model/project.py", "import wherry.formats.record"),
        ("model/project.py", "from wherry.formats import record"),
        ("model/project.py", "from wherry import formats"),
        ("model/project.py", "from wherry import installation"),
        ("model/project.py", "from ..formats import record"),
        ("model/project.py", "from .. import installer"),
        ("model/project.py", "import wherry"),
        ("model/project.py", "import sys"),
        ("model/project.py", "import requests"),
        ("formats/simple_api.py", "def parse():\n    import asyncio"),
        ("formats/simple_api.py", "if TYPE_CHECKING:\n    from pathlib import Path"),
        ("formats/simple_api.py", "from urllib import request"),
        ("resolution/attempt.py", "from wherry.index.client import IndexClient"),
        ("index/client.py", "from js import fetch"),
        ("installation/destination.py", "from pyodide.ffi import to_js"),
        ("runtime/pyodide.py", "from wherry.installer import Installer"),
        ("errors.py", "from wherry.model.project import ProjectFile"),
        ("installer.py", "import pyodide_js"),
        ("progress/notebook.py", "from IPython.display import display"),
    ],
)
def test_an_upward_import_is_found(path, source):
    assert len(complaints(path, source)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("model/environment.py", "import sys, sysconfig"),
        ("model/project.py", "from wherry.errors import WherryError"),
        ("model/project.py", "from .environment import Environment"),
        ("formats/simple_api.py", "from wherry.model.project import ProjectPage\nfrom urllib.parse import urljoin"),
        ("resolution/attempt.py", "import resolvelib\nfrom packaging.version import Version"),
        ("index/client.py", "import asyncio"),
        ("runtime/pyodide.py", "from js import fetch\nfrom wherry.index.ports import Fetcher"),
        ("ipython/extension.py", "from IPython.core.interactiveshell import InteractiveShell"),
        ("installer.py", "from wherry._default_index import DEFAULT_INDEX_URL\nfrom wherry import runtime"),
        ("__init__.py", "from wherry.installer import Installer\nfrom .errors import WherryError"),
    ],
)
def test_an_import_from_below_is_allowed(path, source):
    assert complaints(path, source) == []
