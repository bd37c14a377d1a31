"""The cases of tests/cases, each under several orders of arrival."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.harness.environments import PYODIDE_314
from tests.harness.memory_fetcher import HTML_URL, JSON_URL, MemoryFetcher
from tests.harness.resolver_cases import ResolverCase, read_cases
from wherry.errors import ResolutionError
from wherry.installer import Installer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packaging.utils import NormalizedName

    from wherry.install.destination import Delivery
    from wherry.model.distribution import InstalledDistribution
    from wherry.resolution.resolution import Resolution

ORDERS_OF_ARRIVAL = range(5)
CASES = list(read_cases())


class Shelf:
    """A destination that has things and takes none."""

    def __init__(self, case: ResolverCase) -> None:
        self._installed = case.distributions()

    def installed(self) -> Mapping[NormalizedName, InstalledDistribution]:
        return self._installed

    def exchange(
        self, arriving: Sequence[Delivery], leaving: Sequence[InstalledDistribution]
    ) -> tuple[InstalledDistribution, ...]:
        raise NotImplementedError


def resolve(case: ResolverCase, seed: int = 0, *, requested: Sequence[str] = ()) -> tuple[Resolution, MemoryFetcher]:
    fetcher = MemoryFetcher(case.files(), seed=seed)
    options: dict[str, Any] = dict(case.options)
    index_url = HTML_URL if options.pop("form", "json") == "html" else JSON_URL
    installer = Installer(environment=PYODIDE_314, fetcher=fetcher, destination=Shelf(case), index_urls=[index_url])
    return asyncio.run(installer.resolve(*(requested or case.requested), **options)), fetcher


@pytest.mark.parametrize("seed", ORDERS_OF_ARRIVAL)
@pytest.mark.parametrize("case", [case for case in CASES if not case.error], ids=lambda case: case.name)
def test_answer(case: ResolverCase, seed: int) -> None:
    resolution, fetcher = resolve(case, seed)
    assert resolution.pins == dict(case.pins)
    assert list(resolution.warnings) == list(case.warnings)
    assert case.file in {"", *(pin.file.filename for pin in resolution.chosen if pin.file)}
    assert not [url for project in case.unread for url in fetcher.requests if f"/{project}/" in url]
    assert max(fetcher.requests.values(), default=1) == 1


@pytest.mark.parametrize("seed", ORDERS_OF_ARRIVAL)
@pytest.mark.parametrize("case", [case for case in CASES if case.error], ids=lambda case: case.name)
def test_refusal(case: ResolverCase, seed: int) -> None:
    with pytest.raises(ResolutionError) as caught:
        resolve(case, seed)
    assert type(caught.value).__name__ == case.error
    assert str(caught.value) == case.message.strip()


@pytest.mark.parametrize("case", [case for case in CASES if not case.error], ids=lambda case: case.name)
def test_the_order_of_requirements_changes_nothing(case: ResolverCase) -> None:
    resolution, _ = resolve(case, requested=case.requested[::-1])
    assert resolution.pins == dict(case.pins)


def test_fifty_orders_of_arrival_give_one_answer() -> None:
    case = next(case for case in CASES if case.name.startswith("goes back to an older parent"))
    answers = {tuple(sorted(resolve(case, seed)[0].pins.items())) for seed in range(50)}
    assert answers == {(("a", "1"), ("app", "1"), ("b", "1"), ("c", "1"))}
