"""A chosen release turns out to be broken: the error names the release to ask for instead."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import IndexFile, make_wheel
from tests.harness.index_pages import file_path
from tests.harness.memory_fetcher import HOST, HTML_URL, JSON_URL, MemoryFetcher
from wherry import Installer, WherryError
from wherry.index.fetcher import Response
from wherry.index.network import Network
from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FACT = "is the next older release with a wheel for this runtime"


def rewritten(wheel: IndexFile, ending: str, change: Callable[[str], str]) -> IndexFile:
    """Return ``wheel`` with one file changed, and RECORD unchanged."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(wheel.content)) as old, zipfile.ZipFile(content, "w") as new:
        for entry in old.infolist():
            text = old.read(entry).decode()
            new.writestr(entry, change(text) if entry.filename.endswith(ending) else text)
    return IndexFile(wheel.filename, content.getvalue())


def record_wrong(wheel: IndexFile) -> IndexFile:
    return rewritten(
        wheel, "RECORD", lambda text: text + "absent.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n"
    )


def tags_contradict(wheel: IndexFile) -> IndexFile:
    return rewritten(wheel, "WHEEL", lambda text: text.replace("py3-none-any", "py2-none-any"))


def zip_corrupt(wheel: IndexFile) -> IndexFile:
    return IndexFile(wheel.filename, b"MZ" + wheel.content)


async def fail(folder: Path, files: list[IndexFile], *asked: str, url: str = JSON_URL, **options: Any) -> WherryError:
    """Return the error of an installation that must fail."""
    instead = options.pop("instead", None)
    network = options.pop("network", None)
    scheme = Scheme(*(str(folder / name) for name in ("site", "bin", "include", "data")))
    subject = Installer(
        index_urls=[url],
        fetcher=MemoryFetcher(files, instead=instead),
        destination=SitePackages(scheme),
        environment=PYODIDE_314,
        distribution={},
        network=network,
    )
    with pytest.raises(WherryError) as caught:
        await subject.install(*asked, **options)
    return caught.value


def demo(version: str, **details: Any) -> IndexFile:
    return make_wheel("demo", version, **details)


# Without metadata beside it, a wheel is read during resolution: one that is no ZIP is skipped then.
@pytest.mark.parametrize(
    ("broken", "url"),
    [
        (record_wrong, JSON_URL),
        (record_wrong, HTML_URL),
        (tags_contradict, JSON_URL),
        (tags_contradict, HTML_URL),
        (zip_corrupt, JSON_URL),
    ],
)
async def test_an_invalid_wheel(tmp_path: Path, url: str, broken: Callable[[IndexFile], IndexFile]) -> None:
    error = await fail(tmp_path, [broken(demo("2.0")), demo("1.9"), demo("1.8")], "demo", url=url)
    assert str(error).startswith("demo-2.0-py3-none-any.whl is not a valid wheel: ")
    assert str(error).endswith(f"; ask for demo<2.0: 1.9 {FACT}")
    assert error.facts()["hint"] == f"ask for demo<2.0: 1.9 {FACT}"


@pytest.mark.parametrize(
    ("answer", "network", "ending"),
    [
        (Response("", 200, b"other"), None, f"; ask for demo<2.0: 1.9 {FACT}"),
        (Response("", 404, b""), None, f"; ask for demo<2.0: 1.9 {FACT}"),
        (None, Network(max_archive_size=10), f"with Network(max_archive_size=…), or ask for demo<2.0: 1.9 {FACT}"),
    ],
    ids=["hash", "missing", "too large"],
)
async def test_a_file_that_cannot_be_fetched(
    tmp_path: Path, answer: Response | None, network: Network | None, ending: str
) -> None:
    files = [demo("2.0"), demo("1.9")]
    instead = {f"https://{HOST}{file_path(files[0])}": answer} if answer else None
    assert str(await fail(tmp_path, files, "demo", instead=instead, network=network)).endswith(ending)


@pytest.mark.parametrize(
    ("asked", "instead"),
    [
        ("demo>=1", "demo<2.0,>=1"),
        ("demo[x]", "demo[x]<2.0"),
        ("Demo; python_version > '3'", "Demo<2.0"),
    ],
)
async def test_the_hint_keeps_the_rest_of_the_requirement(tmp_path: Path, asked: str, instead: str) -> None:
    files = [record_wrong(demo("2.0", extras=["x"])), demo("1.9", extras=["x"])]
    assert f"; ask for {instead}: 1.9 {FACT}" in str(await fail(tmp_path, files, asked))


@pytest.mark.parametrize(
    ("older", "named"),
    [
        ([demo("1.9", tag="cp311-cp311-win_amd64"), demo("1.8")], "1.8"),
        ([replace(demo("1.9"), yanked=True), demo("1.8")], "1.8"),
        ([demo("1.9rc1"), demo("1.8")], "1.8"),
        ([demo("1.9rc1")], "1.9rc1"),
        ([demo("1.9", requires_python="<3"), demo("1.8")], "1.8"),
    ],
)
async def test_the_named_release_can_be_installed(tmp_path: Path, older: list[IndexFile], named: str) -> None:
    error = await fail(tmp_path, [record_wrong(demo("2.0")), *older], "demo")
    assert f"; ask for demo<2.0: {named} {FACT}" in str(error)


NOTHING: dict[str, tuple[list[IndexFile], dict[str, Any]]] = {
    "alone": ([], {}),
    "pinned": ([demo("1.9")], {"asked": "demo==2.0"}),
    "not allowed": ([demo("1.9")], {"asked": "demo>=2"}),
    "constrained": ([demo("1.9")], {"constraints": ["demo>1.9"]}),
    "newer only": ([demo("2.1")], {"constraints": ["demo<2.1"]}),
    "too new": ([replace(demo("1.9"), upload_time="2026-03-01T00:00:00Z")], {"exclude_newer": "2026-02-01"}),
}


@pytest.mark.parametrize("reason", NOTHING)
async def test_without_another_release_none_is_named(tmp_path: Path, reason: str) -> None:
    files, options = NOTHING[reason]
    asked = str({"asked": "demo", **options}["asked"])
    rest = {name: value for name, value in options.items() if name != "asked"}
    error = await fail(tmp_path, [record_wrong(demo("2.0")), *files], asked, **rest)
    assert "is not a valid wheel" in str(error)
    assert error.facts()["hint"] == ""
    assert "ask for" not in str(error)


async def test_a_dependency_is_constrained(tmp_path: Path) -> None:
    app = make_wheel("app", "1", requires=["demo>=1.5"])
    files = [app, record_wrong(demo("2.0")), demo("1.9"), demo("1.4")]
    assert str(await fail(tmp_path, files, "app")).endswith(
        f'; add constraints=["demo<2.0"] (on the command line, --constraint "demo<2.0"): 1.9 {FACT}'
    )
    files.remove(files[2])
    assert "constraints" not in str(await fail(tmp_path, files, "app"))


async def test_another_requirer_counts(tmp_path: Path) -> None:
    files = [make_wheel("app", "1", requires=["demo>=1.9"]), record_wrong(demo("2.0")), demo("1.9"), demo("1.8")]
    assert f"ask for demo<2.0: 1.9 {FACT}" in str(await fail(tmp_path, files, "demo", "app"))
    assert "ask for" not in str(await fail(tmp_path, [*files[:2], files[3]], "demo", "app"))
