"""Small indexes as plain data, drawn at random, and an oracle that tries everything."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.harness.environments import PYODIDE_314
from wherry.model.core_metadata import CoreMetadata
from wherry.model.project import ProjectFile, ProjectPage
from wherry.resolution.requirements import applies
from wherry.resolution.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROJECTS = "abcdef"
EXTRA = "x"


@dataclass(frozen=True)
class SmallIndex:
    """What each release requires, by (project, version), and what is asked of the index."""

    releases: Mapping[tuple[str, str], tuple[str, ...]]
    requested: tuple[str, ...]

    def snapshot(self) -> Snapshot:
        """Return a snapshot without holes."""
        snapshot = Snapshot(PYODIDE_314)
        for project in PROJECTS:
            name = canonicalize_name(project)
            versions = [version for owner, version in self.releases if owner == project]
            files = tuple(_file(project, version) for version in versions)
            snapshot.pages[name] = ProjectPage(name, f"https://example.org/{project}/", files) if files else None
        for (project, version), requires in self.releases.items():
            snapshot.metadata[_file(project, version).url] = CoreMetadata(
                canonicalize_name(project),
                Version(version),
                tuple(map(Requirement, requires)),
                provides_extra=frozenset({canonicalize_name(EXTRA)}),
            )
        return snapshot

    def solutions(self) -> Iterator[dict[str, str]]:
        """Yield every choice of versions that satisfies what is asked and what the chosen require; final ones only."""
        choices = {
            project: [None, *(version for owner, version in self.releases if owner == project)] for project in PROJECTS
        }
        for versions in itertools.product(*choices.values()):
            chosen = {project: version for project, version in zip(PROJECTS, versions, strict=True) if version}
            if self.satisfied(chosen):
                yield chosen

    def satisfied(self, chosen: Mapping[str, str]) -> bool:
        """Tell whether ``chosen`` has what is asked, and what its members require with the extras asked for."""
        pending = [(requirement, "") for requirement in self.requested]
        seen = set()
        while pending:
            requirement = Requirement(pending.pop()[0])
            version = chosen.get(requirement.name)
            if version is None or not requirement.specifier.contains(version, prereleases=True):
                return False
            for extra in ("", *requirement.extras):
                if (requirement.name, extra) not in seen:
                    seen.add((requirement.name, extra))
                    pending += self._required(requirement.name, version, extra)
        return True

    def _required(self, project: str, version: str, extra: str) -> Iterator[tuple[str, str]]:
        for text in self.releases[project, version]:
            requirement = Requirement(text)
            if applies(requirement, PYODIDE_314, extra):
                requirement.marker = None
                yield str(requirement), extra


def _file(project: str, version: str) -> ProjectFile:
    filename = f"{project}-{version}-py3-none-any.whl"
    return ProjectFile(filename, f"https://example.org/{filename}")


def small_indexes(versions: tuple[str, ...] = ("1", "2", "3")) -> st.SearchStrategy[SmallIndex]:
    """Draw indexes of up to six projects, whose releases require one another, often without an answer."""
    specifiers = st.sampled_from(
        ["", *(f"{operator}{version}" for operator in ("==", "!=", ">=", "<") for version in versions)]
    )
    extras = st.sampled_from(["", "", "", f"[{EXTRA}]"])
    markers = st.sampled_from(["", "", "", f"; extra == '{EXTRA}'"])
    requirements = st.builds("{}{}{}".format, st.sampled_from(PROJECTS), extras, specifiers)
    dependencies = st.lists(st.builds("{}{}".format, requirements, markers), max_size=3).map(tuple)
    keys = st.tuples(st.sampled_from(PROJECTS), st.sampled_from(versions))
    return st.builds(
        SmallIndex,
        releases=st.dictionaries(keys, dependencies, min_size=1, max_size=len(PROJECTS) * len(versions)),
        requested=st.lists(requirements, min_size=1, max_size=3).map(tuple),
    )
