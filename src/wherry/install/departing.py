"""What becomes of the files of distributions that leave: which go, which stay, and what there is to say of it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wherry.install.planning import with_bytecode
from wherry.install.uninstalling import changed_files, files_of, refuse_links

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from wherry.install.scheme import Scheme
    from wherry.model.distribution import InstalledDistribution

__all__ = ["Departure", "depart"]

SUFFIX = ".wherry-old"
SHOWN = 3


@dataclass(slots=True)
class Departure:
    """``going`` are the files that go, ``beside`` maps those that make way to where they are kept."""

    going: set[str] = field(default_factory=set)
    beside: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def depart(
    leaving: Sequence[InstalledDistribution],
    others: Mapping[str, InstalledDistribution],
    in_the_way: Callable[[str], bool],
    scheme: Scheme,
) -> Departure:
    """Sort the files of ``leaving``.

    ``others`` maps the files of what stays to their owners, and these files stay. So does what was changed since it
    was installed, unless it is ``in_the_way``: the name is needed, and it is kept beside. (pip would
    overwrite and remove either without a word. Somebody's work cannot be downloaded again, though; everything else
    can.)

    Raises :class:`~wherry.errors.UninstallRefused`.
    """
    departure = Departure()
    for distribution in leaving:
        files = files_of(distribution, scheme)
        refuse_links(distribution, files, scheme)
        shared = [path for path in files if path in others and os.path.lexists(path)]
        changed = [path for path in changed_files(distribution, files) if path not in others]
        _say_shared(departure, distribution, shared, others)
        _keep_changed(departure, distribution, changed, in_the_way)
        departure.going.update(with_bytecode(files.keys() - set(shared) - set(changed)))
    return departure


def _say_shared(
    departure: Departure,
    distribution: InstalledDistribution,
    shared: Sequence[str],
    others: Mapping[str, InstalledDistribution],
) -> None:
    if shared:
        owners = ", ".join(sorted({str(others[path]) for path in shared}))
        departure.warnings.append(f"Kept of {distribution}, for {owners} has it, too: {_some(shared)}")


def _keep_changed(
    departure: Departure, distribution: InstalledDistribution, changed: Sequence[str], in_the_way: Callable[[str], bool]
) -> None:
    subject = f"changed since {distribution} was installed"
    if staying := [path for path in changed if not in_the_way(path)]:
        departure.warnings.append(f"Kept, for it was {subject}: {_some(staying)}")
    beside = {path: _free_name(path) for path in changed if in_the_way(path)}
    if beside:
        departure.warnings.append(f"Kept beside what takes its place, for it was {subject}: {_some(beside.values())}")
    departure.beside.update(beside)


def _free_name(path: str) -> str:
    name, number = path + SUFFIX, 1
    while os.path.lexists(name):
        name, number = f"{path}{SUFFIX}-{number}", number + 1
    return name


def _some(paths: Iterable[str]) -> str:
    named = list(paths)
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return ", ".join(named[:SHOWN]) + more
