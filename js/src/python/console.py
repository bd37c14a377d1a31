"""The Python side of both prompts: the REPL page and ``wherry repl``.

JavaScript runs this file in a namespace of its own and makes one console. Only texts, numbers and truth values cross to
JavaScript, so that neither side holds objects of the other.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import functools
import json
import os
import sys
import textwrap
import traceback
from codeop import PyCF_ALLOW_INCOMPLETE_INPUT  # type: ignore[attr-defined]  # the stubs leave it out
from typing import TYPE_CHECKING, Any

from pyodide.console import Console, repr_shorten

import wherry

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from typing import Protocol

    from pyodide.code import CodeRunner

    from wherry import InstallReport

    class View(Protocol):
        """Where the page shows one installation."""

        def hear(self, event_json: str) -> None: ...
        def end(self) -> None: ...
        def stop(self) -> None: ...
        def fail(self, code: str, message: str) -> None: ...

    class Page(Protocol):
        """The functions that the page gives to the console: a JavaScript object."""

        def write(self, text: str) -> None: ...
        def writeError(self, text: str) -> None: ...  # noqa: N802 - a name of JavaScript's
        def follow(self) -> View: ...
        def columns(self) -> int: ...


INDENT = "    "
BLOCK = "body"
"""The field that the nodes of compound statements have."""
PARSE = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | PyCF_ALLOW_INCOMPLETE_INPUT

PROSE = (wherry.InstallReport, wherry.UninstallReport)
"""Values whose representations are sentences."""

PROMPT = ">>> "
CONTINUATION = "... "

OWN = "<prompt>"
"""The name under which JavaScript runs this file."""

INTERNAL = frozenset({"wherry", "pyodide", "_pyodide", "asyncio"})
"""Folders whose frames a traceback of wherry's own errors leaves out."""


class PromptConsole(Console):
    """A console whose methods do not fail, whatever the user's objects do."""

    def complete_json(self, source: str) -> str:
        """Return ``{"words": […], "start": 3}``: completions of the end of *source*, from that character on."""
        try:
            words, start = self.complete(source)
        except Exception:  # noqa: BLE001 - it reads attributes of the user's objects
            words, start = [], len(source)
        return json.dumps({"words": sorted(set(words)), "start": start})

    def formattraceback(self, e: BaseException) -> str:
        """Return the text to show for *e*."""
        try:
            return self.describe(e)
        except BaseException as error:  # noqa: BLE001 - the error's own methods may fail
            return f"{type(e).__name__}, and {type(error).__name__} while it was described\n"

    def describe(self, e: BaseException) -> str:
        """Return the text to show for *e*; may raise."""
        return super().formattraceback(e)


class Ended(Exception):
    """A statement ended for a reason that is shown without a traceback."""


