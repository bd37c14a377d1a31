from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import make_wheel
from tests.harness.memory_fetcher import JSON_URL, MemoryFetcher
from wherry.index.cache import NoCache
from wherry.index.client import IndexClient
from wherry.index.prefetch.early_downloads import SIDE_BY_SIDE, SMALL, EarlyDownloads
from wherry.index.resolve import resolve
from wherry.model.project import ProjectFile
from wherry.resolution.problem import ResolveOptions, pose
from wherry.resolution.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from packaging.utils import NormalizedName

    from tests.harness.index_files import IndexFile
    from wherry.index.fetcher import Hold


class Archives:
    """Double of an index client: records started and abandoned transfers, and ends them on demand."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.holds: dict[str, Hold | None] = {}
        self.abandoned: list[str] = []
        self._landings: dict[str, Callable[[], object]] = {}

    def begin_archive(self, file: ProjectFile, landed: Callable[[], object], hold: Hold | None = None) -> None:
        self.begun.append(file.filename)
        self.holds[file.filename] = hold
        self._landings[file.filename] = landed

    def abandon_archive(self, file: ProjectFile) -> None:
        self.abandoned.append(file.filename)

    def held(self) -> list[str]:
        return [name for name, hold in self.holds.items() if hold is not None and not hold.is_released]

    def land(self, name: str) -> None:
        self._landings.pop(name)()


def wheel(name: str, size: int | None = 1000) -> ProjectFile:
    return ProjectFile(filename=name, url=f"https://files.example.org/{name}", size=size, metadata_hashes={})


def early_downloads() -> tuple[EarlyDownloads, Archives]:
    archives = Archives()
    return EarlyDownloads(archives), archives  # type: ignore[arg-type]


def expect(subject: EarlyDownloads, *files: ProjectFile) -> None:
    for file in files:
        subject.expect(project(file), file)


def project(file: ProjectFile) -> NormalizedName:
    return file.filename  # type: ignore[return-value]


def test_small_wheels_start_at_once_a_few_at_a_time() -> None:
    subject, archives = early_downloads()
    files = [wheel(f"w{number}") for number in range(SIDE_BY_SIDE + 2)]
    expect(subject, *files)
    assert archives.begun == [file.filename for file in files[:SIDE_BY_SIDE]]
    archives.land("w1")
    assert archives.begun == [file.filename for file in files[: SIDE_BY_SIDE + 1]]


def test_the_largest_waiting_wheel_starts_first() -> None:
    subject, archives = early_downloads()
    expect(subject, *(wheel(f"w{number}") for number in range(SIDE_BY_SIDE)), wheel("small", 1), wheel("larger", 2))
    archives.land("w0")
    assert archives.begun[SIDE_BY_SIDE:] == ["larger"]


def test_large_wheels_and_wheels_of_unknown_size_are_held_until_release() -> None:
    subject, archives = early_downloads()
    expect(subject, wheel("unknown", None), wheel("large", SMALL + 1), wheel("largest", SMALL + 2), wheel("small"))
    assert archives.begun == ["unknown", "large", "small"]
    assert archives.held() == ["unknown", "large"]
    subject.release_held()
    subject.release_held()
    assert archives.begun == ["unknown", "large", "small", "largest"]
    assert archives.held() == []


def test_settling_releases_held_wheels() -> None:
    subject, archives = early_downloads()
    large = wheel("large", SMALL + 1)
    expect(subject, large)
    subject.settle([large])
    assert (archives.held(), archives.abandoned) == ([], [])


def test_a_wheel_without_a_metadata_file_waits_for_release() -> None:
    subject, archives = early_downloads()
    expect(subject, replace(wheel("alone"), metadata_hashes=None))
    assert archives.begun == []
    subject.release_held()
    assert archives.begun == ["alone"]


def test_a_wheel_is_abandoned_for_a_more_likely_one() -> None:
    subject, archives = early_downloads()
    new, old = wheel("a-2"), wheel("a-1")
    subject.expect(project(new), new)
    subject.expect(project(new), new)
    subject.expect(project(new), old)
    subject.expect(project(new), None)
    assert (archives.begun, archives.abandoned) == (["a-2", "a-1"], ["a-2", "a-1"])


def test_a_waiting_wheel_that_is_abandoned_never_starts() -> None:
    subject, archives = early_downloads()
    files = [wheel(f"w{number}") for number in range(SIDE_BY_SIDE + 1)]
    expect(subject, *files)
    subject.expect(project(files[-1]), None)
    archives.land("w0")
    assert files[-1].filename not in archives.begun


def test_settling_abandons_wheels_outside_the_answer() -> None:
    subject, archives = early_downloads()
    files = [wheel(f"w{number}") for number in range(SIDE_BY_SIDE + 2)]
    expect(subject, *files)
    subject.settle(files[:1])
    archives.land("w0")
    assert set(archives.abandoned) == {file.filename for file in files[1:]}
    assert len(archives.begun) == SIDE_BY_SIDE


async def run(files: Iterable[IndexFile], *requirements: str, seed: int = 0, small: int = SMALL) -> MemoryFetcher:
    """Resolve ``requirements`` with early downloads, then fetch the archives of the answer."""
    problem, _ = pose(ResolveOptions(requirements=requirements), environment=PYODIDE_314, installed={}, distribution={})
    fetcher = MemoryFetcher(files, seed=seed)
    async with IndexClient(fetcher, NoCache(), [JSON_URL]) as index:
        resolution = await resolve(problem, Snapshot(PYODIDE_314), index, early_downloads=EarlyDownloads(index, small))
        for pin in resolution.chosen:
            assert pin.file is not None
            await index.archive(pin.file)
    return fetcher


def archives_of(fetcher: MemoryFetcher) -> list[str]:
    return [request.url.rpartition("/")[2] for request in fetcher.asked if request.is_archive]


async def test_wheels_start_before_the_answer_is_known_and_none_is_fetched_twice() -> None:
    files = [
        make_wheel("app", "1", requires=["lib"]),
        make_wheel("lib", "1", requires=["base"]),
        make_wheel("base", "1"),
    ]
    fetcher = await run(files, "app")
    asked = [request.url.rpartition("/")[2] or request.url.split("/")[-2] for request in fetcher.asked]
    assert asked.index("app-1-py3-none-any.whl") < asked.index("base")
    assert max(fetcher.requests.values()) == 1


@pytest.mark.parametrize("seed", range(20))
async def test_a_wrong_guess_changes_no_answer(seed: int) -> None:
    files = [
        make_wheel("app", "1", requires=["lib", "old"]),
        make_wheel("old", "1", requires=["lib<2"]),
        *(make_wheel("lib", version) for version in ("1", "2")),
    ]
    fetcher = await run(files, "app", seed=seed)
    assert {"app-1-py3-none-any.whl", "lib-1-py3-none-any.whl", "old-1-py3-none-any.whl"} <= set(archives_of(fetcher))
    assert max(fetcher.requests.values()) == 1


async def test_a_large_wheel_of_a_wrong_guess_is_abandoned() -> None:
    files = [
        make_wheel("app", "1", requires=["lib", "old"]),
        make_wheel("old", "1", requires=["lib<2"]),
        *(make_wheel("lib", version) for version in ("1", "2")),
    ]
    fetcher = await run(files, "app", small=0)
    assert archives_of(fetcher).count("lib-2-py3-none-any.whl") <= 1
    assert max(fetcher.requests.values()) == 1


async def test_a_failed_early_download_is_retried_when_needed() -> None:
    file = make_wheel("app", "1")
    fetcher = MemoryFetcher([file])
    async with IndexClient(fetcher, NoCache(), [JSON_URL]) as index:
        page = await index.page("app")  # type: ignore[arg-type]
        assert page is not None
        landed = asyncio.Event()
        gone = ProjectFile(filename="app-2-py3-none-any.whl", url="https://nowhere.example.com/x.whl", size=1)
        index.begin_archive(gone, landed.set)
        await landed.wait()
        with pytest.raises(Exception, match="no such host"):
            await index.archive(gone)
    assert fetcher.requests[gone.url] == 2
