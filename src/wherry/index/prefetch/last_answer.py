"""Request early the pages and metadata that the last answer to the same problem needed.

The last answer only starts requests, whose results stay in the index client until the resolver asks for them. So it can
change neither the new answer nor its errors.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from wherry.errors import WherryError
from wherry.formats.nesting import load_json
from wherry.index.single_flight import together

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packaging.utils import NormalizedName

    from wherry.index.cache import Cache
    from wherry.index.client import IndexClient
    from wherry.resolution.problem import Problem
    from wherry.resolution.requirements import ProjectRequirement
    from wherry.resolution.resolution import Resolution

__all__ = ["follow_last_answer", "keep_last_answer", "read_last_answer"]

MOST = 200  # projects; a forged cache entry must not cause a flood of requests
MAX_SIZE = 2**20  # bytes; reading JSON takes many times as many


async def read_last_answer(problem: Problem, cache: Cache) -> Mapping[NormalizedName, str]:
    """Return the projects of the last answer, each with the filename of its wheel, or with an empty string."""
    likely: dict[NormalizedName, str] = {}
    with suppress(ValueError, TypeError, AttributeError):
        content = await cache.get(_key(problem)) or b"{}"
        kept: Any = load_json(content if len(content) <= MAX_SIZE else b"{}")
        likely = {canonicalize_name(str(name), validate=True): str(filename) for name, filename in kept.items()}
    return dict(list(likely.items())[:MOST])


async def keep_last_answer(problem: Problem, resolution: Resolution, cache: Cache) -> None:
    """Store the filenames of the wheels that were taken from an index, for the next time the same problem is posed."""
    wheels = {pin.name: pin.file.filename for pin in resolution.chosen if pin.file and pin.origin == "index"}
    await cache.put(_key(problem), json.dumps(wheels).encode())


async def follow_last_answer(last_answer: Mapping[NormalizedName, str], index: IndexClient) -> None:
    """Request from ``index`` the pages of the projects, and the metadata of the wheels that are still on them."""
    await together([_follow(name, filename, index) for name, filename in last_answer.items()])


async def _follow(name: NormalizedName, filename: str, index: IndexClient) -> None:
    with suppress(WherryError):
        page = await index.page(name)
        if page is None or not filename:
            return
        file = next((page.files[at] for at, known in enumerate(page.filenames) if known == filename), None)
        # Without a metadata file, the whole wheel would be downloaded.
        if file is not None and file.metadata_hashes is not None:
            await index.metadata(file)


def _key(problem: Problem) -> str:
    """Return the cache key of the answer: the same problem in the same environment has the same key."""
    question = [
        problem.environment.tags[:1],
        sorted(_texts(problem.requirements)),
        sorted(_texts(one for constraints in problem.constraints.values() for one in constraints)),
        sorted(_texts(one for overrides in problem.overrides.values() for one in overrides)),
        [problem.prefer, problem.upgrade, problem.pre, problem.deps, str(problem.exclude_newer)],
        list(problem.index_urls),
    ]
    return f"last-answer:{hashlib.sha256(json.dumps(question).encode()).hexdigest()}"


def _texts(requirements: Iterable[ProjectRequirement]) -> Iterator[str]:
    return (f"{requirement.name}[{requirement.extra}] {requirement.text}" for requirement in requirements)
