"""Distributions that are damaged: unreadable, half there, or there twice."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import TYPE_CHECKING

from wherry.errors import InvalidMetadata, InvalidWheel
from wherry.formats.core_metadata import parse_core_metadata
from wherry.formats.record import parse_record
from wherry.model.check import BrokenDistribution

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.utils import NormalizedName

__all__ = ["find_broken"]


def find_broken(site_packages: str) -> Iterator[BrokenDistribution]:
    """Yield what is wrong with the ``.dist-info`` folders of ``site_packages``, ordered by folder."""
    if not os.path.isdir(site_packages):
        return
    locations: defaultdict[NormalizedName, list[str]] = defaultdict(list)
    for folder in sorted(os.listdir(site_packages)):
        location = os.path.join(site_packages, folder)
        if not folder.endswith(".dist-info") or not os.path.isdir(location):
            continue
        try:
            metadata = parse_core_metadata(_read(location, "METADATA"), subject=folder)
        except OSError as error:
            yield BrokenDistribution(folder, location, f"its METADATA cannot be read ({error.strerror})")
        except InvalidMetadata as error:
            yield BrokenDistribution(folder, location, str(error))
        else:
            locations[metadata.name].append(location)
            yield from _check_record(f"{metadata.name} {metadata.version}", location)
    for name, places in locations.items():
        if len(places) > 1:
            folders = ", ".join(map(os.path.basename, places))
            yield BrokenDistribution(name, places[-1], f"it is there {len(places)} times ({folders})")


def _check_record(name: str, location: str) -> Iterator[BrokenDistribution]:
    try:
        entries = parse_record(_read(location, "RECORD").decode(), filename=os.path.basename(location))
    except FileNotFoundError:
        # The specification lets it be missing, where another program than an installer looks after the distribution.
        return
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        yield BrokenDistribution(name, location, f"its RECORD cannot be read ({reason})")
        return
    except InvalidWheel as error:
        yield BrokenDistribution(name, location, "; ".join(f"its {problem}" for problem in error.problems))
        return
    paths = (os.path.normpath(os.path.join(os.path.dirname(location), entry.path)) for entry in entries)
    missing = tuple(path for path in paths if not os.path.lexists(path) and not _can_be_made_again(path))
    if missing:
        problem = f"{len(missing)} of its files {'are' if len(missing) > 1 else 'is'} missing"
        yield BrokenDistribution(name, location, problem, missing)


def _can_be_made_again(path: str) -> bool:
    return path.endswith(".pyc") and os.path.basename(os.path.dirname(path)) == "__pycache__"


def _read(location: str, name: str) -> bytes:
    with open(os.path.join(location, name), "rb") as file:
        return file.read()
