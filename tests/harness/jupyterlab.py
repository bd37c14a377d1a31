"""JupyterLab in Chromium, driven through its application object."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, Self

from selenium import webdriver

from tests.harness.chromium import HEADLESS
from tests.harness.waiting import happens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

__all__ = ["Lab"]

TIMEOUT = 180  # seconds; a kernel starts in about ten
OPENED = """
const [path, cells, theme, done] = arguments;
(async () => {
    while (!window.jupyterapp) await new Promise((resolve) => setTimeout(resolve, 20));
    const app = window.jupyterapp;
    await app.restored;
    await app.commands.execute("apputils:change-theme", { theme });
    const sources = cells.map((source, place) => ({
        cell_type: "code", execution_count: null, id: `cell${place}`, metadata: {}, outputs: [], source,
    }));
    const kernelspec = { display_name: "Python (Pyodide)", language: "python", name: "python" };
    const content = { cells: sources, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
    await app.serviceManager.contents.save(path, { type: "notebook", format: "json", content });
    const notebook = await app.commands.execute("docmanager:open", { path, kernel: { name: "python" } });
    await notebook.context.ready;
    await notebook.sessionContext.ready;
    (window.notebooks ??= {})[path] = notebook;
})().then(() => done(""), (error) => done(`${error.stack}`));
"""
RUN = """
const [path, cell, done] = arguments;
(async () => {
    const { content } = window.notebooks[path];
    window.jupyterapp.shell.activateById(window.notebooks[path].id);
    content.activeCellIndex = cell;
    content.deselectAll();
    await window.jupyterapp.commands.execute("notebook:run-cell").catch(() => {});
    return content.model.toJSON().cells[cell].outputs;
})().then(done, (error) => done(`${error.stack}`));
"""
SHOWN = """
const [selector, beginning] = arguments;
return [...document.querySelectorAll(selector)].some((one) => one.innerText.startsWith(beginning));
"""


class Lab:
    """A page of JupyterLab while it is entered, with an empty profile below ``folder``."""

    def __init__(self, url: str, folder: Path, *, theme: str = "JupyterLab Light") -> None:
        options = webdriver.ChromeOptions()
        for flag in (*HEADLESS, f"--user-data-dir={folder / 'profile'}", "--window-size=900,1000"):
            options.add_argument(flag)
        options.binary_location = shutil.which("chromium") or ""
        self.driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
        self.driver.set_script_timeout(TIMEOUT)
        self._url = f"{url}/lab/index.html"
        self._theme = theme

    def __enter__(self) -> Self:
        self.driver.get(self._url)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.driver.quit()

    def open(self, path: str, cells: Sequence[str]) -> None:
        """Open a new notebook with a kernel of its own."""
        failure = self.driver.execute_async_script(OPENED, path, list(cells), self._theme)
        assert not failure, failure

    def run(self, path: str, cell: int) -> list[Mapping[str, Any]]:
        """Run a cell, given by its place, and return its outputs (as in nbformat) once it has ended."""
        outputs = self.driver.execute_async_script(RUN, path, cell)
        assert isinstance(outputs, list), outputs
        return outputs

    def shows(self, selector: str, beginning: str) -> bool:
        """Wait for an element whose text has this beginning; JupyterLab draws outputs some time after they came."""
        return happens(lambda: self.driver.execute_script(SHOWN, selector, beginning))
