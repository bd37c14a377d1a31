"""The installer with all floors below the runtime: an index in memory, real files."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib
import io
import json
import sys
import zipfile
from importlib import metadata
from itertools import count
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import pytest
from packaging.direct_url import ArchiveInfo, DirectUrl

import wherry
from tests.harness.crashes import crashing
from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import IndexFile, make_wheel
from tests.harness.memory_fetcher import HTML_URL, JSON_URL, MemoryFetcher
from wherry.default import use_default
from wherry.errors import IntegrityError
from wherry.formats.distribution_lock import parse_distribution_lock
from wherry.index.fetcher import Response
from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages
from wherry.installer import Installer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from packaging.utils import NormalizedName

    from wherry.installation.destination import Exchange
    from wherry.model.distribution import InstalledDistribution
    from wherry.model.progress import Progress

APP = make_wheel("app", "1", requires=["lib<2"])
LIB_1 = make_wheel("lib", "1")
LIB_2 = make_wheel("lib", "2")
INDEX = (APP, LIB_1, LIB_2)


def site(folder: Path) -> SitePackages:
    return SitePackages(
        Scheme(
            str(folder / "site"),
            str(folder / "bin"),
            str(folder / "include"),
            str(folder / "data"),
            str(folder / "lib"),
        )
    )


def installer(
    folder: Path,
    files: Iterable[IndexFile] = INDEX,
    *,
    instead: Mapping[str, Response] | None = None,
    url: str = JSON_URL,
) -> tuple[Installer, MemoryFetcher]:
    (folder / "site").mkdir(exist_ok=True)
    fetcher = MemoryFetcher(files, instead=instead)
    return Installer(index_urls=[url], fetcher=fetcher, destination=site(folder), environment=PYODIDE_314), fetcher


def tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in folder.rglob("*")
    }


def found(folder: Path) -> dict[str, str]:
    return {found.name: found.version for found in metadata.distributions(path=[str(folder / "site")])}


@pytest.mark.parametrize("url", [JSON_URL, HTML_URL])
async def test_the_report_agrees_with_importlib_metadata(tmp_path: Path, url: str) -> None:
    subject, fetcher = installer(tmp_path, url=url)
    report = await subject.install("app")
    assert {found.name: found.version for found in report.installed} == found(tmp_path) == {"app": "1", "lib": "1"}
    assert [found.requested for found in report.installed] == [True, False]
    assert all(
        found.source and found.source.startswith("https://index.example.org/files/") for found in report.installed
    )
    assert set(fetcher.requests.values()) == {1}
    assert report.requests == fetcher.requests.total()
    assert set(report.seconds) == {"resolving", "downloading", "placing"}
    assert (tmp_path / "site" / "lib.py").read_text() == "__version__ = '1'\n"


async def test_installing_again_changes_nothing_and_sends_no_request(tmp_path: Path) -> None:
    subject, fetcher = installer(tmp_path)
    await subject.install("app")
    before, asked = tree(tmp_path), fetcher.requests.total()
    report = await subject.install("app")
    assert (report.installed, [found.name for found in report.unchanged]) == ((), ["app", "lib"])
    assert (tree(tmp_path), fetcher.requests.total()) == (before, asked)


async def test_another_version_replaces_the_installed_one(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    await subject.install("lib==1")
    report = await subject.install("lib", upgrade=True)
    assert [str(found) for found in report.installed] == ["lib 2"]
    assert [str(found) for found in report.removed] == ["lib 1"]
    assert found(tmp_path) == {"lib": "2"}


async def test_uninstalling_leaves_nothing_behind(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    before = tree(tmp_path)
    await subject.install("app")
    assert [str(found) for found in subject.installed()] == ["app 1", "lib 1"]
    assert [found.name for found in subject.uninstall("App", "lib")] == ["app", "lib"]
    assert tree(tmp_path) == before
    with pytest.raises(wherry.NotInstalled) as caught:
        subject.uninstall("app")
    assert caught.value.names == ["app"]


async def test_uninstalling_an_absent_distribution_removes_nothing(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    await subject.install("app")
    before = tree(tmp_path)
    with pytest.raises(wherry.NotInstalled):
        subject.uninstall("app", "nothing")
    assert tree(tmp_path) == before


async def test_requirements_may_come_in_lists(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    resolution = await subject.resolve("lib", ["app"])
    assert resolution.pins == {"app": "1", "lib": "1"}
    assert found(tmp_path) == {}


async def test_a_requirement_with_a_false_marker_is_left_out_with_a_warning(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    report = await subject.install("app; sys_platform == 'win32'")
    assert report.installed == ()
    assert report.warnings == ('app; sys_platform == "win32" was not installed: its marker is false here',)


async def test_progress_reports_the_begin_of_every_phase(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    told: list[Progress] = []
    await subject.install("app", on_progress=told.append)
    assert list(dict.fromkeys(step.phase for step in told)) == ["resolving", "downloading", "placing", "done"]
    assert [(step.done, step.total) for step in told if step.phase == "downloading"] == [(0, 2), (1, 2), (2, 2)]


PAGE = f"{JSON_URL}lib/"
HTML = {"content-type": "text/html"}
SPOILT = make_wheel("lib", "1", files={"lib.py": "spoilt"})


def _at(file: IndexFile, suffix: str = "") -> str:
    return f"https://index.example.org/files/{file.sha256[:16]}/{file.filename}{suffix}"


BAD_INPUT: dict[str, tuple[str, dict[str, Response], type[wherry.WherryError]]] = {
    "unknown project": ("nowhere", {}, wherry.UnknownProject),
    "no wheel that fits": ("only-sdist", {}, wherry.NoFittingWheel),
    "conflict": ("app lib>=2", {}, wherry.ResolutionConflict),
    "invalid requirement": ("lib>>1", {}, wherry.InvalidRequirement),
    "a URL of sources": ("lib@git+https://example.org/lib.git", {}, wherry.UnsupportedRequirement),
    "a URL that does not answer": ("lib@https://dead.example.org/lib-1-py3-none-any.whl", {}, wherry.IndexUnreachable),
    "a URL of another project": ("app@https://example.org/lib-1-py3-none-any.whl", {}, wherry.InvalidRequirement),
    "a URL with a wrong hash": (f"lib@{_at(LIB_1)}#sha256={'0' * 64}", {}, wherry.IntegrityError),
    "404 for the wheel": ("lib==1", {_at(LIB_1): Response(_at(LIB_1), 404, b"")}, wherry.RefusedByIndex),
    "500 for the page": ("app", {PAGE: Response(PAGE, 500, b"")}, wherry.RefusedByIndex),
    "500 for the metadata": (
        "app",
        {_at(LIB_1, ".metadata"): Response(_at(LIB_1, ".metadata"), 500, b"")},
        wherry.RefusedByIndex,
    ),
    "error page with status 200": ("app", {PAGE: Response(PAGE, 200, b"<h1>Oh</h1>", HTML)}, wherry.InvalidIndexPage),
    "error page for the wheel": (
        "lib==1",
        {_at(LIB_1): Response(_at(LIB_1), 200, b"<h1>", HTML)},
        wherry.IndexUnreachable,
    ),
    "wrong hash": ("app", {_at(LIB_1): Response(_at(LIB_1), 200, SPOILT.content)}, wherry.IntegrityError),
    "wrong hash of the metadata": (
        "app",
        {_at(LIB_1, ".metadata"): Response(_at(LIB_1, ".metadata"), 200, SPOILT.content)},
        wherry.IntegrityError,
    ),
}


@pytest.mark.parametrize("problem", BAD_INPUT)
async def test_bad_input_raises_its_error_and_changes_nothing(tmp_path: Path, problem: str) -> None:
    requirements, instead, error = BAD_INPUT[problem]
    await installer(tmp_path)[0].install("lib==2")
    before = tree(tmp_path)
    subject, _ = installer(tmp_path, (*INDEX, IndexFile("only_sdist-1.tar.gz", b"")), instead=instead)
    with pytest.raises(error) as caught:
        await subject.install(*requirements.split())
    assert tree(tmp_path) == before
    assert str(caught.value)
    assert caught.value.facts()


async def test_a_dead_index_is_named_in_the_error(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    with pytest.raises(wherry.IndexUnreachable) as caught:
        await subject.install("app", index_urls=["https://dead.example.org/simple"])
    assert caught.value.url == "https://dead.example.org/simple/app/"


async def test_metadata_beside_the_wheel_must_match_the_wheel(tmp_path: Path) -> None:
    lying = make_wheel("lib", "1", requires=["nothing-else"])
    lib = IndexFile(LIB_1.filename, LIB_1.content, beside=lying.metadata)
    subject, _ = installer(tmp_path, [lib, make_wheel("nothing-else", "1")])
    with pytest.raises(wherry.IntegrityError, match=r"lib-1-py3-none-any\.whl"):
        await subject.install("lib")
    assert found(tmp_path) == {}


@pytest.mark.parametrize("there", [(), ("lib==2", "other")], ids=["installation", "upgrade"])
async def test_cancelling_at_any_await_changes_nothing_and_stops_all_work(
    tmp_path: Path, there: tuple[str, ...]
) -> None:
    subject, fetcher = installer(tmp_path, [*INDEX, make_wheel("other", "1"), make_wheel("other", "2")])
    if there:
        await subject.install(*there, constraints=["other<2"])
    before, cancelled = tree(tmp_path), 0
    for turns in count():
        running = asyncio.create_task(subject.install("app", "other>=2"))
        for _ in range(turns):
            await asyncio.sleep(0)
        if running.done():
            break
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            # Once all is in place, it is too late.
            assert [str(one) for one in (await running).installed] == ["app 1", "lib 1", "other 2"]
            break
        cancelled += 1
        assert tree(tmp_path) == before
        asked = fetcher.requests.total()
        await asyncio.sleep(0)
        assert (fetcher.requests.total(), len(asyncio.all_tasks())) == (asked, 1)
    assert cancelled > 10
    assert found(tmp_path) == {"app": "1", "lib": "1", "other": "2"}
    assert not subject.check()


async def test_cancelling_during_the_placing_event_changes_nothing(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    before = tree(tmp_path)

    def listen(step: Progress) -> None:
        if step.phase == "placing":
            running.cancel()

    running = asyncio.create_task(subject.install("app", on_progress=listen))
    with pytest.raises(asyncio.CancelledError):
        await running
    assert tree(tmp_path) == before


async def test_a_wheel_by_url_is_installed_with_its_url_recorded(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    url = _at(LIB_1)
    await subject.install(f"lib @ {url}#sha256={LIB_1.sha256}", "app")
    assert found(tmp_path) == {"app": "1", "lib": "1"}
    report = await subject.install(url, "app")
    assert [str(found) for found in report.unchanged] == ["app 1", "lib 1"]
    (lib,) = (distribution for distribution in subject.installed() if distribution.name == "lib")
    assert lib.source == url
    recorded = json.loads((tmp_path / "site" / "lib-1.dist-info" / "direct_url.json").read_text())
    assert recorded == {"url": url, "archive_info": {"hashes": {"sha256": LIB_1.sha256}}}


async def test_the_hash_of_a_wheel_by_url_is_computed_and_recorded(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    await subject.install(f"lib @ {_at(LIB_1)}", "app")
    recorded = DirectUrl.from_dict(json.loads(_note(tmp_path, "lib", "direct_url.json")))
    recorded.validate()
    assert recorded == DirectUrl(url=_at(LIB_1), archive_info=ArchiveInfo(hashes={"sha256": LIB_1.sha256}))
    assert [_note(tmp_path, "lib", name) for name in ("INSTALLER", "REQUESTED")] == ["wherry\n", ""]
    assert not (tmp_path / "site" / "app-1.dist-info" / "direct_url.json").exists()


def _note(folder: Path, name: str, note: str) -> str:
    return (folder / "site" / f"{name}-1.dist-info" / note).read_text(encoding="utf-8")


async def test_files_that_python_reads_at_startup_give_a_warning(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path, [make_wheel("lib", "1", files={"lib.pth": "import lib\n", "lib.py": ""})])
    report = await subject.install("lib")
    assert report.warnings == ("lib 1 installs lib.pth, which Python reads only at startup; restart to apply it",)
    assert (tmp_path / "site" / "lib.pth").read_text() == "import lib\n"


async def test_scripts_run_until_their_distribution_is_uninstalled(tmp_path: Path) -> None:
    files = {
        "lib-1.data/scripts/answer.py": "import sys\nsys.exit(int(sys.argv[1]) * 2)\n",
        "lib-1.dist-info/entry_points.txt": "[console_scripts]\nnothing = nowhere:main\n",
    }
    subject, _ = installer(tmp_path, [make_wheel("lib", "1", files=files)])
    (tmp_path / "bin").mkdir()
    before = tree(tmp_path)
    await subject.install("lib")
    assert subject.run_script("answer.py", ["21"]) == 42
    with pytest.raises(wherry.UnknownScript) as caught:
        subject.run_script("answer.pi")
    assert caught.value.facts() == {
        "name": "answer.pi",
        "similar": ["answer.py"],
        "scripts": [["answer.py", "lib 1"], ["nothing", "lib 1"]],
    }
    assert sorted(path.name for path in (tmp_path / "bin").iterdir()) == ["answer.py", "nothing"]
    subject.uninstall("lib")
    assert tree(tmp_path) == before
    with pytest.raises(wherry.UnknownScript):
        subject.run_script("answer.py")


async def test_packages_of_the_distribution_are_verified_and_installed_with_shared_libraries(
    tmp_path: Path,
) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("libdeep.so", b"\0asm")
    library = archive.getvalue()
    files = {"lib": LIB_2.content, "libdeep": library}
    lock = {
        "packages": {
            "lib": _locked("lib", "2", LIB_2.filename, LIB_2.sha256, ["libdeep"]),
            "libdeep": _locked("libdeep", "3", "libdeep-3.zip", hashlib.sha256(library).hexdigest(), []),
        }
    }
    answers = {f"https://example.org/{entry['file_name']}": files[name] for name, entry in lock["packages"].items()}
    distribution = parse_distribution_lock(json.dumps(lock), lambda name: f"https://example.org/{name}")

    def with_distribution(spoilt: str = "") -> tuple[Installer, MemoryFetcher]:
        sent = {url: Response(url, 200, b"spoilt" if url == spoilt else body) for url, body in answers.items()}
        fetcher = MemoryFetcher(INDEX, instead=sent)
        place = site(tmp_path)
        return Installer(
            fetcher=fetcher, destination=place, environment=PYODIDE_314, distribution=distribution
        ), fetcher

    (tmp_path / "site").mkdir()
    for spoilt in answers:
        with pytest.raises(wherry.IntegrityError, match=spoilt):
            await with_distribution(spoilt)[0].install("lib")
        assert found(tmp_path) == {}
    subject, fetcher = with_distribution()
    report = await subject.install("lib")
    assert [str(distribution) for distribution in report.installed] == ["lib 2"]
    assert subject.installed()[0].from_distribution
    assert (tmp_path / "lib" / "libdeep.so").read_bytes() == b"\0asm"
    assert not any("/lib/" in url for url in fetcher.requests)


def _locked(name: str, version: str, file_name: str, sha256: str, depends: list[str]) -> dict[str, object]:
    return {
        "name": name,
        "version": version,
        "file_name": file_name,
        "sha256": sha256,
        "depends": depends,
        "package_type": "shared_library" if name == "libdeep" else "package",
    }


async def test_the_installers_preference_is_the_default_of_calls(tmp_path: Path) -> None:
    lock = {"packages": {"lib": _locked("lib", "2", LIB_2.filename, LIB_2.sha256, [])}}
    subject = Installer(
        fetcher=MemoryFetcher((LIB_2, make_wheel("lib", "3"))),
        index_urls=[JSON_URL],
        destination=site(tmp_path),
        environment=PYODIDE_314,
        distribution=parse_distribution_lock(json.dumps(lock), lambda name: f"https://example.org/{name}"),
        prefer="index",
    )
    assert (await subject.resolve("lib")).pins == {"lib": "3"}
    assert (await subject.resolve("lib", prefer="distribution")).pins == {"lib": "2"}


@pytest.mark.parametrize("constraints", ["lib<3", ["lib<3"]])
async def test_constraints_of_the_installer_and_of_a_call_both_apply(
    tmp_path: Path, constraints: str | list[str]
) -> None:
    subject = Installer(
        fetcher=MemoryFetcher((LIB_1, LIB_2, make_wheel("lib", "3"))),
        index_urls=[JSON_URL],
        destination=site(tmp_path),
        environment=PYODIDE_314,
        distribution={},
        constraints=constraints,
    )
    assert (await subject.resolve("lib")).pins == {"lib": "2"}
    assert (await subject.resolve("lib", constraints="lib<2")).pins == {"lib": "1"}


async def test_concurrent_installations_take_turns_across_installers(tmp_path: Path) -> None:
    (one, _), (other, _) = installer(tmp_path), installer(tmp_path)
    first, second = await asyncio.gather(one.install("lib==1"), other.install("lib==2"))
    assert [str(found) for found in second.removed] == [str(found) for found in first.installed] == ["lib 1"]
    assert found(tmp_path) == {"lib": "2"}


async def test_a_second_call_resolves_with_the_result_of_the_first(tmp_path: Path) -> None:
    (one, _), (other, fetcher) = installer(tmp_path), installer(tmp_path)
    first, second = await asyncio.gather(one.install("app"), other.install("lib"))
    assert [str(found) for found in second.unchanged] == ["lib 1"]
    assert fetcher.requests.total() == 0
    assert first.installed


async def test_a_cancelled_call_releases_the_lock(tmp_path: Path) -> None:
    (one, _), (other, _), (third, _) = (installer(tmp_path) for _ in range(3))
    running = [asyncio.create_task(subject.install("lib==1")) for subject in (one, other, third)]
    await asyncio.sleep(0)
    running[0].cancel()
    running[1].cancel()
    ended = await asyncio.gather(*running, return_exceptions=True)
    assert [type(outcome).__name__ for outcome in ended] == ["CancelledError", "CancelledError", "InstallReport"]
    assert found(tmp_path) == {"lib": "1"}


async def test_installations_into_other_environments_do_not_wait(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    (one, _), (other, fetcher) = installer(tmp_path / "a"), installer(tmp_path / "b")
    async with site(tmp_path / "a").lock():
        waiting = asyncio.create_task(one.install("lib"))
        await other.install("lib")
        assert not waiting.done()
    assert fetcher.requests
    await waiting


async def test_uninstalling_during_an_installation_is_refused(tmp_path: Path) -> None:
    (one, _), (other, _) = installer(tmp_path), installer(tmp_path)
    await one.install("lib==2")
    running = asyncio.create_task(one.install("lib==1"))
    await asyncio.sleep(0)
    for subject in (one, other):
        with pytest.raises(wherry.UninstallRefused):
            subject.uninstall("lib")
    await running
    other.uninstall("lib")


async def test_reinstalling_replaces_installed_distributions(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    await subject.install("app")
    before = tree(tmp_path)
    (tmp_path / "site" / "lib.py").unlink()
    report = await subject.install("app", reinstall=True)
    assert [str(found) for found in report.removed] == [str(found) for found in report.installed] == ["app 1", "lib 1"]
    assert tree(tmp_path) == before


async def test_overwrite_replaces_a_file_of_another_project(tmp_path: Path) -> None:
    files = [make_wheel(name, "1", files={"tests/__init__.py": name}) for name in ("My-App", "lib")]
    subject, _ = installer(tmp_path, files)
    with pytest.raises(wherry.InstallConflict) as caught:
        await subject.install("lib", "my-app")
    assert caught.value.overwrite == ("lib",)
    assert found(tmp_path) == {}
    report = await subject.install("lib", "my-app", overwrite=["My.App"])
    path = f"{tmp_path}/site/tests/__init__.py"
    replaced = f"Files of My_App-1-py3-none-any.whl are replaced by those of lib-1-py3-none-any.whl: {path}"
    assert report.warnings == (replaced,)
    assert str(subject.check()) == f"Broken: my-app 1: 1 of its files is replaced by lib 1: {path}"
    assert (await subject.install("lib", "my-app", overwrite=["my_app"])).warnings == ()


async def test_an_unknown_name_in_overwrite_gives_a_warning(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    said = ("overwrite names absent, which is neither installed nor being installed",)
    assert (await subject.resolve("app", overwrite=["Absent", "lib"])).warnings == said
    assert (await subject.install("app", overwrite="absent")).warnings == said


async def test_the_installers_overwrite_may_name_projects_outside_a_call(tmp_path: Path) -> None:
    subject = Installer(
        index_urls=[JSON_URL],
        fetcher=MemoryFetcher(INDEX),
        destination=site(tmp_path),
        environment=PYODIDE_314,
        distribution={},
        overwrite="absent",
    )
    assert (await subject.install("app")).warnings == ()
    said = ("overwrite names another, which is neither installed nor being installed",)
    assert (await subject.install("app", overwrite=iter(["another"]))).warnings == said


async def test_uninstalling_names_the_remaining_requirers(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    await subject.install("app")
    gone = subject.uninstall("lib")
    assert gone.warnings == ("app 1 requires lib<2, which is not installed",)
    assert str(gone) == "Removed: lib 1\nWarning: app 1 requires lib<2, which is not installed"
    assert subject.uninstall("app").warnings == ()


UNDEFINED = ("six; python_version ~= '3'", "six; 'x' in extras", "six; os_name ~= 'x'", "six; python_version > 'abc'")
ODD = make_wheel("odd", "1", requires=["lib<=1.*", *UNDEFINED], requires_python=">=3.6.*")
FAULTS = (
    "Requires-Dist 'lib<=1.*' is not a requirement; it is read as 'lib<2'",
    """python_version ~= "3" is undefined and counts as false, in Requires-Dist "six; python_version ~= '3'\"""",
    """"x" in extras is undefined and counts as false, in Requires-Dist "six; 'x' in extras\"""",
    """os_name ~= "x" is undefined and counts as false, in Requires-Dist "six; os_name ~= 'x'\"""",
    """python_version > "abc" is undefined and counts as false, in Requires-Dist "six; python_version > 'abc'\"""",
    "Requires-Python '>=3.6.*' is not a version specifier; it is read as '>=3.6'",
)


