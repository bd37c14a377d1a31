"""Decide which files of a removed distribution to delete, keep or rename."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wherry.installation.exchange.claims import changed_files, differs, files_of, refuse_links
from wherry.installation.exchange.plan import with_bytecode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from wherry.formats.record import RecordEntry
    from wherry.installation.exchange.claims import Claim, ClaimsOn
    from wherry.installation.scheme import Scheme
    from wherry.model.distribution import InstalledDistribution

__all__ = ["Removal", "keep_changed", "remove", "some"]

SUFFIX = ".wherry-old"
SHOWN = 3


@dataclass(slots=True)
class Removal:
    """The files to delete (``deleted``), the files to keep under new paths (``renamed``), and ``warnings``."""

    deleted: set[str] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def remove(
    leaving: Sequence[InstalledDistribution],
    claims_on: ClaimsOn,
    in_the_way: Callable[[str], bool],
    scheme: Scheme,
) -> Removal:
    """Decide about the files of ``leaving``.

    Files that distributions which stay have, too (by ``claims_on``), are kept, unless they had replaced the files of
    those distributions. Locally modified files are kept as well; if a path is ``in_the_way`` of an arriving file, they
    are renamed. (pip overwrites and removes both without a warning. But a user's own changes cannot be downloaded
    again; all other files can.)

    Raises :class:`~wherry.errors.UninstallRefused`.
    """
    removal = Removal()
    listed = [(distribution, files_of(distribution, scheme)) for distribution in leaving]
    claims = claims_on({path for _, files in listed for path in files})
    for distribution, files in listed:
        refuse_links(distribution, files, scheme)
        others = [other for _, other in listed if other is not files]
        kept = _keep_others(removal, distribution, files, claims, in_the_way)
        changed = [
            path
            for path in changed_files(distribution, files)
            if path not in claims and all(path not in other or differs(path, other[path]) for other in others)
        ]
        keep_changed(removal, distribution, changed, in_the_way)
        removal.deleted.update(with_bytecode(files.keys() - kept - set(changed)))
    return removal


def _keep_others(
    removal: Removal,
    distribution: InstalledDistribution,
    files: Mapping[str, RecordEntry],
    claims: Mapping[str, Sequence[Claim]],
    in_the_way: Callable[[str], bool],
) -> set[str]:
    """Return those of ``files`` to keep for other distributions; warn about shared files and files that others lack."""
    kept: set[str] = set()
    said: dict[str, list[str]] = {}
    for path in sorted(files.keys() & claims.keys()):
        if not os.path.lexists(path):
            continue
        entry, claimed = files[path], claims[path]
        is_own = not entry.digest or not differs(path, entry)
        shared = [
            one for one in claimed if one.entry.digest == entry.digest or (is_own and not differs(path, one.entry))
        ]
        sentence = f"Kept files of {distribution} that {{}} shares"
        if shared or not is_own or not entry.digest:
            kept.add(path)
        else:
            shared, sentence = [*claimed], f"{{}} lacks files that {distribution} had replaced; reinstall it"
        if not in_the_way(path):
            for claim in shared:
                said.setdefault(sentence.format(claim.owner), []).append(path)
    removal.warnings += [f"{sentence}: {some(paths)}" for sentence, paths in said.items()]
    return kept


def keep_changed(
    removal: Removal, distribution: InstalledDistribution, changed: Sequence[str], in_the_way: Callable[[str], bool]
) -> None:
    """Keep ``changed`` files in place, or under new names; add warnings."""
    subject = f"Kept locally modified files of {distribution}"
    if staying := [path for path in changed if not in_the_way(path)]:
        removal.warnings.append(f"{subject}: {some(staying)}")
    beside = {path: _free_name(path) for path in changed if in_the_way(path)}
    if beside:
        removal.warnings.append(f"{subject} under new names: {some(beside.values())}")
    removal.renamed.update(beside)


def _free_name(path: str) -> str:
    name, number = path + SUFFIX, 1
    while os.path.lexists(name):
        name, number = f"{path}{SUFFIX}-{number}", number + 1
    return name


def some(paths: Iterable[str]) -> str:
    """Return the first of ``paths`` and the number of the rest, for a sentence."""
    named = list(paths)
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return ", ".join(named[:SHOWN]) + more
