"""Progress reports of an installation."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import make_wheel
from tests.harness.memory_fetcher import HTML_URL, JSON_URL, MemoryFetcher
from wherry.index.retries import RetryingFetcher
from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages
from wherry.installer import Installer
from wherry.model.sizes import human_size

if TYPE_CHECKING:
    from pathlib import Path

    from wherry.index.fetcher import Fetcher, Request, Response
    from wherry.model.progress import Progress

APP = make_wheel("app", "1", requires=["lib"])
LIB = make_wheel("lib", "1")


class Dripping:
    """Fetches from memory; returns an archive only after each of its steps has been reported."""

    def __init__(self) -> None:
        self.told: list[Progress] = []
        self._fetcher = MemoryFetcher([APP, LIB])
        self._seen = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    async def fetch(self, request: Request) -> Response:
        """Answer ``request``."""
        response = await self._fetcher.fetch(request)
        if request.meter is not None:
            size = len(response.body)
            for received in (size // 2, size - 1, size):
                request.meter.read = lambda received=received: received  # type: ignore[misc]
                async with self._seen:
                    await self._seen.wait_for(lambda received=received: self._has_told(received))  # type: ignore[misc]
        return response

    def listen(self, step: Progress) -> None:
        """Record a step of progress."""
        self.told.append(step)
        task = asyncio.create_task(self._wake())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wake(self) -> None:
        async with self._seen:
            self._seen.notify_all()

    def _has_told(self, received: int) -> bool:
        return any(step.bytes_done == received for step in self.told)


def installer(folder: Path, fetcher: Fetcher) -> Installer:
    scheme = Scheme(*(str(folder / name) for name in ("site", "bin", "include", "data", "lib")))
    (folder / "site").mkdir()
    return Installer(index_urls=[JSON_URL], fetcher=fetcher, destination=SitePackages(scheme), environment=PYODIDE_314)


async def test_received_bytes_of_each_archive_are_reported_and_again_once_verified(tmp_path: Path) -> None:
    fetcher = Dripping()
    subject = installer(tmp_path, fetcher)
    await subject.install("app==1", "lib==1", deps=False, on_progress=fetcher.listen)
    for wheel in (APP, LIB):
        size, name = len(wheel.content), wheel.filename.partition("-")[0]
        steps = [(step.bytes_done, step.bytes_total) for step in fetcher.told if step.package == name]
        assert steps == [(size // 2, size), (size - 1, size), (size, size), (size, size)]
    assert {step.phase for step in fetcher.told if step.package} == {"downloading"}


async def test_the_fraction_never_decreases_and_ends_at_one(tmp_path: Path) -> None:
    fetcher = Dripping()
    subject = installer(tmp_path, fetcher)
    await subject.install("app", on_progress=fetcher.listen)
    fractions = [step.fraction for step in fetcher.told]
    assert fractions == sorted(fractions)
    assert [step.phase for step in fetcher.told if step.fraction == 1] == ["done"]
    downloading = [step.fraction for step in fetcher.told if step.bytes_done]
    assert len(set(downloading)) > 4


async def test_project_pages_are_counted_while_resolving(tmp_path: Path) -> None:
    steps: list[Progress] = []
    slow = MemoryFetcher([APP, LIB])

    class Waiting:
        async def fetch(self, request: Request) -> Response:
            if request.url.endswith("/lib/"):
                while not any(step.done for step in steps):  # noqa: ASYNC110 - steps are reported at intervals
                    await asyncio.sleep(0.01)
            return await slow.fetch(request)

    subject = installer(tmp_path, Waiting())
    await subject.install("app", on_progress=steps.append)
    told = [step.message for step in steps if step.phase == "resolving"]
    assert told[:2] == ["Resolving app", "Resolving app: 1 project known"]
    # The second page may arrive later.
    assert told[2:] in ([], ["Resolving app: 2 projects known"])


@pytest.mark.parametrize("phase", ["resolving", "downloading"])
async def test_an_error_of_a_listener_cancels_the_installation(tmp_path: Path, phase: str) -> None:
    def listen(step: Progress) -> None:
        if step.phase == phase and (step.done or step.bytes_done):
            raise ZeroDivisionError
        fetcher.listen(step)

    class Stuck:
        async def fetch(self, request: Request) -> Response:
            if phase == "resolving" and request.url.endswith("/lib/"):
                await asyncio.Event().wait()
            return await (slow if phase == "resolving" else fetcher).fetch(request)

    slow, fetcher = MemoryFetcher([APP, LIB]), Dripping()
    subject = installer(tmp_path, Stuck())
    with pytest.raises(ZeroDivisionError):
        await subject.install("app", on_progress=listen)
    assert subject.installed() == ()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_wheels_downloaded_for_their_metadata_are_reported(tmp_path: Path) -> None:
    fetcher = Dripping()
    subject = installer(tmp_path, fetcher)
    await subject.install("lib", index_urls=[HTML_URL], on_progress=fetcher.listen)
    size = len(LIB.content)
    told = [step for step in fetcher.told if step.phase == "resolving" and step.bytes_done is not None]
    assert [step.bytes_done for step in told] == [size // 2, size - 1, size]
    message = f"Resolving lib: lib-1-py3-none-any.whl: {human_size(size)}, for its metadata"
    assert told[-1].message == message


class Faltering:
    """Fetches from memory, but responds to each first request with 503."""

    def __init__(self) -> None:
        self._fetcher = MemoryFetcher([APP, LIB])

    async def fetch(self, request: Request) -> Response:
        """Answer ``request``."""
        response = await self._fetcher.fetch(request)
        return replace(response, status=503) if self._fetcher.requests[request.url] == 1 else response


async def test_retries_are_reported_until_they_succeed(
    tmp_path: Path,
) -> None:
    told: list[Progress] = []
    heard = asyncio.Event()

    def listen(step: Progress) -> None:
        told.append(step)
        if step.message.startswith("Trying again"):
            heard.set()

    async def sleep(_: float) -> None:
        heard.clear()
        await heard.wait()

    subject = installer(tmp_path, RetryingFetcher(Faltering(), sleep=sleep))
    await subject.install("lib", on_progress=listen)
    retries = [step.message for step in told if step.message.startswith("Trying again")]
    host = JSON_URL.split("/")[2]
    assert retries[0] == f"Trying again (2 of 4): lib from {host}: HTTP status 503"
    assert any(message.startswith(f"Trying again (2 of 4): {LIB.filename}") for message in retries[1:])
    assert not told[-1].message.startswith("Trying")
