"""Find damaged distributions: unreadable, incomplete, installed twice, or partly replaced by others."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import TYPE_CHECKING

from wherry.errors import InvalidMetadata, InvalidWheel
from wherry.formats.core_metadata import parse_core_metadata
from wherry.formats.record import parse_record
from wherry.installation.exchange.claims import differs
from wherry.installation.installed import read_metadata
from wherry.model.check import SHOWN_FILES, BrokenDistribution

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName

    from wherry.formats.record import RecordEntry

    Claim = tuple[NormalizedName, str, str, RecordEntry]
    """The owner of a file (name, name with version, location) and its line in the owner's RECORD."""

__all__ = ["find_broken"]


def find_broken(site_packages: str) -> Iterator[BrokenDistribution]:
    """Yield the problems of the ``.dist-info`` folders of ``site_packages``, ordered by folder."""
    if not os.path.isdir(site_packages):
        return
    locations: defaultdict[NormalizedName, list[str]] = defaultdict(list)
    claims: defaultdict[str, list[Claim]] = defaultdict(list)
    for folder in sorted(os.listdir(site_packages)):
        location = os.path.join(site_packages, folder)
        if not folder.endswith(".dist-info") or not os.path.isdir(location):
            continue
        try:
            metadata = parse_core_metadata(read_metadata(location), subject=folder)
        except OSError as error:
            yield BrokenDistribution(folder, location, f"its METADATA cannot be read ({error.strerror})")
        except InvalidMetadata as error:
            yield BrokenDistribution(folder, location, str(error))
        else:
            locations[metadata.name].append(location)
            owner = f"{metadata.name} {metadata.version}"
            entries = yield from _check_record(owner, location)
            for path, entry in entries.items():
                claims[path].append((metadata.name, owner, location, entry))
    for name, places in locations.items():
        if len(places) > 1:
            folders = ", ".join(map(os.path.basename, places))
            yield BrokenDistribution(name, places[-1], f"installed {len(places)} times: {folders}")
    yield from _find_replaced(claims)


def _find_replaced(claims: Mapping[str, Sequence[Claim]]) -> Iterator[BrokenDistribution]:
    """Yield distributions whose files were replaced by those of another distribution."""
    replaced: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for path, claimed in claims.items():
        if len(claimed) == 1 or not os.path.lexists(path):
            continue
        losers = [claim for claim in claimed if differs(path, claim[-1])]
        holders = [claim for claim in claimed if claim[-1].digest and claim not in losers]
        for name, owner, location, _ in losers:
            if others := [holder for other, holder, _, _ in holders if other != name]:
                replaced[owner, location, others[0]].append(path)
    for (owner, location, holder), paths in replaced.items():
        shown = ", ".join(paths[:SHOWN_FILES]) + (", …" if len(paths) > SHOWN_FILES else "")
        problem = f"{len(paths)} of its files {'are' if len(paths) > 1 else 'is'} replaced by {holder}: {shown}"
        yield BrokenDistribution(owner, location, problem)


def _check_record(name: str, location: str) -> Generator[BrokenDistribution, None, Mapping[str, RecordEntry]]:
    """Yield the problems of a RECORD; return its lines by absolute path."""
    try:
        entries = parse_record(_read(location, "RECORD").decode(), filename=os.path.basename(location))
    except FileNotFoundError:
        # The specification allows a missing RECORD for distributions that another program than an installer manages.
        return {}
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        yield BrokenDistribution(name, location, f"its RECORD cannot be read ({reason})")
        return {}
    except InvalidWheel as error:
        yield BrokenDistribution(name, location, "; ".join(f"its {problem}" for problem in error.problems))
        return {}
    site_packages = os.path.dirname(location)
    paths = {os.path.normpath(os.path.join(site_packages, entry.path)): entry for entry in entries}
    missing = tuple(path for path in paths if not os.path.lexists(path) and not _can_be_made_again(path))
    if missing:
        problem = f"{len(missing)} of its files {'are' if len(missing) > 1 else 'is'} missing"
        yield BrokenDistribution(name, location, problem, missing)
    return paths


def _can_be_made_again(path: str) -> bool:
    return path.endswith(".pyc") and os.path.basename(os.path.dirname(path)) == "__pycache__"


def _read(location: str, name: str) -> bytes:
    with open(os.path.join(location, name), "rb") as file:
        return file.read()
