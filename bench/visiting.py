"""Visits of one page in browsers and in Node: a visitor installs packages, imports them, and comes back."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from bench.bundles import make_bundle
from bench.floor import needed_paths
from bench.paths import HERE, NODE
from bench.runtimes import TIMEOUT, MeasurementFailed, script_urls

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from bench.lab import Lab, Workload
    from bench.link import LinkSpeed

__all__ = [
    "CLIENTS",
    "PLACES",
    "WAYS",
    "Client",
    "Guest",
    "Place",
    "Visit",
    "Visited",
    "add_workloads",
    "parse_workload",
    "rehearse",
    "visit_once",
    "visit_twice",
]

Place = Literal["chromium", "chromium worker", "firefox", "node"]
PLACES: tuple[Place, ...] = ("chromium", "chromium worker", "firefox")
"""The places that have visitors. Each has the secure context that the Cache API needs: loopback is one."""

Client = Literal["list", "lock", "bundle", "micropip", "strict", "unpacked"]
CLIENTS: tuple[Client, ...] = get_args(Client)[:4]
"""wherry from a list of packages, from a lock and from a bundle with bytecode; and micropip."""
WAYS: tuple[Client, ...] = ("lock", "strict", "unpacked", "bundle")
"""The ways in which modules come to Python: unpacked at their first read, compared before, written out, as bytecode."""


@dataclass(frozen=True, slots=True)
class Visited:
    """A workload with the modules that its visitors import, and the folder of its bundle on the server."""

    workload: Workload
    modules: str
    bundle: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit, the first or the second. Times are in seconds, sizes in bytes.

    ``seconds`` has `loading` until Pyodide is there, and from then on `installing` and `importing`; ``cpu`` has the
    processor time of the last two. ``cached`` is the size of wherry's cache afterwards, ``heap`` that of
    the heap of WebAssembly, ``memory`` the peak of the page's process since its start.
    """

    workload: str
    place: Place
    link: str
    client: Client
    number: int
    seconds: Mapping[str, float]
    cpu: Mapping[str, float]
    requests: int
    sent: int
    missing: tuple[str, ...]
    cached: int | None
    heap: int
    memory: int | None

    @property
    def usable(self) -> float:
        """Seconds from Pyodide being there to the end of the imports."""
        return self.seconds["installing"] + self.seconds["importing"]

    @property
    def processor(self) -> float:
        """Seconds of all processors from Pyodide being there to the end of the imports."""
        return self.cpu["installing"] + self.cpu["importing"]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able mapping."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Guest:
    """A visitor: the client that the page uses, and the place."""

    visited: Visited
    client: Client
    place: Place


def add_workloads(parser: argparse.ArgumentParser, default: Sequence[str]) -> None:
    """Declare the option for workloads, ``workloads``."""
    parser.add_argument(
        "--workload",
        action="append",
        dest="workloads",
        metavar="REQUIREMENTS[: MODULES]",
        help=f"what to install, and to import where the names differ; default: {'; '.join(default)}",
    )


