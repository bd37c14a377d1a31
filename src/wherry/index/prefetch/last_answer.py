"""What an answer is likely to need, before anything is known: asked for early, so that it is there when it is needed.

Hints are what was decided the last time. They only begin requests, whose answers nobody sees before he asks himself: no
hint can change what is decided, nor where it fails.
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

MOST = 200  # projects; whoever can write to the cache shall not make a flood of requests
MAX_SIZE = 2**20  # bytes; reading JSON takes many times as many


async def read_last_answer(problem: Problem, cache: Cache) -> Mapping[NormalizedName, str]:
    """Return the projects that the answer may have, each with the name of a wheel of it, or with an empty string."""
    likely: dict[NormalizedName, str] = {}
    with suppress(ValueError, TypeError, AttributeError):
        content = await cache.get(_key(problem)) or b"{}"
        kept: Any = load_json(content if len(content) <= MAX_SIZE else b"{}")
        likely = {canonicalize_name(str(name), validate=True): str(filename) for name, filename in kept.items()}
    return dict(list(likely.items())[:MOST])


async def keep_last_answer(problem: Problem, resolution: Resolution, cache: Cache) -> None:
    """Note which wheels of which projects were taken from an index, for the next time that the same is asked."""
    wheels = {pin.name: pin.file.filename for pin in resolution.chosen if pin.file and pin.origin == "index"}
    await cache.put(_key(problem), json.dumps(wheels).encode())


async def follow_last_answer(last_answer: Mapping[NormalizedName, str], index: IndexClient) -> None:
    """Ask ``index`` for the pages of the projects, and for the metadata of the wheels where they are still there."""
    await together([_follow(name, filename, index) for name, filename in last_answer.items()])


async def _follow(name: NormalizedName, filename: str, index: IndexClient) -> None:
    with suppress(WherryError):
        page = await index.page(name)
        if page is None or not filename:
            return
        file = next((page.files[at] for at, known in enumerate(page.filenames) if known == filename), None)
        # Without a metadata file it would be the whole wheel.
        if file is not None and file.metadata_hashes is not None:
            await index.metadata(file)


def _key(problem: Problem) -> str:
    """Return what the answer is kept under: the same question, asked in the same environment, has the same key."""
    question = [
        problem.environment.tags[:1],
        sorted(_texts(problem.requirements)),
        sorted(_texts(one for constraints in problem.constraints.values() for one in constraints)),
        sorted(_texts(one for overrides in problem.overrides.values() for one in overrides)),
        [problem.prefer, problem.upgrade, problem.pre, problem.deps, str(problem.exclude_newer)],
        list(problem.index_urls),
    ]
    return f"hints:{hashlib.sha256(json.dumps(question).encode()).hexdigest()}"


def _texts(requirements: Iterable[ProjectRequirement]) -> Iterator[str]:
    return (f"{requirement.name}[{requirement.extra}] {requirement.text}" for requirement in requirements)
