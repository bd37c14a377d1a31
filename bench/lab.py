"""Carry out single installations over the shaped link, and find the files that each of them needs."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from bench.distribution import StandIns
from bench.floor import Planned, floor, needed_paths
from bench.paths import LOCK, MICROPIP, RECORDING
from bench.recorder import IndexRecorder
from bench.recording import Recording
from bench.runtimes import MeasurementFailed, Task, fetch_micropip, run_task
from bench.shaped_server import ShapedServer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from bench.link import LinkSpeed
    from bench.runtimes import Client, Outcome, Runtime
    from bench.traffic import Kind
    from tests.harness.index_files import IndexFile

__all__ = ["Lab", "Measurement", "Workload"]

MOST_REHEARSALS = 10


@dataclass(frozen=True, slots=True)
class Workload:
    """Requirements that are installed at once, and their answer.

    ``others`` names the projects for which micropip has another version than wherry, or which only one of them has.
    ``lock`` is the text of a lock with the answer.
    """

    text: str
    plan: Sequence[Planned]
    others: Mapping[str, str]
    lock: str

    @property
    def requirements(self) -> tuple[str, ...]:
        """The single requirements."""
        return tuple(self.text.split())


@dataclass(frozen=True, slots=True)
class Measurement:
    """One installation. Times are in seconds, sizes in bytes; ``spans`` has the time span of each kind of response.

    ``footprint`` is the size of the archives and of their contents; ``heap`` is the growth of the heap of WebAssembly,
    ``memory`` the peak of the whole process. ``phases`` has the times that wherry reports, ``own_time`` those that were
    traced. ``transfer`` is the time that the bytes sent take on the link. ``twice`` are the paths requested twice,
    ``missing`` those that the recording lacks.
    """

    workload: str
    runtime: Runtime
    link: str
    client: Client
    floor: float
    seconds: Mapping[str, float]
    phases: Mapping[str, float]
    requests: int
    sent: int
    transfer: float
    wasted: int
    twice: tuple[str, ...]
    missing: tuple[str, ...]
    spans: Mapping[Kind, tuple[float, float]]
    footprint: int
    heap: int
    memory: int | None
    own_time: Mapping[str, Mapping[str, float]] | None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able mapping."""
        return asdict(self)


