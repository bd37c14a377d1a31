"""The exclusive lock: concurrent calls of wherry and of `pyodide.loadPackage`, and cancelled calls."""

from __future__ import annotations

import pytest
from pytest_pyodide import run_in_pyodide

from tests.harness.index_files import make_wheel
from tests.harness.index_server import dead_url
from tests.harness.runtime import settle, snapshot

C_1, C_2 = make_wheel("c", "1.0"), make_wheel("c", "2.0")


@run_in_pyodide
async def install_both(selenium, index_url, first, second):
    import asyncio
    from importlib import metadata

    import wherry

    async def install(requirement):
        try:
            report = await wherry.Installer(index_urls=[index_url]).install(requirement)
        except wherry.WherryError as error:
            return str(error)
        return [str(item) for item in report.installed], [str(item) for item in report.removed]

    outcomes = await asyncio.gather(install(first), install(second))
    return outcomes, [(found.name, found.version) for found in metadata.distributions()]


def test_the_second_of_two_concurrent_installations_sees_the_first(fresh_wherry_runtime, index_server):
    index_server.files.extend([C_1, C_2])
    url = index_server.json_url
    outcomes, found = install_both(fresh_wherry_runtime, url, "c==1.0", "c==2.0")
    assert (outcomes, found) == ([(["c 1.0"], []), (["c 2.0"], ["c 1.0"])], [("c", "2.0")])
    outcomes, found = install_both(fresh_wherry_runtime, url, "c==1.0", "c")
    assert (outcomes, found) == ([(["c 1.0"], ["c 2.0"]), ([], [])], [("c", "1.0")])


@run_in_pyodide
async def install_while_loading(selenium, index_url):
    import pyodide_js

    import wherry

    loading = pyodide_js.loadPackage("python-dateutil")
    report = await wherry.install("python-dateutil", index_urls=[index_url])
    return [str(item) for item in report.installed], [str(item) for item in report.unchanged], len(await loading)


def test_an_installation_waits_for_load_package_and_sees_its_packages(fresh_wherry_runtime):
    outcome = install_while_loading(fresh_wherry_runtime, dead_url())
    assert outcome == ([], ["python-dateutil 2.9.0.post0", "six 1.17.0"], 2)


@run_in_pyodide
async def load_while_installing(selenium, index_url):
    import asyncio
    from importlib import metadata

    import pyodide_js

    import wherry

    installing = asyncio.create_task(wherry.install("python-dateutil", index_urls=[index_url]))
    await asyncio.sleep(0)
    loaded = await pyodide_js.loadPackage(["six", "python-dateutil"])
    return len(loaded), installing.done(), metadata.distribution("six").read_text("INSTALLER")


def test_load_package_waits_for_an_installation_and_overwrites_nothing(fresh_wherry_runtime):
    assert load_while_installing(fresh_wherry_runtime, dead_url()) == (0, True, "wherry\n")


@run_in_pyodide
async def give_up_waiting(selenium, index_url):
    import asyncio

    import pyodide_js

    import wherry

    loading = pyodide_js.loadPackage("six")
    waiting = asyncio.create_task(wherry.install("python-dateutil", index_urls=[index_url]))
    for _ in range(5):
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    loaded = len(await loading), waiting.cancelled()
    report = await wherry.install("python-dateutil", index_urls=[index_url])
    return loaded, [str(item) for item in report.installed]


def test_a_cancelled_wait_for_load_package_does_not_block_others(fresh_wherry_runtime):
    outcome = give_up_waiting(fresh_wherry_runtime, dead_url())
    assert outcome == ((1, True), ["python-dateutil 2.9.0.post0"])


@run_in_pyodide
async def cancel_upgrade(selenium, index_url):
    import asyncio

    import wherry

    running = asyncio.create_task(wherry.install("msgpack", "pydantic", upgrade=True, index_urls=[index_url]))
    await asyncio.sleep(0.3)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return running.cancelled()


@run_in_pyodide
async def install_with(selenium, index_url, *requirements):
    import wherry

    await wherry.install(*requirements, index_urls=[index_url])


ABORT = """
const controller = new AbortController();
setTimeout(() => controller.abort(), 300);
const options = {{ indexUrls: [{url!r}], upgrade: true, signal: controller.signal }};
return await self.wherry.install(["msgpack", "pydantic"], options).then(() => "installed", (error) => error.name);
"""


def abort_upgrade(runtime, index_url):
    return runtime.run_js(ABORT.format(url=index_url)) == "AbortError"


@pytest.mark.parametrize("held", ["/json/*", "*.metadata", "*.whl"])
@pytest.mark.parametrize("end", [cancel_upgrade, abort_upgrade])
def test_a_cancelled_upgrade_changes_nothing_and_sends_no_more_requests(wherry_runtime, index_server, end, held):
    install_with(wherry_runtime, index_server.json_url, "msgpack<1.2.4", "typing-extensions")
    before = snapshot(wherry_runtime)
    index_server.held = held
    assert end(wherry_runtime, index_server.json_url)
    settle(wherry_runtime, index_server)
    asked = index_server.requests.total()
    assert snapshot(wherry_runtime) == before
    index_server.held = ""
    install_with(wherry_runtime, index_server.json_url, "typing-extensions")
    assert index_server.requests.total() == asked
