"""Bundles: what they have, and that installers take them as they take any lock and any wheel."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from packaging.pylock import Pylock
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import IndexFile, make_wheel
from tests.harness.memory_fetcher import JSON_URL, MemoryFetcher
from tests.harness.shelf import shelf
from wherry import ArchiveLimits, Installer, InvalidLock, InvalidRequirement, InvalidWheel
from wherry.bundler import Bundler
from wherry.index.fetcher import Response
from wherry.index.lock_files import GivenLock
from wherry.installation.bundling import BundleReport, bytecode_of, in_slices
from wherry.model.locked_package import LockedPackage
from wherry.model.project import ProjectFile

if TYPE_CHECKING:
    from pathlib import Path

    from wherry.installation.site_packages import SitePackages
    from wherry.model.progress import Progress

PLACE = "https://app.example.org/packages/"
APP = make_wheel(
    "app", "1.0", requires=["part"], files={"app/__init__.py": "answer = 42\n", "app/tests/test_app.py": "import app\n"}
)
PART = make_wheel("part", "1.0", files={"part.py": "", "part.txt": "text"})


def bundler(files: tuple[IndexFile, ...], **options: Any) -> Bundler:
    return Bundler(
        fetcher=MemoryFetcher(files), index_urls=[JSON_URL], environment=PYODIDE_314, destination=shelf(), **options
    )


def make_folder(folder: Path) -> None:
    folder.mkdir(exist_ok=True)


async def write(
    folder: Path,
    lock: str = "",
    files: tuple[IndexFile, ...] = (APP, PART),
    **choices: Any,
) -> BundleReport:
    """Write a bundle of all ``files``, or of ``lock``."""
    make_folder(folder)
    maker = bundler(files, distribution={})
    lock = lock or str(await maker.lock(*(file.identity[0] for file in files)))
    return await maker.bundle(lock, str(folder), **choices)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def installer(folder: Path, site: SitePackages, distribution: Any = None) -> tuple[Installer, GivenLock]:
    """An installer that has only the files of a bundle, and their lock."""
    served = {PLACE + path: Response(PLACE + path, 200, content, {}) for path, content in contents(folder).items()}
    fetcher = MemoryFetcher([], instead=served)
    made = Installer(fetcher=fetcher, environment=PYODIDE_314, destination=site, distribution=distribution or {})
    return made, GivenLock(lock=(folder / "pylock.toml").read_text(encoding="utf-8"), location=f"{PLACE}pylock.toml")


def read_lock(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pylock.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("bytecode", ["beside", "only", "none"])
async def test_a_bundle_is_installed_and_removed_without_a_trace(tmp_path, site, scheme, bytecode):
    await write(tmp_path / "bundle", bytecode=bytecode)
    made, lock = installer(tmp_path / "bundle", site)
    report = await made.install_lock(lock)
    assert [*map(str, report.installed)] == ["app 1.0", "part 1.0"]
    assert report.warnings == ()
    assert made.check().warnings == ()
    assert not made.check()
    modules = {path for path in contents(tmp_path / "lib/python3.14/site-packages") if path.startswith("app/__")}
    cached = f"app/__pycache__/__init__.{sys.implementation.cache_tag}.pyc"
    expected = {"beside": {"app/__init__.py", cached}, "only": {"app/__init__.pyc"}, "none": {"app/__init__.py"}}
    assert modules == expected[bytecode]
    assert made.uninstall("app", "part").warnings == ()
    assert contents(tmp_path / "lib") == {}


async def test_the_lock_is_of_the_standard_and_names_every_file(tmp_path):
    report = await write(tmp_path)
    lock = read_lock(tmp_path)
    Pylock.from_dict(lock).validate()
    assert lock["tool"]["wherry"]["bundle"] == {"bytecode": "beside", "python": sys.implementation.cache_tag}
    wheels = [package["wheels"][0] for package in lock["packages"]]
    found = contents(tmp_path)
    assert {wheel["path"] for wheel in wheels} == found.keys() - {"pylock.toml"}
    assert all(wheel["path"].split("/")[0] == wheel["hashes"]["sha256"][:12] for wheel in wheels)
    assert [(one[0], one[2], one[3]) for one in report.packages] == [
        (name, len(made.content), wheel["size"])
        for name, made, wheel in zip(("app", "part"), (APP, PART), wheels, strict=True)
    ]


async def test_the_same_lock_gives_the_same_bytes(tmp_path):
    await write(tmp_path / "first")
    await write(tmp_path / "second", files=(PART, APP))
    assert contents(tmp_path / "first") == contents(tmp_path / "second")


async def test_a_bundle_of_a_bundle_is_the_same(tmp_path):
    await write(tmp_path / "first")
    first = contents(tmp_path / "first")
    (tmp_path / "second").mkdir()
    served = {PLACE + path: Response(PLACE + path, 200, content, {}) for path, content in first.items()}
    fetcher = MemoryFetcher([], instead=served)
    again = Bundler(fetcher=fetcher, environment=PYODIDE_314, destination=shelf(), distribution={})
    lock = GivenLock(lock=first["pylock.toml"].decode(), location=f"{PLACE}pylock.toml")
    await again.bundle(lock, str(tmp_path / "second"))
    assert contents(tmp_path / "second") == first


async def test_excluded_files_are_left_out_and_told_in_the_lock(tmp_path, site):
    report = await write(tmp_path / "bundle", exclude=["*.txt", "absent/*"], exclude_tests=True)
    assert report.warnings == ("no file matches the excluded 'absent/*'",)
    told = read_lock(tmp_path / "bundle")["tool"]["wherry"]["bundle"]
    assert (told["exclude-tests"], told["exclude"]) == (True, ["*.txt", "absent/*"])
    made, lock = installer(tmp_path / "bundle", site)
    await made.install_lock(lock)
    installed = contents(tmp_path / "lib/python3.14/site-packages")
    assert not any("tests" in path or path.endswith(".txt") for path in installed if ".dist-info/" not in path)


async def test_tests_have_no_bytecode(tmp_path, site):
    await write(tmp_path / "bundle")
    made, lock = installer(tmp_path / "bundle", site)
    await made.install_lock(lock)
    installed = contents(tmp_path / "lib/python3.14/site-packages")
    assert {path.rpartition("/")[0] for path in installed if path.endswith(".pyc")} == {
        "app/__pycache__",
        "__pycache__",
    }
    assert "app/tests/test_app.py" in installed


@pytest.mark.parametrize("bytecode", ["beside", "only"])
async def test_with_imports_other_modules_stay_sources(tmp_path, site, bytecode):
    many = {"many/__init__.py": "import many.used", "many/used.py": "", "many/no.py": ""}
    files = (make_wheel("many", "1.0", files=many),)
    report = await write(tmp_path / "bundle", files=files, bytecode=bytecode, imports=["many", "absent"])
    assert report.warnings == ("no package of the lock has a source of the module absent",)
    assert read_lock(tmp_path / "bundle")["tool"]["wherry"]["bundle"]["imports"] == ["many", "absent"]
    made, lock = installer(tmp_path / "bundle", site)
    await made.install_lock(lock)
    modules = {path for path in contents(tmp_path / "lib/python3.14/site-packages") if path.startswith("many/")}
    tag = sys.implementation.cache_tag
    beside = {f"many/__pycache__/{name}.{tag}.pyc" for name in ("__init__", "used")}
    expected = {"beside": {"many/__init__.py", "many/used.py", *beside}, "only": {"many/__init__.pyc", "many/used.pyc"}}
    assert modules == {"many/no.py", *expected[bytecode]}


async def test_imports_are_names_of_modules(tmp_path):
    with pytest.raises(InvalidRequirement, match="write the name of a module"):
        await write(tmp_path, imports=["many/used.py"])


async def test_files_that_the_caller_adds_are_in_the_lock(tmp_path):
    await write(tmp_path, runtime=["pyodide/pyodide.mjs", "wherry/index.js"])
    assert read_lock(tmp_path)["tool"]["wherry"]["bundle"]["runtime"] == ["pyodide/pyodide.mjs", "wherry/index.js"]


async def test_long_work_is_in_slices():
    def work():
        yield 0.5
        yield 1.0
        return "done"

    told: list[float] = []
    assert await in_slices(work(), told.append) == "done"
    assert told == []
    assert await in_slices(work(), told.append, seconds=0) == "done"
    assert told == [0.5, 1.0]


async def test_a_wheel_that_is_being_compiled_can_be_cancelled(tmp_path):
    shares: list[float] = []

    def cancel(event: Progress) -> None:
        if event.phase == "placing":
            shares.append(event.fraction)
            if len(shares) > 1:
                task.cancel()

    large = make_wheel("large", "1.0", files={f"large/m{number}.py": "x = 1\n" * 3000 for number in range(20)})
    task = asyncio.ensure_future(write(tmp_path, files=(large,), on_progress=cancel))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert 0 < shares[0] < shares[1] < 1
    assert contents(tmp_path) == {}


async def test_packages_of_all_extras_and_groups_keep_their_markers(tmp_path):
    text = str(await bundler((APP, PART), distribution={}).lock("app"))
    text = text.replace("[[packages]]", 'extras = ["web"]\n\n[[packages]]', 1)
    text = text.replace('name = "part"\nversion', 'name = "part"\nmarker = "\'web\' in extras"\nversion')
    report = await write(tmp_path, text)
    assert [name for name, *_ in report.packages] == ["app", "part"]
    assert read_lock(tmp_path)["packages"][1]["marker"] == '"web" in extras'

    with pytest.raises(InvalidLock, match=r"packages\[1\] \(part\).*applies only without an extra"):
        await write(tmp_path, text.replace("'web' in extras", "'web' not in extras"))


async def test_packages_for_other_environments_are_left_out(tmp_path):
    text = str(await bundler((APP, PART), distribution={}).lock("app"))
    text = text.replace('name = "part"\nversion', 'name = "part"\nmarker = "sys_platform == \'win32\'"\nversion')
    report = await write(tmp_path, text)
    assert [name for name, *_ in report.packages] == ["app"]
    assert [package["name"] for package in read_lock(tmp_path)["packages"]] == ["app"]


async def test_a_lock_for_another_pyodide_is_refused(tmp_path):
    text = str(await bundler((APP, PART), distribution={}).lock("app"))
    with pytest.raises(InvalidLock, match="it was made for"):
        await write(tmp_path, text.replace(PYODIDE_314.platform, "pyemscripten_2030_0_wasm32"))
    assert contents(tmp_path) == {}


async def test_a_shared_library_is_kept_as_it_is(tmp_path, site, scheme):
    library = replace(make_wheel("lib", "1.0", files={"lib.so": "code"}), filename="lib-1.0.zip")
    member = ProjectFile("lib-1.0.zip", f"{PLACE}lib-1.0.zip", {"sha256": library.sha256})
    name = canonicalize_name("lib")
    distribution = {name: LockedPackage(name, Version("1.0"), member, is_shared_library=True)}
    fetcher = MemoryFetcher([], instead={member.url: Response(member.url, 200, library.content, {})})
    maker = Bundler(fetcher=fetcher, environment=PYODIDE_314, destination=shelf(), distribution=distribution)
    (tmp_path / "bundle").mkdir()
    await maker.bundle(await maker.lock("lib"), str(tmp_path / "bundle"))
    [entry] = read_lock(tmp_path / "bundle")["tool"]["wherry"]["shared-libraries"]
    assert entry["hashes"] == {"sha256": library.sha256}
    assert entry["size"] == len(library.content)
    assert (tmp_path / "bundle" / entry["path"]).read_bytes() == library.content


async def test_members_of_the_distribution_come_from_the_bundle_too(tmp_path, site):
    name = canonicalize_name("part")
    elsewhere = ProjectFile(PART.filename, f"https://cdn.example.org/{PART.filename}", {"sha256": PART.sha256})
    distribution = {name: LockedPackage(name, Version("1.0"), elsewhere)}
    fetcher = MemoryFetcher([], instead={elsewhere.url: Response(elsewhere.url, 200, PART.content, {})})
    maker = Bundler(fetcher=fetcher, environment=PYODIDE_314, destination=shelf(), distribution=distribution)
    (tmp_path / "bundle").mkdir()
    await maker.bundle(await maker.lock("part"), str(tmp_path / "bundle"), bytecode="none")
    made, lock = installer(tmp_path / "bundle", site, distribution)
    report = await made.install_lock(lock)
    assert [(str(one), one.from_distribution) for one in report.installed] == [("part 1.0", True)]


async def test_projects_may_share_a_module_and_its_bytecode(tmp_path, site):
    files = tuple(make_wheel(name, "1", files={"both/__init__.py": "x = 1\n", f"both/{name}.py": ""}) for name in "ab")
    await write(tmp_path / "bundle", files=files)
    made, lock = installer(tmp_path / "bundle", site)
    await made.install_lock(lock)
    made.uninstall("a")
    left = {path for path in contents(tmp_path / "lib/python3.14/site-packages") if "dist-info" not in path}
    tag = sys.implementation.cache_tag
    assert left == {
        f"both/{name}" for name in ("__init__.py", "b.py", *(f"__pycache__/{n}.{tag}.pyc" for n in ("__init__", "b")))
    }


async def test_a_wheel_that_grows_beyond_the_limits_is_refused(tmp_path):
    maker = bundler((PART,), distribution={}, limits=ArchiveLimits(entries=6))
    with pytest.raises(InvalidWheel, match="above the limit"):
        await maker.bundle(await maker.lock("part"), str(tmp_path))


async def test_an_unknown_kind_of_bytecode_is_refused(tmp_path):
    with pytest.raises(InvalidRequirement, match="bytecode='all'"):
        await write(tmp_path, bytecode="all")


@pytest.mark.parametrize("source", [b"x = (", b"\xff", b"x = 'a\0'", b"x = " + b"-" * 5000 + b"1"])
def test_code_that_cannot_be_compiled_has_no_bytecode(source):
    assert bytecode_of(source, "x.py") is None


@pytest.mark.filterwarnings("error")
async def test_doubtful_syntax_gives_no_warnings(tmp_path):
    await write(tmp_path, files=(make_wheel("odd", "1", files={"odd.py": "x = '\\d' is 1\n"}),))


def test_python_imports_the_bytecode_without_reading_the_source(tmp_path):
    cache = tmp_path / "__pycache__"
    cache.mkdir()
    path = tmp_path / "module.py"
    bytecode = bytecode_of(b"answer = 42\n", str(path))
    assert bytecode is not None
    (cache / f"module.{sys.implementation.cache_tag}.pyc").write_bytes(bytecode)
    path.write_text("this is no Python\n", encoding="utf-8")
    script = "import module; print(module.answer, module.__cached__ is not None)"
    assert run("-c", script, folder=tmp_path) == "42 True\n"


@pytest.mark.parametrize("bytecode", ["beside", "only"])
async def test_pip_installs_the_wheels(tmp_path, bytecode):
    await write(tmp_path / "bundle", bytecode=bytecode)
    wheels = [*map(str, (tmp_path / "bundle").rglob("*.whl"))]
    run("-m", "pip", "install", "--no-index", "--no-deps", "--target", str(tmp_path / "site"), *wheels, folder=tmp_path)
    assert run("-c", "import app, part; print(app.answer)", folder=tmp_path / "site") == "42\n"


def run(*arguments: str, folder: Path) -> str:
    """Run Python, and return what it prints."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout  # noqa: S603
