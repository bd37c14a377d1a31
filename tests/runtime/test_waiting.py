"""Calls without ``await``, over the stack switching of the runtime."""

from __future__ import annotations

from tests.harness.index_files import make_wheel

INSTALL = """
import asyncio, wherry
turns = []
async def count():
    while True:
        turns.append(1)
        await asyncio.sleep(0)
counting = asyncio.ensure_future(count())
installer = wherry.Installer(index_urls=[{url!r}])
report = installer.install_sync("waited")
counting.cancel()
import waited
text = str(wherry.lock_sync("waited", index_urls=[{url!r}]))
versions = wherry.resolve_sync("waited", index_urls=[{url!r}]).pins
unchanged = wherry.install_lock_sync(text).unchanged
assert len(turns) > 1, "nothing else ran meanwhile"
[str(one) for one in report.installed], dict(versions), [str(one) for one in unchanged]
"""
REFUSED = """
import wherry
try:
    wherry.install_sync("waited")
except wherry.UnsupportedRuntime as error:
    message = str(error)
message
"""


def in_page(runtime, code):
    return runtime.run_js(f"const got = await pyodide.runPythonAsync({code!r}); return got.toJs ? got.toJs() : got;")


def test_calls_wait_in_a_running_loop_while_everything_else_goes_on(fresh_wherry_runtime, index_server):
    index_server.files.append(make_wheel("waited", "1.0"))
    installed, pins, unchanged = in_page(fresh_wherry_runtime, INSTALL.format(url=index_server.json_url))
    assert (list(installed), dict(pins), list(unchanged)) == (["waited 1.0"], {"waited": "1.0"}, ["waited 1.0"])


def test_where_python_cannot_wait_the_error_names_the_call_with_await(wherry_runtime):
    message = wherry_runtime.run(REFUSED)
    assert "write: await wherry.install(…)" in message
