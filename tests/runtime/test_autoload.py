"""Imports that install what is missing, over the stack switching of the runtime."""

from __future__ import annotations

from tests.harness.index_files import make_wheel

IMPORTED = """
import asyncio, contextlib, io, sys, wherry
said, runs = io.StringIO(), []
async def first():
    import fetched
    runs.append(fetched.count)
async def second():
    from fetched import count
    runs.append(count)
to = contextlib.{redirect}(said)
with wherry.autoload(projects={{"fetched": "fetched-by-name"}}, index_urls=[{url!r}]), to:
    await asyncio.gather(first(), second())
    import fetched.inner
try:
    import never_there
except ModuleNotFoundError as error:
    after = str(error)
[said.getvalue(), runs, sys.fetched_runs, after, str(fetched.__spec__.origin)]
"""
REFUSED = """
import wherry
try:
    with wherry.autoload():
        import fetched
except ModuleNotFoundError as error:
    message = str(error)
message
"""
FETCHED = make_wheel(
    "fetched-by-name",
    "1.0",
    files={
        "fetched/__init__.py": "import sys\nsys.fetched_runs = count = getattr(sys, 'fetched_runs', 0) + 1\n",
        "fetched/inner.py": "",
    },
)


def in_page(runtime, code):
    return runtime.run_js(f"const got = await pyodide.runPythonAsync({code!r}); return got.toJs ? got.toJs() : got;")


def test_tasks_that_import_one_module_wait_for_one_installation(fresh_wherry_runtime, index_server):
    index_server.files.append(FETCHED)
    # A console in a page shows standard error in red; the output of a program in Node.js may be read by another.
    redirect = "redirect_stderr" if fresh_wherry_runtime.browser == "node" else "redirect_stdout"
    code = IMPORTED.format(url=index_server.json_url, redirect=redirect)
    said, counts, runs, after, origin = in_page(fresh_wherry_runtime, code)
    assert said == "Installed: fetched-by-name 1.0\n"
    assert (list(counts), runs) == ([1, 1], 1)
    assert after == "No module named 'never_there'"
    assert origin.endswith("site-packages/fetched/__init__.py")
    assert {*index_server.requests.values()} == {1}


def test_where_python_cannot_wait_the_error_names_the_call_with_await(wherry_runtime):
    message = wherry_runtime.run(REFUSED)
    assert 'write await wherry.install_imports("import fetched") before the import' in message
