"""What is told of an installation in the runtime, where JavaScript knows how much has come."""

from __future__ import annotations

from pytest_pyodide import run_in_pyodide

from tests.harness.faults import Fault, Kind

STALL = 3.0


@run_in_pyodide
async def install_and_listen(selenium, index_url):
    import wherry

    steps = []
    await wherry.install("msgpack", index_urls=[index_url], on_progress=lambda step: steps.append(step.to_dict()))
    return steps


def test_bytes_are_told_while_they_come(fresh_wherry_runtime, index_server):
    index_server.faults = [Fault("*/msgpack-*.whl", Kind.STALL, seconds=STALL)]
    steps = install_and_listen(fresh_wherry_runtime, index_server.json_url)
    (size,) = {step["bytes_total"] for step in steps if step["package"] == "msgpack"}
    told = [(step["bytes_done"], step["done"]) for step in steps if step["package"] == "msgpack"]
    assert (size // 2, 0) in told
    assert told == sorted(set(told))
    assert told[-1] == (size, 1)
    fractions = [step["fraction"] for step in steps]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
