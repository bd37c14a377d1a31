"""The cases of tests/cases, each with several orders of arrival."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any

import pytest

from tests.harness.environments import PYODIDE_314
from tests.harness.resolver_cases import ResolverCase, read_cases
from tests.harness.shelf import shelf
from wherry.errors import WherryError
from wherry.installer import Installer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.harness.memory_fetcher import MemoryFetcher
    from wherry.resolution.resolution import Resolution

ORDERS_OF_ARRIVAL = range(5)
CASES = list(read_cases())


def resolve(case: ResolverCase, seed: int = 0, *, requested: Sequence[str] = ()) -> tuple[Resolution, MemoryFetcher]:
    fetcher = case.fetcher(seed)
    installer = Installer(
        environment=PYODIDE_314,
        fetcher=fetcher,
        destination=shelf(*case.distributions().values()),
        distribution=case.locked_packages(),
        index_urls=case.index_urls,
    )
    asked = [case.placed(text) for text in requested or case.requested]
    if case.locked:
        made = asyncio.run(installer.lock(*asked, existing=case.earlier_lock(), **case.arguments()))
        return asyncio.run(installer.resolve_lock(made)), fetcher
    return asyncio.run(installer.resolve(*asked, **case.arguments())), fetcher


def parameters(cases: Iterable[ResolverCase]) -> Any:
    marked = [
        pytest.param(
            case, id=case.name, marks=[pytest.mark.xfail(reason=case.xfail, strict=True)] if case.xfail else []
        )
        for case in cases
    ]
    return pytest.mark.parametrize("case", marked)


@parameters(case for case in CASES if not case.error)
def test_answer(case: ResolverCase) -> None:
    for seed in ORDERS_OF_ARRIVAL:
        resolution, fetcher = resolve(case, seed)
        assert resolution.pins == dict(case.pins)
        assert list(resolution.warnings) == [case.placed(text) for text in case.warnings]
        assert {*case.kept} <= {pin.name for pin in resolution.chosen if pin.file is None}
        assert case.file in {"", *(pin.file.filename for pin in resolution.chosen if pin.file)}
        assert not [url for project in case.unread for url in fetcher.requests if f"/{project}/" in url]
        assert max(fetcher.requests.values(), default=1) == 1


@parameters(case for case in CASES if case.error)
def test_refusal(case: ResolverCase) -> None:
    for seed in ORDERS_OF_ARRIVAL:
        with pytest.raises(WherryError) as caught:
            resolve(case, seed)
        assert type(caught.value).__name__ == case.error
        message = str(caught.value)
        assert message == (case.message.strip() or message)
        assert [text for text in case.mentions if text not in message] == []


@parameters(case for case in CASES if not case.error and len(case.requested) > 1)
def test_the_order_of_requirements_does_not_change_the_answer(case: ResolverCase) -> None:
    for requested in itertools.islice(itertools.permutations(case.requested), 1, 6):
        resolution, _ = resolve(case, requested=requested)
        assert resolution.pins == dict(case.pins)


@parameters(case for case in CASES if case.error and not case.xfail)
def test_the_order_of_arrival_does_not_change_an_error(case: ResolverCase) -> None:
    texts = set()
    for seed in ORDERS_OF_ARRIVAL:
        with pytest.raises(WherryError) as caught:
            resolve(case, seed)
        texts.add(str(caught.value))
    assert len(texts) == 1


def test_names_of_cases_are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_fifty_orders_of_arrival_have_one_answer() -> None:
    case = next(case for case in CASES if case.name.startswith("goes back to an older parent"))
    answers = {tuple(sorted(resolve(case, seed)[0].pins.items())) for seed in range(50)}
    assert answers == {(("a", "1"), ("app", "1"), ("b", "1"), ("c", "1"))}