def rehearse(lab: Lab, text: str) -> Visited:
    """Record the files of a workload, and make its bundle; raises :class:`MeasurementFailed`.

    ``text`` has the requirements and, behind a colon, the names of the modules where they are others.
    """
    requirements, modules = parse_workload(text)
    print(f"rehearsing {requirements}", file=sys.stderr)
    workload = lab.rehearse(requirements)
    folder = make_bundle(workload.lock, lab.server.url, modules.split(", "))
    lab.server.bundles[folder.name] = folder
    # Responses are made at their first request, which must not be measured.
    bundled = (file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    for path in (*needed_paths(workload.plan), *(f"/bundles/{folder.name}/{file}" for file in bundled)):
        lab.server.size(path)
    return Visited(workload, modules, folder.name)


def parse_workload(text: str) -> tuple[str, str]:
    """Return requirements, and the modules to import: `a b: c` is `a b` and `c`, `a b` alone is `a b` and `a, b`."""
    requirements, _, modules = text.partition(":")
    return requirements.strip(), ", ".join((modules or requirements).split())


def visit_twice(lab: Lab, speed: LinkSpeed, guest: Guest) -> tuple[Visit, Visit]:
    """Return a first visit and a second one, with the same profile; raises :class:`MeasurementFailed`.

    The second has a new browser process: it is the visit of another day, whose memory starts empty.
    """
    try:
        return _visit_twice(lab, speed, guest)
    except MeasurementFailed as error:
        # Chromium's tabs crash once in a while, for no visible reason.
        print(f"once more: {error}", file=sys.stderr)
        return _visit_twice(lab, speed, guest)


def visit_once(lab: Lab, speed: LinkSpeed, guest: Guest) -> Visit:
    """Return a first visit alone; raises :class:`MeasurementFailed`."""
    with _profile() as folder:
        return _visit(lab, speed, guest, Stay(folder, 1, rests=False))


@dataclass(frozen=True, slots=True)
class Stay:
    """Where the browser keeps things, which visit it is, and whether the browser waits for the cache before it ends."""

    profile: str
    number: int
    rests: bool


def _visit_twice(lab: Lab, speed: LinkSpeed, guest: Guest) -> tuple[Visit, Visit]:
    with _profile() as folder:
        # What a client still writes after a first visit belongs to it, and the second uses it.
        first = _visit(lab, speed, guest, Stay(folder, 1, rests=True))
        return first, _visit(lab, speed, guest, Stay(folder, 2, rests=False))


def _visit(lab: Lab, speed: LinkSpeed, guest: Guest, stay: Stay) -> Visit:
    workload, server = guest.visited.workload, lab.server
    terms = _terms(lab, guest, stay)
    server.begin(speed)
    result = _run(guest.place, terms)
    installed = result.pop("installed")
    if missed := [planned.name for planned in workload.plan if planned.name not in installed]:
        raise MeasurementFailed(f"{guest.client} did not install {', '.join(missed)}")
    traffic = server.traffic
    return Visit(
        workload=workload.text,
        place=guest.place,
        link=str(speed),
        client=guest.client,
        number=stay.number,
        requests=traffic.requests,
        sent=traffic.sent,
        missing=traffic.missing,
        **result,
    )


def _terms(lab: Lab, guest: Guest, stay: Stay) -> dict[str, Any]:
    """Return what the page, or the program in Node, needs to know."""
    workload, server = guest.visited.workload, lab.server
    is_bundle, in_node = guest.client == "bundle", guest.place == "node"
    browser, _, surface = guest.place.partition(" ")
    return {
        "browser": browser,
        "surface": surface or "page",
        "profile": stay.profile,
        "rests": stay.rests,
        "pageUrl": server.page_url,
        **script_urls(None if in_node else server.page_url),
        "client": guest.client,
        "requirements": list(workload.requirements),
        "modules": guest.visited.modules,
        "lockUrl": server.bundle_url(guest.visited.bundle) if is_bundle else lab.serve_lock(workload.lock),
        "wheelUrls": [server.url + planned.wheel for planned in workload.plan],
        "lock": lab.pyodide_lock,
        "indexUrl": server.index_url,
        "packageBaseUrl": server.distribution_url,
        "packageCacheDir": stay.profile if in_node else None,
    }


def _profile() -> tempfile.TemporaryDirectory[str]:
    # A browser may still write into it while it ends.
    return tempfile.TemporaryDirectory(ignore_cleanup_errors=True)


def _run(place: Place, terms: Mapping[str, Any]) -> dict[str, Any]:
    """Make a visit in a process of its own, and return its result."""
    script = HERE / ("in_node_visiting.mjs" if place == "node" else "in_browser.mjs")
    try:
        finished = subprocess.run(  # noqa: S603 - our own arguments
            [NODE, script], check=True, stdout=subprocess.PIPE, text=True, input=json.dumps(terms), timeout=TIMEOUT
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise MeasurementFailed(f"{terms['client']} in {place}: {error}") from error
    answer: dict[str, Any] = json.loads(finished.stdout)
    if "error" in answer:
        raise MeasurementFailed(f"{terms['client']} in {place}: {answer['error'][-2000:]}")
    result: dict[str, Any] = answer["result"]
    return result