class Lab:
    """Context manager that serves an index from the recording."""

    def __init__(self) -> None:
        self._stand_ins = StandIns(RECORDING.parent / "distribution")
        self._recording = Recording(RECORDING)
        fetch_micropip()
        self._server = ShapedServer(self._recording, {}, micropip=MICROPIP)
        self._distribute()

    @staticmethod
    def clear() -> None:
        """Delete the recording."""
        shutil.rmtree(RECORDING, ignore_errors=True)

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)

    @property
    def server(self) -> ShapedServer:
        """The server of the index, the distribution, the locks and the bundles."""
        return self._server

    @property
    def pyodide_lock(self) -> Mapping[str, Any]:
        """The lock of Pyodide, with the distribution that is served."""
        return self._stand_ins.lock

    def rehearse(self, text: str) -> Workload:
        """Install the workload once with each client to record their requests; raises :class:`MeasurementFailed`.

        Projects without a wheel for Pyodide on the index are added to the distribution.
        """
        self._recording.recorder = IndexRecorder()
        try:
            for _ in range(MOST_REHEARSALS):
                try:
                    installed = [self._install_once(client, text) for client in ("wherry", "micropip")]
                    break
                except MeasurementFailed:
                    if not self._stand_ins.add(self._server.traffic.unavailable):
                        raise
                    self._distribute()
            else:
                raise MeasurementFailed(f"{text}: projects are still missing from the distribution")
            return Workload(text, self._plan(text), _differences(*installed), self._lock(text))
        finally:
            self._recording.recorder = None
            self._server.forget_answers()

    def measure(
        self, workload: Workload, client: Client, runtime: Runtime, speed: LinkSpeed, *, own_time: bool = False
    ) -> Measurement:
        """Install ``workload`` once in a fresh runtime; ``own_time`` also traces wherry's own time by phase."""
        # Pages are compressed at their first request, which must not be measured.
        least = floor(workload.plan, self._server.size, speed)
        lock_url = self._serve_lock(workload.lock, runtime) if client == "lock" else ""
        self._server.begin(speed)
        outcome = self._run(Task(client, workload.requirements, phases=own_time, lock_url=lock_url), runtime)
        if missed := [planned.name for planned in workload.plan if planned.name not in outcome.installed]:
            raise MeasurementFailed(f"{client} did not install {', '.join(missed)}")
        traffic = self._server.traffic
        return Measurement(
            workload=workload.text,
            runtime=runtime,
            link=str(speed),
            client=client,
            floor=least,
            seconds=outcome.seconds,
            phases=outcome.report["seconds"] if client == "wherry" and outcome.report else {},
            requests=traffic.requests,
            sent=traffic.sent,
            transfer=speed.seconds(traffic.sent),
            wasted=traffic.wasted(needed_paths(workload.plan)),
            twice=traffic.twice,
            missing=traffic.missing,
            spans=traffic.spans(),
            footprint=sum(_footprint(self._wheel(planned.wheel)) for planned in workload.plan),
            heap=outcome.heap,
            memory=outcome.memory,
            own_time=outcome.phases,
        )

    def _distribute(self) -> None:
        self._server.distribution = self._stand_ins.wheels
        self._recording.elsewhere = {wheel.identity[0] for wheel in self._stand_ins.wheels.values()}

    def _install_once(self, client: Client, text: str) -> Mapping[str, str]:
        self._server.begin()
        return self._run(Task(client, tuple(text.split())), "node").installed

    def _plan(self, text: str) -> Sequence[Planned]:
        self._server.begin()
        resolution = self._run(Task("wherry", tuple(text.split()), plan=True), "node").report
        return tuple(_planned(pin) for pin in resolution["chosen"])

    def _serve_lock(self, lock: str, runtime: Runtime) -> str:
        """Return the address of a lock: a file for a program in Node, beside the wheels for a page."""
        if runtime == "node":
            LOCK.parent.mkdir(parents=True, exist_ok=True)
            LOCK.write_text(lock, encoding="utf-8")
            return LOCK.as_uri()
        return self.serve_lock(lock)

    def serve_lock(self, lock: str) -> str:
        """Put a lock beside the wheels, and return its address."""
        self._server.lock = lock.encode()
        self._server.forget(self._server.lock_url)
        return self._server.lock_url

    def _lock(self, text: str) -> str:
        """Return a lock of the answer, with the addresses of the stand-ins in the place of the CDN's."""
        self._server.begin()
        lock: str = self._run(Task("lock", tuple(text.split()), plan=True), "node").report
        names = "|".join(map(re.escape, self._stand_ins.wheels)) or "(?!)"
        return re.sub(rf'"https://[^"]*/({names})"', rf'"{self._server.distribution_url}\1"', lock)

    def _wheel(self, path: str) -> IndexFile:
        filename = path.rpartition("/")[2]
        wheel = self._stand_ins.wheels.get(filename) or self._recording.wheel(filename)
        if wheel is None:
            raise MeasurementFailed(f"{filename} was not recorded")
        return wheel

    def _run(self, task: Task, runtime: Runtime) -> Outcome:
        return run_task(runtime, task, self._server, self._stand_ins.lock)


def _footprint(wheel: IndexFile) -> int:
    with zipfile.ZipFile(io.BytesIO(wheel.content)) as archive:
        return len(wheel.content) + sum(member.file_size for member in archive.infolist())


def _planned(pin: Mapping[str, Any]) -> Planned:
    wheel = urlsplit(pin["file"]["url"]).path
    from_index = pin["origin"] == "index"
    return Planned(
        name=pin["name"],
        requested=pin["requested"],
        required_by=tuple(pin["requiredBy"]),
        wheel=wheel,
        page=f"/simple/{pin['name']}/" if from_index else None,
        metadata=f"{wheel}.metadata" if from_index else None,
    )


def _differences(wherry: Mapping[str, str], micropip: Mapping[str, str]) -> dict[str, str]:
    names = sorted((wherry.keys() | micropip.keys()) - {"micropip"})
    return {
        name: f"{wherry.get(name, 'none')} and {micropip.get(name, 'none')}"
        for name in names
        if wherry.get(name) != micropip.get(name)
    }
