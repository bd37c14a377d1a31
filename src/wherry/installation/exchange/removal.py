"""What becomes of the files of distributions that leave: which go, which stay, and what there is to say of it."""

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
    """``deleted`` are the files that go, ``renamed`` maps those that make way to where they are kept."""

    deleted: set[str] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def remove(
    leaving: Sequence[InstalledDistribution],
    claims_on: ClaimsOn,
    in_the_way: Callable[[str], bool],
    scheme: Scheme,
) -> Removal:
    """Sort the files of ``leaving``.

    ``claims_on`` tells which files belong to distributions that stay, too, and these files stay, unless they had
    replaced those of the others. So does what was changed since it was installed, unless it is ``in_the_way``: the name
    is needed, and it is kept beside. (pip would overwrite and remove either without a word. Somebody's work cannot be
    downloaded again, though; everything else can.)

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
    """Return those of ``files`` that stay for others; warn of those that are shared, or that others go without."""
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
        sentence = f"Kept of {distribution}, for {{}} has it, too"
        if shared or not is_own or not entry.digest:
            kept.add(path)
        else:
            shared, sentence = [*claimed], f"{{}} is without files that {distribution} had replaced; reinstall it"
        if not in_the_way(path):
            for claim in shared:
                said.setdefault(sentence.format(claim.owner), []).append(path)
    removal.warnings += [f"{sentence}: {some(paths)}" for sentence, paths in said.items()]
    return kept


def keep_changed(
    removal: Removal, distribution: InstalledDistribution, changed: Sequence[str], in_the_way: Callable[[str], bool]
) -> None:
    """Keep ``changed`` files where they are, or beside, and say so."""
    subject = f"changed since {distribution} was installed"
    if staying := [path for path in changed if not in_the_way(path)]:
        removal.warnings.append(f"Kept, for it was {subject}: {some(staying)}")
    beside = {path: _free_name(path) for path in changed if in_the_way(path)}
    if beside:
        removal.warnings.append(f"Kept beside what takes its place, for it was {subject}: {some(beside.values())}")
    removal.renamed.update(beside)


def _free_name(path: str) -> str:
    name, number = path + SUFFIX, 1
    while os.path.lexists(name):
        name, number = f"{path}{SUFFIX}-{number}", number + 1
    return name


def some(paths: Iterable[str]) -> str:
    """Name the first of ``paths``."""
    named = list(paths)
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return ", ".join(named[:SHOWN]) + more
