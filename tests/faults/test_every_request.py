"""Each request of an installation fails in each way, once or from then on; the environment is the old or the new one.

This takes minutes, so it runs only if named: `pytest tests/faults --rt node`, or with `-k drop` for a part.
"""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import pytest
from pytest_pyodide import run_in_pyodide

from tests.harness.faults import Kind, nth
from tests.harness.runtime import snapshot

# Eleven projects, one of them compiled.
REQUIREMENT = "fastapi"
FOREVER = 60.0
# Short timeouts only for faults that delay: a busy machine is slow, too.
IMPATIENT = {"stall": {"idle_timeout": 0.5}, "late": {"answer_timeout": 0.5}}
SMALL = {"max_page_size": 2**20, "max_metadata_size": 2**20}
LIMITS = {**IMPATIENT, "endless": SMALL, "bomb": SMALL}
WAYS: dict[str, tuple[Kind, dict[str, Any]]] = {
    "404": (Kind.STATUS, {"status": 404}),
    "429": (Kind.STATUS, {"status": 429, "headers": {"Retry-After": "1"}}),
    "500": (Kind.STATUS, {"status": 500}),
    "503": (Kind.STATUS, {"status": 503}),
    "portal": (Kind.ERROR_PAGE, {}),
    "corrupt": (Kind.CORRUPT, {}),
    "truncate": (Kind.TRUNCATE, {}),
    "duplicate": (Kind.DUPLICATE, {}),
    "drop": (Kind.DROP, {}),
    "cut": (Kind.CUT, {}),
    "stall": (Kind.STALL, {"seconds": FOREVER}),
    "late": (Kind.DELAY, {"seconds": FOREVER}),
    "overtaken": (Kind.DELAY, {"seconds": 0.2}),
    "endless": (Kind.ENDLESS, {}),
    "bomb": (Kind.BOMB, {}),
}
HARMLESS = {"overtaken"}
LASTING = {"404", "endless", "bomb"}


@run_in_pyodide
async def install(selenium, requirement, index_url, attempts, limits):
    import asyncio

    import wherry
    from wherry.index.concurrency import LimitingFetcher
    from wherry.index.network import Network
    from wherry.index.retries import RetryingFetcher
    from wherry.runtime.fetch import bare_fetcher

    network = Network(**limits)
    # No waits between the attempts: thousands of them would take hours.
    fetcher = RetryingFetcher(
        LimitingFetcher(bare_fetcher(network), network), attempts=attempts, sleep=lambda _: asyncio.sleep(0)
    )
    try:
        installer = wherry.Installer(index_urls=[index_url], fetcher=fetcher, network=network)
        await installer.install(requirement)
    except wherry.WherryError as error:
        return type(error).__name__
    return "installed"


@run_in_pyodide
def uninstall_all(selenium):
    import wherry

    wherry.uninstall(*(one.name for one in wherry.installed() if one.location is not None))


@pytest.mark.driver_timeout(600)
@pytest.mark.parametrize("once", [True, False], ids=["once", "always"])
@pytest.mark.parametrize("way", WAYS)
def test_a_fault_in_any_request_leaves_the_old_or_the_new_environment(wherry_runtime, index_server, tally, way, once):
    kind, details = WAYS[way]
    before = snapshot(wherry_runtime)
    # A single fault needs more attempts: on a busy machine others may fail by themselves.
    arguments = REQUIREMENT, index_server.json_url, 10 if once else 2, LIMITS.get(way, {})
    assert install(wherry_runtime, *arguments) == "installed"
    after = snapshot(wherry_runtime)
    uninstall_all(wherry_runtime)
    assert snapshot(wherry_runtime) == before
    outcomes: Counter[str] = Counter()
    for number in itertools.count(1):
        fault = nth(number, kind, once=once, **details)
        index_server.faults = [fault]
        outcome = install(wherry_runtime, *arguments)
        found = snapshot(wherry_runtime)
        assert found == (after if outcome == "installed" else before), (number, outcome)
        if outcome == "installed":
            uninstall_all(wherry_runtime)
            assert snapshot(wherry_runtime) == before, number
        if not fault.has_struck:
            break
        outcomes[outcome] += 1
    tally[f"{way} {'once' if once else 'always'}"] = outcomes
    assert outcomes.total() >= 11 * 3
    if way in HARMLESS or (once and way not in LASTING):
        assert set(outcomes) == {"installed"}
