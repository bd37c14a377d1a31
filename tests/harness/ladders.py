"""Made-up hard cases for a resolver: long ladders of releases, diamonds, pins that must move together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import make_wheel
from wherry.resolution.problem import ResolveOptions, pose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.harness.index_files import IndexFile
    from wherry.resolution.problem import Problem

__all__ = ["LADDERS", "Ladder"]


@dataclass(frozen=True)
class Ladder:
    """An index, the requirements, and the answer, ``pins``, which is ``None`` if there is no answer.

    ``metadata`` is the largest allowed number of requests for metadata files: those of the answer and of the releases
    to rule out, which are requested in batches that double.
    """

    files: Sequence[IndexFile]
    requested: Sequence[str]
    pins: Mapping[str, str] | None
    metadata: int

    def problem(self) -> Problem:
        """Return the problem of the requirements, with nothing installed and no distribution."""
        return pose(
            ResolveOptions(requirements=self.requested), environment=PYODIDE_314, installed={}, distribution={}
        )[0]


def one_of_five_hundred(fitting: int) -> Ladder:
    """Return 500 releases, of which only ``1.fitting`` fits."""
    rungs = [
        make_wheel("ladder", f"1.{number}", requires=["base==1" if number == fitting else "base==2"])
        for number in range(500)
    ]
    bases = [make_wheel("base", version) for version in ("1", "2")]
    return Ladder(
        files=[*rungs, *bases],
        requested=["ladder", "base<2"],
        pins={"ladder": f"1.{fitting}", "base": "1"},
        # A batch may reach as far below the answer as it began above it.
        metadata=2 * (500 - fitting) + 2,
    )


def none_of_three_hundred() -> Ladder:
    """Return 300 releases, none of which fits: each must be ruled out to prove that."""
    rungs = [make_wheel("ladder", f"1.{number}", requires=["base==2"]) for number in range(300)]
    bases = [make_wheel("base", version) for version in ("1", "2")]
    return Ladder([*rungs, *bases], ["ladder", "base<2"], None, 302)


@cache
def _cloud(releases: int = 300) -> tuple[IndexFile, ...]:
    """Return clients like boto3, botocore, awscli and s3transfer: each pins the range of the next."""
    files = []
    for number in range(releases):
        here = f"botocore>=1.{number},<1.{number + 1}"
        files += [
            make_wheel("boto3", f"1.{number}", requires=[here, "jmespath", f"s3transfer>=0.{number // 10}"]),
            make_wheel("botocore", f"1.{number}", requires=["jmespath", _urllib3(number, releases)]),
            make_wheel("awscli", f"1.{number}", requires=[f"botocore==1.{number}", "s3transfer", "colorama<0.5"]),
        ]
    files += [
        make_wheel("s3transfer", f"0.{number}", requires=[f"botocore>=1.{number * 10},<2"])
        for number in range(releases // 10)
    ]
    singles = [("jmespath", "1.0"), ("urllib3", "1.26"), ("urllib3", "2.0"), ("colorama", "0.4")]
    return (*files, *(make_wheel(name, version) for name, version in singles))


def _urllib3(number: int, releases: int) -> str:
    """Cap urllib3 in the older half of botocore."""
    return "urllib3<1.27" if number < releases // 2 else "urllib3<3"


def the_newest_client() -> Ladder:
    """Restrict nothing: the newest of everything fits."""
    pins = {"boto3": "1.299", "botocore": "1.299", "jmespath": "1.0", "s3transfer": "0.29", "urllib3": "2.0"}
    return Ladder(_cloud(), ["boto3"], pins, 5)


def an_old_client_library() -> Ladder:
    """Hold the library below down, so that 200 releases of the client must be ruled out."""
    pins = {"boto3": "1.99", "botocore": "1.99", "jmespath": "1.0", "s3transfer": "0.9", "urllib3": "1.26"}
    return Ladder(_cloud(), ["boto3", "botocore<1.100"], pins, 310)


def two_clients_of_one_library() -> Ladder:
    """Ask for two clients that pin releases of one library, of which one is old."""
    pins = {
        "awscli": "1.249",
        "boto3": "1.249",
        "botocore": "1.249",
        "colorama": "0.4",
        "jmespath": "1.0",
        "s3transfer": "0.24",
        "urllib3": "2.0",
    }
    return Ladder(_cloud(), ["boto3", "awscli<1.250"], pins, 150)


def a_client_and_its_sister() -> Ladder:
    """Pin one client; the other must go down to the same release of the library."""
    pins = {
        "awscli": "1.20",
        "boto3": "1.20",
        "botocore": "1.20",
        "colorama": "0.4",
        "jmespath": "1.0",
        "s3transfer": "0.2",
        "urllib3": "1.26",
    }
    return Ladder(_cloud(), ["awscli", "boto3==1.20"], pins, 400)


def a_cap_far_below() -> Ladder:
    """Ask for old clients whose library caps urllib3, with a project that needs it newer: nothing fits."""
    files = [*_cloud(), make_wheel("web", "1", requires=["urllib3>=2"])]
    return Ladder(files, ["boto3<1.150", "web"], None, 400)


def diamonds(levels: int, *, end: str = "", versions: int = 5) -> Ladder:
    """Stack diamonds: the left side requires at least its own version, the right side at most its own version."""
    files = []
    for level in range(levels):
        for side in "lr":
            for version in range(1, versions + 1):
                below = [f"l{level + 1}>={version}", f"r{level + 1}<={version}"]
                requires = below if level < levels - 1 else [f"end=={version}"]
                files.append(make_wheel(f"{side}{level}", str(version), requires=requires))
    files += [make_wheel("end", str(version)) for version in range(1, versions + 1)]
    chosen = end or str(versions)
    pins = {f"{side}{level}": chosen for side in "lr" for level in range(levels)} | {"end": chosen}
    requested = ["l0", "r0", *([f"end=={end}"] if end else [])]
    return Ladder(files, requested, pins, len(files))


def an_extra_that_went(releases: int = 300, last: int = 100) -> Ladder:
    """Offer an extra only in the older releases: the newest of those is chosen."""
    files = [make_wheel("bag", f"1.{number}", extras=["fast"] if number <= last else []) for number in range(releases)]
    # A batch may reach as far below the answer as it began above it.
    return Ladder(files, ["bag[fast]"], {"bag": f"1.{last}"}, 2 * (releases - last))


def an_extra_that_never_was(releases: int = 300) -> Ladder:
    """Ask for an extra that no release has: a few releases are read."""
    return Ladder([make_wheel("bag", f"1.{number}") for number in range(releases)], ["bag[fats]"], {"bag": "1.299"}, 6)


def an_extra_without_a_wheel(releases: int = 300) -> Ladder:
    """Let the extra of each release require a project without wheels, through another extra: a few of each are read."""
    files = [
        make_wheel("bag", f"1.{number}", extras=["fast"], requires=["box[more]>=1; extra == 'fast'"])
        for number in range(releases)
    ]
    files += [
        make_wheel("box", f"1.{number}", extras=["more"], requires=["stone>=1; extra == 'more'"])
        for number in range(releases)
    ]
    files.append(make_wheel("stone", "1", tag="cp314-cp314-manylinux_2_28_x86_64"))
    return Ladder(files, ["bag[fast]"], None, 12)


def an_old_release_without_a_dead_end(releases: int = 300, last: int = 100) -> Ladder:
    """Let the newer releases require a project without wheels: the newest that does not is chosen."""
    files = [
        make_wheel("bag", f"1.{number}", requires=["stone"] if number > last else []) for number in range(releases)
    ]
    files.append(make_wheel("stone", "1", tag="cp314-cp314-manylinux_2_28_x86_64"))
    return Ladder(files, ["bag"], {"bag": f"1.{last}"}, 2 * (releases - last))


PROJECTS = 12


@cache
def _libraries() -> tuple[IndexFile, ...]:
    """Return libraries like those of oslo: each requires a range of a shared one, and of the library before it."""
    files = []
    for project in range(PROJECTS):
        for version in range(40):
            requires = [f"shared>={version},<{version + 10}"]
            if project:
                requires.append(f"oslo{project - 1}>={max(0, version - 3)}")
            files.append(make_wheel(f"oslo{project}", f"{version}.0", requires=requires))
    return (*files, *(make_wheel("shared", f"{version}.0") for version in range(60)))


def shared_pins(cap: int) -> Ladder:
    """Hold the shared library down, and all others must follow: of 40 releases of each, at most ``cap`` fit."""
    highest = min(39, cap - 1)
    pins = {f"oslo{project}": f"{highest}.0" for project in range(PROJECTS)}
    pins["shared"] = f"{min(cap - 1, highest + 9)}.0"
    ruled_out = PROJECTS * (39 - highest)
    requested = [f"oslo{PROJECTS - 1}", f"shared<{cap}"]
    return Ladder(_libraries(), requested, pins, ruled_out + len(pins) + 4 * PROJECTS)


def pins_that_move_together(size: int = 8, releases: int = 30) -> Ladder:
    """Close a ring of projects, each pinning the next to its own version; one is held down from outside."""
    files = [
        make_wheel(f"ring{position}", str(release), requires=[f"ring{(position + 1) % size}=={release}"])
        for position in range(size)
        for release in range(releases)
    ]
    pins = {f"ring{position}": "7" for position in range(size)}
    return Ladder(files, ["ring0", f"ring{size - 1}<8"], pins, 2 * size)


def extras_in_a_row(length: int = 40) -> Ladder:
    """Let each extra name the next, the last the first; the newer release breaks in the middle."""
    extras = [f"e{number}" for number in range(length)]
    chain = [f"bag[{extras[(number + 1) % length]}]; extra == '{extras[number]}'" for number in range(length)]
    broken = [*chain, "stone>=2; extra == 'e20'"]
    files = [
        make_wheel("bag", "1", extras=extras, requires=[*chain, "stone; extra == 'e20'"]),
        make_wheel("bag", "2", extras=extras, requires=broken),
        make_wheel("stone", "1"),
        make_wheel("stone", "2"),
    ]
    return Ladder(files, ["bag[e0]", "stone<2"], {"bag": "1", "stone": "1"}, 4)


def pigeons(holes: int = 5) -> Ladder:
    """Offer fewer holes than pigeons, no two of which may share one: the classic hard case to refute."""
    files = [
        make_wheel(f"pigeon{pigeon}", str(hole), requires=[f"hole{hole}=={pigeon}"])
        for pigeon in range(holes + 1)
        for hole in range(holes)
    ]
    files += [make_wheel(f"hole{hole}", str(pigeon)) for hole in range(holes) for pigeon in range(holes + 1)]
    requested = [f"pigeon{pigeon}" for pigeon in range(holes + 1)]
    return Ladder(files, requested, None, len(files))


LADDERS: Mapping[str, Callable[[], Ladder]] = {
    "only the 450th of 500 fits, from above": partial(one_of_five_hundred, 50),
    "only the 450th of 500 fits, from below": partial(one_of_five_hundred, 450),
    "none of 300 fits": none_of_three_hundred,
    "the newest client": the_newest_client,
    "a client for an old library": an_old_client_library,
    "two clients of one library": two_clients_of_one_library,
    "a client pinned to an old release": a_client_and_its_sister,
    "a client below the cap of its library": a_cap_far_below,
    "12 diamonds": partial(diamonds, 12),
    "12 diamonds that end at 3": partial(diamonds, 12, end="3"),
    "shared pins": partial(shared_pins, 60),
    "shared pins below 20": partial(shared_pins, 20),
    "shared pins below 5": partial(shared_pins, 5),
    "a ring of pins": pins_that_move_together,
    "extras in a row": extras_in_a_row,
    "6 pigeons, 5 holes": pigeons,
    "an extra that 200 releases have lost": an_extra_that_went,
    "an extra that none of 300 has": an_extra_that_never_was,
    "an extra of 300 releases without a wheel": an_extra_without_a_wheel,
    "200 of 300 releases without a wheel": an_old_release_without_a_dead_end,
}