async def test_harmless_faults_of_metadata_are_warnings_of_install_and_check(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path, [*INDEX, ODD])
    report = await subject.install("odd")
    assert report.warnings == tuple(f"odd-1-py3-none-any.whl: {fault}" for fault in FAULTS)
    assert found(tmp_path) == {"odd": "1", "lib": "1"}
    assert subject.check().warnings == tuple(f"odd-1.dist-info: {fault}" for fault in FAULTS)
    assert not subject.check()
    assert str(subject.tree()).splitlines() == ["odd 1", "└── lib 1 (lib<2)"]
    assert (await subject.install("odd", "app")).warnings == ()
    assert subject.uninstall("lib").warnings == (
        "app 1 requires lib<2, which is not installed",
        "odd 1 requires lib<2, which is not installed",
    )
    assert [gone.name for gone in subject.uninstall("odd")] == ["odd"]


async def test_an_upgrade_with_invalid_metadata_is_named_in_the_report(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path, [LIB_1, make_wheel("lib", "2", requires=["pytz>dev"])])
    report = await subject.install("lib")
    assert found(tmp_path) == {"lib": "1"}
    problem = "The metadata of lib-2-py3-none-any.whl is invalid: Requires-Dist 'pytz>dev' is not a requirement"
    assert report.warnings == (f"lib 2 was skipped: {problem}",)


