"""Progress reports in the runtime, where JavaScript counts the received bytes."""

from __future__ import annotations

from pytest_pyodide import run_in_pyodide

from tests.harness.faults import Fault, Kind
from tests.harness.runtime import BOTH_HALVES
from tests.harness.waiting import happens

pytestmark = BOTH_HALVES

FOREVER = 600.0


@run_in_pyodide
async def begin_install(selenium, index_url):
    import asyncio

    import __main__
    import wherry

    __main__.steps = []
    listen = __main__.steps.append
    __main__.running = asyncio.ensure_future(wherry.install("msgpack", index_urls=[index_url], on_progress=listen))


@run_in_pyodide
def steps_so_far(selenium):
    import __main__

    return [step.to_dict() for step in __main__.steps]


@run_in_pyodide
async def end_of_install(selenium):
    import __main__

    await __main__.running


def has_half(step):
    return step["package"] == "msgpack" and step["bytes_done"] == step["bytes_total"] // 2


def test_received_bytes_are_reported(fresh_wherry_runtime, index_server):
    stall = Fault("*/msgpack-*.whl", Kind.STALL, seconds=FOREVER)
    index_server.faults = [stall]
    begin_install(fresh_wherry_runtime, index_server.json_url)
    assert happens(lambda: any(map(has_half, steps_so_far(fresh_wherry_runtime))))
    stall.seconds = 0
    end_of_install(fresh_wherry_runtime)
    steps = steps_so_far(fresh_wherry_runtime)
    (size,) = {step["bytes_total"] for step in steps if step["package"] == "msgpack"}
    told = [(step["bytes_done"], step["done"]) for step in steps if step["package"] == "msgpack"]
    assert (size // 2, 0) in told
    assert told == sorted(set(told))
    assert told[-1] == (size, 1)
    fractions = [step["fraction"] for step in steps]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