class PageConsole(PromptConsole):
    """The console of the REPL page, which shows the installations of the user.

    *names* is the namespace, which gets ``install`` and ``wherry``.
    """

    def __init__(self, page: Page, names: dict[str, Any]) -> None:
        super().__init__(names, stdout_callback=page.write, stderr_callback=page.writeError)
        self._page = page
        self._task: asyncio.Task[object] | None = None
        names.update(wherry=wherry, install=seen(wherry.install, page))

    def is_complete(self, source: str) -> bool:
        """Whether Enter runs *source*; otherwise it begins another line.

        A block ends with an empty line, as everywhere in Python.
        """
        try:
            tree = compile(source, self.filename, "exec", PARSE)
        except Exception as error:  # noqa: BLE001 - a parser may also run out of stack or memory
            # Running the source shows other errors.
            return type(error).__name__ != "_IncompleteInputError"
        ends_in_block = bool(tree.body) and hasattr(tree.body[-1], BLOCK)
        return not ends_in_block or not source.rpartition("\n")[2].strip()

    def indentation(self, source: str) -> str:
        """Return the indentation of the line after *source*."""
        line = source.rpartition("\n")[2]
        own = line[: len(line) - len(line.lstrip())]
        return own + INDENT if line.rstrip().endswith(":") else own

    async def run(self, source: str) -> None:
        """Run the statements of *source* one after the other, as if each had been typed alone, up to an error."""
        for statement in statements(source):
            if not await self._run(statement):
                return

    async def _run(self, statement: str) -> bool:
        future = None
        try:
            future = self.runsource(f"{statement}\n")
            value = await future
            if value is not None:
                builtins._ = value  # type: ignore[attr-defined]
                text = f"{repr_shorten(value, limit=4000)}\n"
                self._page.write(self._wrapped(text) if isinstance(value, PROSE) else text)
        except BaseException as error:  # noqa: BLE001 - show every error of the user's code
            self._page.writeError((future and future.formatted_error) or self.formattraceback(error))
            return False
        return True

    async def runcode(self, source: str, code: CodeRunner) -> object:
        """Run *code*, so that :meth:`interrupt` can cancel it while it waits."""
        self._task = asyncio.current_task()
        try:
            return await super().runcode(source, code)
        except (asyncio.CancelledError, KeyboardInterrupt):
            raise Ended("KeyboardInterrupt") from None
        except SystemExit:
            raise Ended("A page has no exit; reload it to start again.") from None
        except BaseException as error:
            if isinstance(error, Exception):
                raise
            # It would end the event loop.
            raise Ended(self.formattraceback(error).rstrip()) from None
        finally:
            self._task = None

    def interrupt(self) -> None:
        """Cancel the running statement, which ends at its next ``await``."""
        if self._task is not None:
            self._task.cancel()

    def describe(self, e: BaseException) -> str:
        """Return the traceback of *e*; for errors of wherry only the message, which includes the advice."""
        if isinstance(e, Ended):
            return f"{e}\n"
        if isinstance(e, wherry.WherryError):
            return self._wrapped(f"{type(e).__name__}: {e}\n")
        text = super().describe(e)
        if isinstance(e, ModuleNotFoundError) and isinstance(e.name, str):
            text += f'Not installed? Try await install("{e.name.partition(".")[0]}"), or the name of its project.\n'
        return text

    def _wrapped(self, text: str) -> str:
        """Break *text* between words, not at the edge of the terminal."""
        wrap = textwrap.TextWrapper(
            self._page.columns(), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
        return "".join(f"{wrap.fill(line)}\n" for line in text.splitlines())


class TerminalConsole(PromptConsole):
    """The console of ``wherry repl``. Its lines come from the prompt in the process's first thread."""

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__(names)
        self._before: set[asyncio.Task[Any]] = set()

    async def enter(self, line: str) -> object:
        """Run a line, or add it to an incomplete statement. Return the next prompt, or the argument of ``exit()``."""
        future = self.push(line)
        if future.syntax_check == "incomplete":
            return CONTINUATION
        try:
            sys.displayhook(await future)
        except SystemExit as request:
            return request.code
        except BaseException as error:  # noqa: BLE001 - show every error of the user's code
            # The error may come from displayhook(), after the statement.
            said = future.formatted_error or "".join(traceback.format_exception(error))
            sys.stderr.write(said.rstrip("\n") + "\n")
        return PROMPT

    async def runcode(self, source: str, code: CodeRunner) -> object:
        """Run *code* in a task of its own: the console stops working if its task is cancelled."""
        self._before = asyncio.all_tasks()
        try:
            return await asyncio.ensure_future(super().runcode(source, code))
        except asyncio.CancelledError:
            sys.stderr.write("KeyboardInterrupt\n")
            return None

    def interrupt(self) -> bool:
        """Cancel all tasks that began with the running statement. Return true: the signal has been handled."""
        for task in asyncio.all_tasks() - self._before:
            task.cancel()
        return True

    def forget(self) -> None:
        """Discard an incomplete statement."""
        self.buffer.clear()

    def describe(self, e: BaseException) -> str:
        """Return the traceback of *e*; for errors of wherry without the frames inside wherry."""
        text = super().describe(e)
        if not isinstance(e, wherry.WherryError):
            return text
        frames = [frame for frame in traceback.extract_tb(e.__traceback__) if is_users(frame.filename)]
        lines = traceback.format_list(frames) + traceback.format_exception_only(e)
        return "Traceback (most recent call last):\n" + "".join(lines)


def open_terminal(folder: str, names: dict[str, Any]) -> TerminalConsole:
    """Return a console that starts in *folder* and imports modules from it; *names* gets ``wherry``."""
    os.chdir(folder)
    sys.path[:0] = [] if "" in sys.path else [""]
    names["wherry"] = wherry
    return TerminalConsole(names)


def is_users(filename: str) -> bool:
    """Whether a frame is of the user's code or of a package, not of the console, wherry or Pyodide."""
    return filename != OWN and not INTERNAL & set(filename.split("/")[:-1])


def statements(source: str) -> Iterator[str]:
    """Yield the statements of *source*, those that share a line together; all of it if it cannot be parsed."""
    try:
        nodes = ast.parse(source).body
    except Exception:  # noqa: BLE001 - running it shows the error
        yield source
        return
    lines = source.splitlines()
    begins: list[int] = []
    previous_end = 0
    for node in nodes:
        begin = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
        if begin > previous_end:
            begins.append(begin)
        previous_end = node.end_lineno or begin
    for begin, end in zip(begins, [*begins[1:], len(lines) + 1], strict=True):
        yield "\n".join(lines[begin - 1 : end - 1])


def seen(install: Callable[..., Awaitable[InstallReport]], page: Page) -> Callable[..., Awaitable[InstallReport]]:
    """Return *install*, whose progress and failure *page* shows."""

    @functools.wraps(install)
    async def followed(*requirements: object, **options: object) -> InstallReport:
        view = page.follow()
        options.setdefault("on_progress", lambda event: view.hear(json.dumps(event.to_dict())))
        try:
            report = await install(*requirements, **options)
        except asyncio.CancelledError:
            view.stop()
            raise
        except BaseException as error:
            code = getattr(error, "code", None)
            view.fail(code if isinstance(code, str) else type(error).__name__, sentence_of(error))
            raise
        view.end()
        return report

    return followed


def sentence_of(error: BaseException) -> str:
    """Return the text of *error*, or a note that it cannot be described."""
    try:
        return str(error)
    except BaseException as other:  # noqa: BLE001 - the error's own methods may fail
        return f"{type(other).__name__} while {type(error).__name__} was described"
