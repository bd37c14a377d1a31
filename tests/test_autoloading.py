"""Missing modules that code imports while autoload() is on: the user's code installs them, all other code does not."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import pytest

import wherry
from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import make_wheel
from tests.harness.memory_fetcher import JSON_URL, MemoryFetcher
from wherry.default import use_default
from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages
from wherry.installer import Installer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OPTIONAL = "try:\n    import says_so\nexcept ImportError as error:\n    lacks = str(error)\n"
FILES = (
    make_wheel("says-so", "1", headers=("Import-Name: says_so",), files={"says_so/__init__.py": "name = 'it'\n"}),
    make_wheel("says-so", "2", headers=("Import-Name: says_so",), files={"says_so/__init__.py": "name = 'new'\n"}),
    make_wheel(
        "fleet",
        "1",
        headers=("Import-Name: fleet.boats", "Import-Namespace: fleet"),
        files={"fleet/boats/__init__.py": "count = 3\n"},
    ),
    make_wheel("asker", "1", headers=("Import-Name: asker",), files={"asker.py": OPTIONAL}),
    make_wheel("empty", "1", headers=("Import-Name: empty",), files={"other.py": ""}),
    make_wheel("silent", "1", files={"silent.py": ""}),
)
OURS = {"says_so", "fleet", "fleet.boats", "asker", "empty", "silent"}


class Place:
    """The folder of an environment, and the index of its default installer."""

    def __init__(self, folder: Path) -> None:
        self.fetcher = MemoryFetcher(FILES)
        self._scheme = Scheme(*(str(folder / name) for name in ("site-packages", "bin", "include", "data", "lib")))

    def make_installer(self) -> Installer:
        destination = SitePackages(self._scheme)
        return Installer(index_urls=[JSON_URL], fetcher=self.fetcher, destination=destination, environment=PYODIDE_314)

    @property
    def installed(self) -> list[str]:
        return [str(one) for one in wherry.installed()]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    (tmp_path / "site-packages").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path / "site-packages"))
    place = Place(tmp_path)
    use_default(place.make_installer)
    yield place
    wherry.autoload(False)  # noqa: FBT003 - as the documents say
    use_default(Installer)
    for name in OURS & set(sys.modules):
        del sys.modules[name]


def run(source: str, **names: object) -> dict[str, object]:
    """Run code that a user has typed."""
    variables = {"__name__": "__main__", **names}
    exec(compile(source, "<exec>", "exec"), variables)  # noqa: S102 - as a prompt does
    return variables


def test_an_import_installs_the_project_and_reports_it_once(place, capsys):
    wherry.autoload()
    assert run("import says_so\nfrom says_so import name")["name"] == "new"
    assert place.installed == ["says-so 2"]
    run("import says_so")
    assert capsys.readouterr().err == "Installed: says-so 2\n"


def test_without_the_call_nothing_is_installed(place):
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'says_so'$"):
        run("import says_so")
    assert place.installed == []


@pytest.mark.parametrize("stop", ["wherry.autoload(False)", "autoload.stop()", "with autoload: pass"])
def test_it_can_be_switched_off(place, stop):
    autoload = wherry.autoload()
    assert repr(autoload) == "<wherry.autoload() is on>"
    run(stop, wherry=wherry, autoload=autoload)
    assert repr(autoload) == "<wherry.autoload() is off>"
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'says_so'$"):
        run("import says_so")


def test_the_last_call_counts(place):
    first, second = wherry.autoload(), wherry.autoload(constraints=["says-so<2"])
    assert (first in sys.meta_path, second in sys.meta_path) == (False, True)
    run("import says_so")
    assert place.installed == ["says-so 1"]


@pytest.mark.parametrize(
    "source",
    [
        "import fleet.boats",
        "from fleet.boats import count",
        "import importlib\nimportlib.import_module('fleet.boats')",
        "def later():\n    from fleet.boats import count\nlater()",
    ],
)
def test_part_of_a_namespace_is_imported_by_its_whole_name(place, source):
    wherry.autoload(projects={"fleet.boats": "fleet"})
    run(source)
    assert place.installed == ["fleet 1"]


def test_a_further_part_of_a_namespace_in_use_is_installed(place, tmp_path):
    (tmp_path / "site-packages" / "fleet" / "piers").mkdir(parents=True)
    run("import fleet.piers")
    wherry.autoload()
    run("import fleet.boats")
    assert place.installed == ["fleet 1"]


def test_an_installed_package_lacks_its_optional_dependency_still(place):
    wherry.autoload()
    asker = run("import asker")["asker"]
    assert vars(asker)["lacks"] == "No module named 'says_so'"
    assert place.installed == ["asker 1"]


@pytest.mark.parametrize(
    "source",
    [
        "import importlib.util\nassert importlib.util.find_spec('says_so') is None",
        "import pkgutil\nwith raises(ImportError): pkgutil.resolve_name('says_so')",
        "with raises(ImportError): import json.says_so",
        "with raises(ImportError): import msilib",
        "with raises(ImportError): __import__('says_so; fleet')",
        "with raises(ImportError): __import__('says-so')",
        "with raises(ImportError): __import__('says_so.class')",
    ],
)
def test_a_question_for_a_module_of_other_code_or_of_python_or_without_a_name_installs_nothing(place, source):
    wherry.autoload()
    run(source.replace(": ", ":\n    "), raises=pytest.raises)
    assert (place.installed, place.fetcher.asked) == ([], [])


def test_code_of_the_users_own_files_installs(place, tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text("import says_so\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    wherry.autoload()
    run("import mine")
    assert place.installed == ["says-so 2"]
    del sys.modules["mine"]


def test_a_module_that_no_project_declares_is_not_guessed_and_asked_for_once(place):
    wherry.autoload()
    with pytest.raises(ModuleNotFoundError):
        run("import silent")
    with pytest.raises(ModuleNotFoundError) as caught:
        run("import silent")
    assert str(caught.value) == (
        "No module named 'silent': autoload() did not install it: Cannot tell which project provides 'silent'. "
        "Name it: projects={'silent': '<project>'}"
    )
    assert (caught.value.name, type(caught.value.__context__)) == ("silent", wherry.UnknownImports)
    assert place.fetcher.requests[f"{JSON_URL}silent/"] == 1


def test_a_failure_is_tried_again_at_the_next_import(place):
    wherry.autoload(constraints=["says-so>2"])
    with pytest.raises(ModuleNotFoundError):
        run("import says_so")
    asked = len(place.fetcher.asked)
    with pytest.raises(ModuleNotFoundError, match=r"did not install it: These(.|\n)*says-so>2") as caught:
        run("import says_so")
    assert len(place.fetcher.asked) > asked
    assert isinstance(caught.value.__context__, wherry.ResolutionConflict)
    assert place.installed == []


def test_a_project_without_the_module_leaves_pythons_own_error(place):
    wherry.autoload()
    for _ in range(2):
        with pytest.raises(ModuleNotFoundError, match=r"^No module named 'empty'$"):
            run("import empty")
    assert place.installed == ["empty 1"]


async def test_where_python_cannot_wait_the_error_names_the_call(place):
    wherry.autoload(projects={"bait": "hook-and-bait"})
    with pytest.raises(ModuleNotFoundError) as caught:
        run("import bait.worms")
    assert str(caught.value) == (
        "No module named 'bait': it is not installed, and Python cannot wait here: "
        'write await wherry.install("hook-and-bait") before the import'
    )
    with pytest.raises(ModuleNotFoundError, match=r'write await wherry.install_imports\("import says_so"\) before'):
        run("import says_so")


def test_what_an_installation_calls_does_not_install(place, capsys):
    told = []

    def tell(step):
        try:
            importlib.import_module("fleet.boats")
        except ModuleNotFoundError as error:
            told.append(str(error))

    wherry.autoload(on_progress=tell)
    run("import says_so")
    assert set(told) == {"No module named 'fleet'"}
    assert (place.installed, capsys.readouterr().err) == (["says-so 2"], "")
