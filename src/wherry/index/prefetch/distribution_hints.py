"""Request early the pages of the dependencies that Pyodide's distribution lists for a project that an index provides.

Other versions mostly require the same projects, but not always: `networkx` requires none of the four projects that the
distribution lists for it, nor their dependencies. So the early requests start at once, and are cancelled as soon as
metadata shows that they are not needed. Where they would be many, none is made.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from wherry.errors import WherryError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from packaging.utils import NormalizedName

    from wherry.index.client import IndexClient
    from wherry.resolution.problem import Problem

__all__ = ["DistributionHints", "few_steps"]

MANY = 13  # projects


def few_steps(
    name: NormalizedName, depends: Callable[[NormalizedName], Iterable[NormalizedName]]
) -> Sequence[tuple[NormalizedName, NormalizedName]]:
    """Return the pairs of project and dependency that ``name`` leads to by ``depends``; none where they are many."""
    reached = [name]
    steps = []
    for one in reached:
        for other in depends(one):
            steps.append((one, other))
            if other not in reached:
                reached.append(other)
        if len(reached) > MANY:
            return ()
    return steps


class DistributionHints:
    """Requests pages from ``index`` until the ``async with`` block ends.

    The pages only reach the cache of ``index``, so they change neither the answer nor its errors.
    """

    def __init__(self, problem: Problem, index: IndexClient) -> None:
        self._problem = problem
        self._index = index
        self._is_enabled = problem.deps and problem.prefer == "index"
        self._needed: set[NormalizedName] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._asked: dict[NormalizedName, asyncio.Task[None]] = {}
        self._reasons: dict[NormalizedName, set[NormalizedName]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def need(self, name: NormalizedName) -> None:
        """Request the partners of a required project."""
        self._needed.add(name)
        for parent, partner in few_steps(name, self._partners):
            self._reasons.setdefault(partner, set()).add(parent)
            if partner not in self._asked and partner not in self._needed:
                task = self._asked[partner] = asyncio.create_task(self._ask_for(partner))
                self._tasks.add(task)

    def settle(self, name: NormalizedName, required: Collection[NormalizedName]) -> None:
        """Cancel the requests made for ``name`` alone, now that it is known to require only ``required``."""
        for partner in self._partners(name):
            reasons = self._reasons.get(partner, set())
            reasons.discard(name)
            if reasons or partner in self._needed or partner in required:
                continue
            if (task := self._asked.pop(partner, None)) is not None:
                task.cancel()
                self.settle(partner, ())

    async def _ask_for(self, name: NormalizedName) -> None:
        with suppress(WherryError):
            await self._index.page(name)

    def _partners(self, name: NormalizedName) -> Iterator[NormalizedName]:
        problem = self._problem
        package = problem.distribution.get(name) if self._is_enabled else None
        for other in package.depends if package is not None else ():
            is_settled = other in problem.installed or other in problem.direct
            if not is_settled and not problem.distribution[other].is_shared_library:
                yield other
