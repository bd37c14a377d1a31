"""Replace packages of Pyodide's distribution that cannot be downloaded by those of the index."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wherry.errors import IndexUnavailable, IndexUnreachable, ResolutionConflict, ResolutionError
from wherry.formats.urls import last_segment
from wherry.installation.download import MembersUnavailable
from wherry.resolution.members import partners_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.utils import NormalizedName

    from wherry.resolution.problem import Problem

__all__ = ["Substitution"]

ADVICE = "Pyodide's packages beside it, or name the folder that has them: loadPyodide({ packageBaseUrl: '…' })"


class Substitution:
    """Restates ``problem`` without the packages that proved unavailable."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._errors: dict[NormalizedName, IndexUnavailable] = {}

    def without(self, failure: Exception) -> Problem:
        """Return the problem without the packages that ``failure`` is about.

        Raises ``failure`` if it is about none of them, or about requirements that exclude each other; the first error,
        with a hint, if the index cannot replace the package; or the error that the computer is offline.
        """
        found = {name: error for name, error in self._found(failure).items() if name not in self._errors}
        for error in found.values():
            if isinstance(error, IndexUnreachable) and error.kind == "offline":
                raise error
        self._errors |= found
        if found:
            return replace(self._problem, unavailable=frozenset(self._unavailable()))
        is_final = isinstance(failure, ResolutionError | IndexUnavailable | MembersUnavailable)
        if not self._errors or not is_final:
            raise failure
        if isinstance(failure, ResolutionConflict) and len(failure.clashes) > 1:
            # Pyodide's own packages may not fit either, so the conflict comes first.
            missing = f"{self._could_not_download()}, and the index's versions do not fit"
            failure.explanation += f"\n{missing}. To get Pyodide's own, serve {ADVICE}"
            raise failure
        name, error = next(iter(self._errors.items()))
        known = f"{error.hint}; " if error.hint else ""
        error.hint = f"{known}it is Pyodide's own {name}, which no index can replace. Serve {ADVICE}"
        raise error from failure

    def warning(self) -> str:
        """Return a warning that names the packages and the first reason."""
        taken = f"{self._could_not_download()}; installed them from the index instead"
        return f"{taken}. To get Pyodide's own, serve {ADVICE}"

    def _could_not_download(self) -> str:
        distribution = self._problem.distribution
        packages = ", ".join(f"{name} {distribution[name].version}" for name in sorted(self._errors))
        reason = next(iter(self._errors.values())).reason
        return f"Could not download Pyodide's own {packages} ({reason})"

    def _found(self, failure: Exception) -> Mapping[NormalizedName, IndexUnavailable]:
        """Return the packages that ``failure`` is about, by name; an error about metadata only has a URL."""
        if isinstance(failure, MembersUnavailable):
            return failure.errors
        if not isinstance(failure, IndexUnavailable):
            return {}
        filename = last_segment(failure.url).removesuffix(".metadata")
        members = self._problem.distribution.values()
        return {member.name: failure for member in members if member.file.filename == filename}

    def _unavailable(self) -> Iterator[NormalizedName]:
        """Yield the unavailable packages, and all packages that need one of their shared libraries.

        An index cannot replace a shared library.
        """
        distribution = self._problem.distribution
        libraries = {name for name in self._errors if distribution[name].is_shared_library}
        yield from self._errors.keys() - libraries
        for package in distribution.values() if libraries else ():
            if not libraries.isdisjoint(partners_of(package, self._problem)):
                yield package.name