LEAST = b"Metadata-Version: 2.1\nName: odd\nVersion: 1\n"
IN_DIST_INFO: dict[str, dict[str, bytes]] = {
    "nothing": {},
    "binary METADATA": {"METADATA": bytes(range(256)) * 99},
    "empty METADATA": {"METADATA": b""},
    "huge METADATA": {"METADATA": LEAST + b"\n" * 2**25},
    "undefined markers": {"METADATA": LEAST + "".join(f"Requires-Dist: {one}\n" for one in UNDEFINED).encode()},
    "requirements that cannot be read": {"METADATA": LEAST + b"Requires-Dist: pytz>dev\nRequires-Dist: (\n"},
    "another name": {"METADATA": LEAST.replace(b"odd", b"__proto__")},
    "files that are not text": dict.fromkeys(
        ("RECORD", "INSTALLER", "entry_points.txt", "direct_url.json"), b"\xff\x00"
    ),
    "a RECORD that leads out": {"METADATA": LEAST, "RECORD": b"../../../../etc/passwd,,\na\0b,,\n"},
    "a RECORD with others' files": {"METADATA": LEAST, "RECORD": b"lib.py,shake_128=A,\napp.py,md5=A,7\n"},
}


@pytest.mark.parametrize("odd", IN_DIST_INFO)
async def test_other_calls_work_with_any_content_of_a_dist_info(tmp_path: Path, odd: str) -> None:
    subject, _ = installer(tmp_path)
    folder = tmp_path / "site" / "odd-1.dist-info"
    folder.mkdir()
    for name, content in ({"METADATA": LEAST} | IN_DIST_INFO[odd] if odd != "nothing" else {}).items():
        (folder / name).write_bytes(content)
    await subject.install("lib==1")
    assert {one.name for one in subject.installed()} >= {"lib"}
    assert str(subject.check())
    assert "lib 1" in str(subject.tree())
    await subject.install("app", upgrade=True)
    assert [one.name for one in subject.uninstall("app", "lib")] == ["app", "lib"]
    assert folder.exists()


