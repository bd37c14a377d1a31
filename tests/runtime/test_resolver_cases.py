"""The resolver cases inside Pyodide, over a real connection: the same answers and messages."""

from __future__ import annotations

import pytest
from pytest_pyodide import run_in_pyodide

from tests.harness.ladders import LADDERS
from tests.harness.memory_fetcher import JSON_URL
from tests.harness.resolver_cases import read_cases

CASES = [case for case in read_cases() if case.needs_only_an_index and not case.xfail]


@run_in_pyodide
async def resolve(selenium, requested, options, index_url):
    import wherry

    try:
        resolution = await wherry.resolve(requested, index_urls=[index_url], **options)
    except wherry.WherryError as error:
        return type(error).__name__, str(error)
    return dict(resolution.pins)


@pytest.mark.driver_timeout(300)
def test_the_answers_are_the_same_in_pyodide(wherry_runtime, index_server):
    index_server.jitter = 0.005
    different = {}
    for case in CASES:
        index_server.files = case.files
        index_url = f"{index_server.url}/{case.options.get('form', 'json')}/"
        outcome = resolve(wherry_runtime, list(case.requested), case.arguments(), index_url)
        if case.error:
            error, message = outcome if isinstance(outcome, tuple) else (outcome, "")
            told = message.replace(index_url, JSON_URL)
            if error != case.error or (case.message and told != case.message.strip()):
                different[case.name] = outcome
        elif outcome != dict(case.pins):
            different[case.name] = outcome
    assert different == {}
    assert len(CASES) > 100


@pytest.mark.driver_timeout(300)
@pytest.mark.parametrize("name", ["two clients of one library", "shared pins below 20", "12 diamonds that end at 3"])
def test_hard_cases_have_the_same_answers_in_pyodide(wherry_runtime, index_server, name):
    ladder = LADDERS[name]()
    index_server.files = ladder.files
    assert resolve(wherry_runtime, list(ladder.requested), {}, index_server.json_url) == ladder.pins
    assert set(index_server.requests.values()) == {1}
