"""Selection of the wheels that an environment can use, and their order of preference."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from packaging.tags import parse_tag
from packaging.version import Version

from wherry.formats.filenames import LONGEST_FILENAME, length_excess, parse_wheel_name, tags_excess
from wherry.formats.lenient import read_requires_python

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from packaging.utils import BuildTag, NormalizedName

    from wherry.model.environment import Environment
    from wherry.model.project import ProjectFile, ProjectPage
    from wherry.resolution.required_hashes import RequiredHashes

    # Hash refused, yanked, tag rank, build tag: the least is the best.
    Rank = tuple[bool, bool, int, "_Descending"]
    Identity = tuple[NormalizedName, Version, BuildTag]
    Age = tuple[int, tuple[int, ...]]

__all__ = ["DoesNotFit", "WheelSelection"]


class DoesNotFit(Exception):
    """The reason why a file cannot be installed."""


class WheelSelection:
    """Evaluates files for ``environment``; those uploaded at ``exclude_newer`` or later do not fit.

    A file that ``hashes`` refuse fits, but comes after all others, so that the error can name it if there is no other.
    Thousands of files share a few sets of tags and a few values of Requires-Python: each is evaluated once.
    """

    def __init__(
        self, environment: Environment, exclude_newer: datetime | None = None, hashes: RequiredHashes | None = None
    ) -> None:
        self._environment = environment
        self.hashes = hashes
        self._exclude_newer = exclude_newer
        self._platforms = frozenset(tag.rpartition("-")[2].lower() for tag in environment.tags)
        self._identities: dict[str, Identity] = {}
        self._names: dict[str, NormalizedName] = {}
        self._ranks: dict[str, int | str] = {}
        self._pythons: dict[str, str] = {}

    def candidates(self, page: ProjectPage) -> Mapping[int, str]:
        """Return the names of the wheels on ``page`` for the environment's platforms, by their positions.

        No other file can fit.
        """
        return page.wheels(self._platforms)

    def age(self, filename: str) -> Age | None:
        """Return the epoch and the release segment of a wheel's version, or ``None`` if the file cannot fit.

        A greater age is a greater version. Most versions are numbers alone, and are not parsed as a whole.
        """
        _, _, text = filename.removesuffix(".whl").rsplit("-", 3)[0].partition("-")
        if text.isascii() and text.replace(".", "").isdigit():
            with suppress(ValueError):  # an empty part, or a number of more than 4,300 digits
                return 0, _trimmed(tuple(map(int, text.split("."))))
        try:
            self._rank(filename)
            _, version, _ = self._identify(filename)
        except DoesNotFit:
            return None
        return version.epoch, _trimmed(version.release)

    def judge(self, file: ProjectFile, page: ProjectPage) -> tuple[Version, Rank]:
        """Return the file's version and rank; raises :class:`DoesNotFit`."""
        rank = self.judge_name(file.filename, page)
        if file.fault:
            raise DoesNotFit(file.fault)
        name, version, build = self._identify(file.filename)
        if name != page.name:
            raise DoesNotFit(f"it belongs to {name}")
        self._check_python(file)
        self._check_age(file)
        is_refused = self.hashes is not None and self.hashes.refuses(name, file)
        return version, (is_refused, file.yanked is not None, rank, _Descending(build))

    def judge_name(self, filename: str, page: ProjectPage) -> int:
        """Return the rank of a file's best tag, from its name only; raises :class:`DoesNotFit`."""
        if page.status == "quarantined":
            raise DoesNotFit("the index has quarantined the project")
        if not filename.endswith(".whl"):
            raise DoesNotFit("it is not a wheel, and wherry never builds")
        if len(filename) > LONGEST_FILENAME:
            raise DoesNotFit(length_excess(filename))
        return self._rank(filename)

    def _identify(self, filename: str) -> Identity:
        """Return the name, version and build tag of a wheel. All wheels of a release share them, so they are cached."""
        # Only for names whose tags have been parsed: then nothing else in them can be invalid.
        before_tags = filename.removesuffix(".whl").rsplit("-", 3)[0]
        if before_tags not in self._identities:
            try:
                self._identities[before_tags] = self._parse(filename, before_tags)
            except ValueError as error:  # also of packaging; Python reads no number of more than 4,300 digits
                raise DoesNotFit(f"its name is not that of a wheel ({error})") from error
        return self._identities[before_tags]

    def _parse(self, filename: str, before_tags: str) -> Identity:
        project, _, version = before_tags.partition("-")
        if project in self._names and "-" not in version:
            # Most of the time for a whole name goes into tags and project, which have been parsed.
            return self._names[project], Version(version), ()
        name, parsed, build, _ = parse_wheel_name(filename)
        self._names[project] = name
        return name, parsed, build

    def _rank(self, filename: str) -> int:
        """Return the rank, among the environment's tags, of the best tag at the end of a wheel's name."""
        tags = "-".join(filename.removesuffix(".whl").rsplit("-", 3)[1:])
        if tags not in self._ranks:
            self._ranks[tags] = self._think_over(tags)
        rank = self._ranks[tags]
        if isinstance(rank, str):
            raise DoesNotFit(rank)
        return rank

    def _think_over(self, tags: str) -> int | str:
        if problem := tags_excess(tags):
            return problem
        try:
            parsed = parse_tag(tags)
        except ValueError as error:
            return f"its name is not that of a wheel ({error})"
        ranks = self._environment.rank
        rank = min((ranks[tag] for tag in map(str, parsed) if tag in ranks), default=None)
        if rank is not None:
            return rank
        wanted = ", ".join(sorted({tag.platform if tag.platform != "any" else str(tag) for tag in parsed}))
        return f"it is for {wanted}; this runtime is {self._environment.tags[0]}"

    def _check_python(self, file: ProjectFile) -> None:
        if file.requires_python is None:
            return
        if file.requires_python not in self._pythons:
            self._pythons[file.requires_python] = self._refusal(file.requires_python)
        if refusal := self._pythons[file.requires_python]:
            raise DoesNotFit(refusal)

    def _refusal(self, requires_python: str) -> str:
        version = self._environment.python_version
        required, _ = read_requires_python(requires_python)
        if required is None or required.contains(version, prereleases=True):
            return ""
        return f"it requires Python {requires_python}; this is {version}"

    def _check_age(self, file: ProjectFile) -> None:
        if self._exclude_newer is None:
            return
        uploaded = file.uploaded
        if uploaded is None:
            raise DoesNotFit("the index does not say when it was uploaded, which exclude_newer needs")
        if uploaded >= self._exclude_newer:
            raise DoesNotFit(f"it was uploaded at {uploaded.isoformat()}, not before {self._exclude_newer.isoformat()}")


def _trimmed(release: tuple[int, ...]) -> tuple[int, ...]:
    """Return a release segment without zeros at its end: 1.0 and 1 are the same version."""
    end = len(release)
    while end and not release[end - 1]:
        end -= 1
    return release[:end]


class _Descending:
    """Orders build tags, the highest first."""

    def __init__(self, build: tuple[()] | tuple[int, str]) -> None:
        self.build = build

    def __lt__(self, other: _Descending) -> bool:
        return other.build < self.build
