"""Keep installed versions, as micropip does unless ``reinstall`` is set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wherry.errors import ResolutionConflict, WherryError
from wherry.resolution.requirements import applies, parse_requirements

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wherry.model.distribution import InstalledDistribution
    from wherry.model.environment import Environment

__all__ = ["explain_kept", "kept_versions", "read_requirements"]

WAYS = "allow it to be replaced by micropip.install(…, reinstall=True), or uninstall it first"


def read_requirements(requirements: Iterable[str]) -> tuple[list[str], list[WherryError]]:
    """Return the requirements that can be read, and the errors of the others."""
    readable: list[str] = []
    failures: list[WherryError] = []
    for requirement in requirements:
        try:
            _ = [*parse_requirements([requirement])]
            readable.append(requirement)
        except WherryError as error:
            failures.append(error)
    return readable, failures


def kept_versions(
    requirements: Sequence[str], installed: Iterable[InstalledDistribution], environment: Environment
) -> tuple[list[str], list[WherryError]]:
    """Return constraints that keep the installed versions, and errors about the requirements that exclude them.

    A wheel that is asked for by its address may replace another version.
    """
    here = {one.name: one for one in installed}
    refused: list[WherryError] = []
    for requirement in parse_requirements(requirements):
        found = here.get(name := canonicalize_name(requirement.name))
        if found is None or not applies(requirement, environment):
            continue
        if requirement.url is not None:
            del here[name]
        elif not requirement.specifier.contains(found.metadata.version, prereleases=True):
            text = f"{requirement} was asked for, but {found} is already installed; {WAYS}"
            refused.append(ResolutionConflict(text, [(str(requirement), None), (_pin(found), "installed")]))
    return [_pin(one) for one in here.values()], refused


def explain_kept(error: WherryError, kept: Sequence[str]) -> WherryError:
    """Return ``error``; if it comes from constraints of :func:`kept_versions`, with the way out."""
    if isinstance(error, ResolutionConflict):
        before = error.explanation
        for pin in kept:
            said = rf"a constraint says {re.escape(pin)}$"
            error.explanation = re.sub(said, f"{pin} is installed", error.explanation, flags=re.MULTILINE)
        if error.explanation != before:
            error.explanation += f"\nAn installed version stays; {WAYS}"
    return error


def _pin(distribution: InstalledDistribution) -> str:
    return f"{distribution.name}=={distribution.version}"
