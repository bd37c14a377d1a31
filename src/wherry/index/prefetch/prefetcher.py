"""Fill the snapshot: first follow the newest matches, then fetch the pages and metadata that an attempt missed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from wherry.errors import WherryError
from wherry.index.single_flight import together
from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution
from wherry.resolution.candidates import Candidates, Policy
from wherry.resolution.snapshot import MetadataNeed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.utils import NormalizedName

    from wherry.index.client import IndexClient
    from wherry.index.prefetch.distribution_hints import DistributionHints
    from wherry.index.prefetch.early_downloads import EarlyDownloads
    from wherry.model.project import ProjectFile
    from wherry.resolution.candidates import Candidate
    from wherry.resolution.problem import Problem
    from wherry.resolution.requirements import Identifier, ProjectRequirement
    from wherry.resolution.snapshot import Need, Snapshot

__all__ = ["Prefetcher"]

MOST_WORDINGS = 64  # requirements of a project that a guess takes into account


class Prefetcher:
    """Grows ``snapshot`` from ``index`` for ``problem``.

    Its guesses only decide which pages and metadata are known early. No answer depends on them.
    """

    def __init__(
        self,
        problem: Problem,
        snapshot: Snapshot,
        index: IndexClient,
        partners: DistributionHints,
        early_downloads: EarlyDownloads | None = None,
    ) -> None:
        self._problem = problem
        self._snapshot = snapshot
        self._index = index
        self._partners = partners
        self._candidates = Candidates(problem, snapshot, Policy.AS_ASKED)
        self._followed: set[tuple[Identifier, str]] = set()
        self._missed: Counter[NormalizedName] = Counter()
        self._early_downloads = early_downloads
        self._wanted: dict[NormalizedName, list[ProjectRequirement]] = {}

    async def follow(self, requirements: Iterable[ProjectRequirement]) -> None:
        """Fetch the newest match of each requirement, then of its requirements, concurrently and without barriers.

        A failure here is ignored, because the match is a guess: if the answer needs it, :meth:`grow` fails again.
        """
        await together([self._visit(requirement) for requirement in requirements if self._is_new(requirement)])

    async def grow(self, needs: Iterable[Need]) -> None:
        """Fetch all of ``needs``. For a project that is missed repeatedly, fetch more and more older releases, too.

        Raises the errors of the index.
        """
        work = []
        missed = set()
        for need in needs:
            if isinstance(need, MetadataNeed) and need.probe:
                work.append(self._learn_metadata(need.file))
            elif isinstance(need, MetadataNeed):
                work.append(self._learn_and_follow(need.file, need.extra))
                if need.name not in missed:
                    missed.add(need.name)
                    work.extend(self._guess_metadata(file) for file in self._older(need))
            else:
                work.append(self._learn_page(need.name))
        await together(work)

    def _is_new(self, requirement: ProjectRequirement) -> bool:
        visit = requirement.identifier, str(requirement.specifier)
        is_new = visit not in self._followed
        self._followed.add(visit)
        return is_new

    def _older(self, need: MetadataNeed) -> list[ProjectFile]:
        """Return no older release the first time, then one, two, four and so on.

        Leave out releases without a metadata file: a wrong guess would cost a whole wheel.
        """
        missed = self._missed[need.name]
        self._missed[need.name] += 1
        count = 2 ** (missed - 1) if missed else 0
        return [release.file for release in need.older[:count] if release.file.metadata_hashes is not None]

    async def _visit(self, requirement: ProjectRequirement) -> None:
        try:
            best = self._best(requirement)
            if best is not None and best.source is None:
                self._partners.need(requirement.name)
                await self._learn_page(requirement.name)
                best = self._best(requirement)
            self._expect(requirement)
            if best is None:
                return
            if isinstance(best.source, InstalledDistribution):
                await self._follow_metadata(best.source.metadata, requirement.extra)
            elif best.file is not None and (requirement.extra or best.origin == "index"):
                # The lock has the requirements of the distribution's packages; their metadata only adds extras.
                await self._learn_and_follow(best.file, requirement.extra)
        except WherryError:
            return

    def _best(self, requirement: ProjectRequirement) -> Candidate | None:
        return next(self._candidates.select(requirement.name, [requirement], requirement.extra), None)

    def _expect(self, requirement: ProjectRequirement) -> None:
        """Expect the project to come from the best candidate for all requirements of it so far."""
        if self._early_downloads is None:
            return
        wanted = self._wanted.setdefault(requirement.name, [])
        # Each call evaluates all of them again.
        if len(wanted) >= MOST_WORDINGS:
            return
        wanted.append(requirement)
        likely = next(self._candidates.select(requirement.name, wanted), None)
        self._early_downloads.expect(requirement.name, likely.file if likely is not None else None)

    async def _learn_and_follow(self, file: ProjectFile, extra: str) -> None:
        await self._learn_metadata(file)
        metadata = self._snapshot.metadata[file.url]
        if isinstance(metadata, CoreMetadata):
            await self._follow_metadata(metadata, extra)

    async def _follow_metadata(self, metadata: CoreMetadata, extra: str) -> None:
        if not self._problem.deps:
            return
        required = self._snapshot.required(metadata)
        requirements = (*required, *self._snapshot.required(metadata, extra)) if extra else required
        self._partners.settle(metadata.name, {requirement.name for requirement in requirements})
        await self.follow(requirements)

    async def _learn_page(self, name: NormalizedName) -> None:
        if name not in self._snapshot.pages:
            self._snapshot.pages[name] = await self._index.page(name)

    async def _learn_metadata(self, file: ProjectFile) -> None:
        if file.url not in self._snapshot.metadata:
            self._snapshot.metadata[file.url] = await self._index.metadata(file)

    async def _guess_metadata(self, file: ProjectFile) -> None:
        try:
            await self._learn_metadata(file)
        except WherryError:
            return