class Unreadable(SitePackages):
    """Site-packages that cannot be read after a removal."""

    has_changed = False

    def installed(self) -> Mapping[NormalizedName, InstalledDistribution]:
        if self.has_changed:
            raise OSError
        return super().installed()

    def exchange(self, *args: Any, **options: Any) -> Exchange:
        done = super().exchange(*args, **options)
        self.has_changed = True
        return done


async def test_uninstalling_reads_site_packages_before_it_removes_files(tmp_path: Path) -> None:
    subject, fetcher = installer(tmp_path)
    await subject.install("app")
    unreadable = Unreadable(site(tmp_path).scheme)
    subject = Installer(index_urls=[JSON_URL], fetcher=fetcher, destination=unreadable, environment=PYODIDE_314)
    assert subject.uninstall("lib").warnings == ("app 1 requires lib<2, which is not installed",)


async def test_files_that_an_upgrade_keeps_are_named(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    await subject.install("lib==1")
    (tmp_path / "site" / "lib.py").write_text("mine")
    report = await subject.install("lib", upgrade=True)
    assert report.warnings[0].endswith(f"{tmp_path}/site/lib.py.wherry-old")
    (tmp_path / "site" / "lib.py").write_text("mine again")
    assert subject.uninstall("lib").warnings[0].endswith(f"{tmp_path}/site/lib.py")


@pytest.fixture
def interrupted(tmp_path: Path) -> dict[str, str]:
    """An interrupted upgrade; return the files before it."""
    before: dict[str, str] = {}
    for number in count(1):
        rmtree(tmp_path / "site", ignore_errors=True)
        asyncio.run(installer(tmp_path)[0].install("lib==1"))
        before = tree(tmp_path)
        with crashing(before=number):
            asyncio.run(installer(tmp_path)[0].install("lib==2"))
        if "site/lib.py" not in tree(tmp_path):
            break
    assert "site/.wherry/journal" in tree(tmp_path)
    return before


INTERRUPTED = f"Installing {LIB_2.filename} was interrupted and has been rolled back"


def test_the_next_installer_rolls_back_an_interrupted_change_and_warns_once(
    tmp_path: Path, interrupted: dict[str, str]
) -> None:
    subject, _ = installer(tmp_path)
    assert tree(tmp_path) == interrupted
    assert asyncio.run(subject.install("lib")).warnings == (INTERRUPTED,)
    assert asyncio.run(subject.install("lib")).warnings == ()


def test_an_uninstallation_warns_of_it_too(tmp_path: Path, interrupted: dict[str, str]) -> None:
    subject, _ = installer(tmp_path)
    assert interrupted
    assert subject.uninstall("lib").warnings == (INTERRUPTED,)


async def test_check_tree_and_why_describe_installed_distributions(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    await subject.install("app")
    assert not subject.check()
    assert str(subject.tree()) == "app 1\n└── lib 1 (lib<2)"
    assert str(subject.why("lib")) == "lib 1\n  app → lib<2"
    subject.uninstall("lib")
    assert str(subject.check()) == "Missing: app 1 requires lib<2, which is not installed"
    await subject.install("lib==2", deps=False)
    (tmp_path / "site" / "app.py").unlink()
    assert str(subject.check()).splitlines() == [
        f"Broken: app 1: 1 of its files is missing: {tmp_path}/site/app.py",
        "Conflicting: app 1 requires lib<2, but lib 2 is installed",
    ]


async def test_a_resolution_has_sizes_and_hashes(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    resolution = await subject.resolve("app")
    assert resolution.download_size == len(APP.content) + len(LIB_1.content)
    assert [pin.hash for pin in resolution.chosen] == [f"sha256:{APP.sha256}", f"sha256:{LIB_1.sha256}"]


def test_the_functions_work_on_the_default_installer(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    use_default(lambda: subject)
    assert asyncio.run(wherry.resolve("app")).pins == {"app": "1", "lib": "1"}
    asyncio.run(wherry.install("app"))
    assert [found.name for found in wherry.installed()] == ["app", "lib"]
    assert not wherry.check()
    assert wherry.why("lib").chains
    assert [branch.name for branch in wherry.tree().branches] == ["app"]
    assert [found.name for found in wherry.uninstall("app")] == ["app"]
    assert [found.name for found in wherry.installed()] == ["lib"]


def test_outside_of_pyodide_the_error_has_a_hint() -> None:
    with pytest.raises(wherry.UnsupportedRuntime, match="pass a fetcher and a destination to Installer"):
        Installer()


async def test_replacing_an_imported_distribution_gives_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject, _ = installer(tmp_path, [make_wheel("boarded", "1"), make_wheel("boarded", "2")])
    await subject.install("boarded==1")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    importlib.import_module("boarded")
    try:
        said = ("boarded 1 is imported (boarded): restart the runtime to use another",)
        assert (await subject.resolve("boarded", upgrade=True)).warnings == said
        assert (await subject.install("boarded", upgrade=True)).warnings == said
        in_memory = ("boarded 2 is imported (boarded): it stays in memory until the runtime restarts",)
        assert subject.uninstall("boarded").warnings == in_memory
        said = ("An earlier version of boarded is imported; restart the runtime to use the new one",)
        assert (await subject.install("boarded==1")).warnings == said
    finally:
        del sys.modules["boarded"]


def hash_option(file: IndexFile, algorithm: str, content: bytes | None = None) -> str:
    digest = hashlib.new(algorithm, file.content if content is None else content).hexdigest()
    return f"{file.identity[0]}=={file.identity[1]} --hash={algorithm}:{digest}"


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
async def test_archives_are_compared_with_the_hashes_of_files(tmp_path: Path, algorithm: str) -> None:
    subject, _ = installer(tmp_path)
    text = f"{hash_option(APP, algorithm)}\n{hash_option(LIB_1, algorithm)}\n"
    report = await subject.install(requirements_files=[text])
    assert [str(distribution) for distribution in report.installed] == ["app 1", "lib 1"]


async def test_a_hash_missing_on_the_index_is_computed_and_a_wrong_one_installs_nothing(tmp_path: Path) -> None:
    subject, fetcher = installer(tmp_path)
    wrong = f"# pinned\n{hash_option(LIB_1, 'sha512', b'another')}\n"
    before = tree(tmp_path)
    with pytest.raises(IntegrityError) as caught:
        await subject.install(requirements_files=wrong)
    assert caught.value.facts() == {
        "subject": LIB_1.filename,
        "expected": f"sha512 {hashlib.sha512(b'another').hexdigest()}",
        "actual": f"sha512 {hashlib.sha512(LIB_1.content).hexdigest()}",
        "place": "the given text, line 2",
        "hint": "",
    }
    assert tree(tmp_path) == before
    assert any(url.endswith(LIB_1.filename) for url in fetcher.requests)


async def test_a_wrong_hash_on_the_index_causes_no_download(tmp_path: Path) -> None:
    subject, fetcher = installer(tmp_path)
    with pytest.raises(IntegrityError, match="does not match the given text, line 1"):
        await subject.resolve(requirements_files=f"{hash_option(LIB_1, 'sha256', b'another')}\n")
    assert not [url for url in fetcher.requests if url.endswith(".whl")]


async def test_a_file_may_have_constraints_and_an_index(tmp_path: Path) -> None:
    files = {
        "https://example.org/r.txt": f"-i {JSON_URL}\n-c limits.txt\napp\n",
        "https://example.org/limits.txt": "lib<2",
    }
    answers = {url: Response(url, 200, text.encode()) for url, text in files.items()}
    subject, _ = installer(tmp_path, instead=answers, url="https://example.org/none/")
    resolution = await subject.resolve(requirements_files=("https://example.org/r.txt",))
    assert resolution.pins == {"app": "1", "lib": "1"}
    assert [reason.text for reason in resolution.chosen[0].reasons] == ["app"]


async def test_requirements_may_be_written_as_in_files(tmp_path: Path) -> None:
    subject, _ = installer(tmp_path)
    texts = ["", "# nothing", "  ", "app  # needs a lib", "lib \\\n <2\n# that was it\n"]
    resolution = await subject.resolve(*texts, constraints=["", "app<2 # why"], overrides=["# none"])
    assert resolution.pins == {"app": "1", "lib": "1"}
    assert (await subject.resolve("", "# x")).pins == {}


class FailingCache:
    """Fails in the methods of these names."""

    def __init__(self, *methods: str) -> None:
        self.methods = methods

    async def get(self, _: str) -> bytes | None:
        self._fail("get")
        return None

    async def put(self, _: str, __: bytes) -> None:
        self._fail("put")

    def _fail(self, method: str) -> None:
        if method in self.methods:
            raise OSError(f"no {method}")


@pytest.mark.parametrize(
    ("methods", "problem"), [(("get", "put"), "no get"), (("put",), "no put"), (("get",), "no get")]
)
async def test_a_cache_that_fails_costs_a_warning_and_no_installation(
    tmp_path: Path, methods: tuple[str, ...], problem: str
) -> None:
    (tmp_path / "site").mkdir()
    given = Installer(
        index_urls=[JSON_URL],
        fetcher=MemoryFetcher(INDEX),
        cache=FailingCache(*methods),
        destination=site(tmp_path),
        environment=PYODIDE_314,
    )
    resolution = await given.resolve("app")
    report = await given.install("app")
    assert found(tmp_path) == {"app": "1", "lib": "1"}
    warning = f"The cache of downloads fails, and everything is fetched: OSError: {problem}"
    assert resolution.warnings == report.warnings == (warning,)
