"""The Python side of the REPL page: a console over ``pyodide.console`` whose ``install`` is seen in the page.

What crosses to JavaScript is text and truth values, so that neither side holds the other's objects.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import functools
import json
import textwrap
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
        """What the page gives to the console: a JavaScript object."""

        def write(self, text: str) -> None: ...
        def writeError(self, text: str) -> None: ...  # noqa: N802 - a name of JavaScript's
        def follow(self) -> View: ...
        def columns(self) -> int: ...


INDENT = "    "
BLOCK = "body"
"""The field that the nodes of compound statements have."""
PARSE = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | PyCF_ALLOW_INCOMPLETE_INPUT


PROSE = (wherry.InstallReport, wherry.UninstallReport)
"""What shows itself in sentences."""


class Ended(Exception):
    """A statement ended for a reason that is told without a traceback."""


class PageConsole(Console):
    """Runs what is typed at the prompt.

    *names* is the namespace, which gets ``install`` and ``wherry``.
    """

    def __init__(self, page: Page, names: dict[str, Any]) -> None:
        super().__init__(names, stdout_callback=page.write, stderr_callback=page.writeError)
        self._page = page
        self._task: asyncio.Task[object] | None = None
        names.update(wherry=wherry, install=seen(wherry.install, page))

    def is_complete(self, source: str) -> bool:
        """Whether Enter runs *source*; if not, it goes on in another line.

        A block ends with an empty line, as everywhere in Python.
        """
        try:
            tree = compile(source, self.filename, "exec", PARSE)
        except Exception as error:  # noqa: BLE001 - a parser's stack and memory have ends, too
            # Other errors are better told than waited out.
            return type(error).__name__ != "_IncompleteInputError"
        ends_in_block = bool(tree.body) and hasattr(tree.body[-1], BLOCK)
        return not ends_in_block or not source.rpartition("\n")[2].strip()

    def indentation(self, source: str) -> str:
        """Return what the line after *source* begins with."""
        line = source.rpartition("\n")[2]
        own = line[: len(line) - len(line.lstrip())]
        return own + INDENT if line.rstrip().endswith(":") else own

    def complete_json(self, source: str) -> str:
        """Return ``{"words": […], "start": 3}``: what the end of *source*, from that character on, may become."""
        words, start = self.complete(source)
        return json.dumps({"words": sorted(set(words)), "start": start})

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
        except BaseException as error:  # noqa: BLE001 - whatever a user's code raises is for the user
            self._page.writeError((future and future.formatted_error) or self.formattraceback(error))
            return False
        return True

    async def runcode(self, source: str, code: CodeRunner) -> object:
        """Run *code*, so that :meth:`interrupt` can end it while it waits for something."""
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
        """End what is running, where it waits."""
        if self._task is not None:
            self._task.cancel()

    def formattraceback(self, e: BaseException) -> str:
        """Return what is shown of *e*: of wherry's own errors the sentence, which says what to do."""
        try:
            return self._describe(e)
        except BaseException as error:  # noqa: BLE001 - an error of a user's may be unable to say what it is
            return f"{type(e).__name__}, and {type(error).__name__} while it was described\n"

    def _describe(self, e: BaseException) -> str:
        if isinstance(e, Ended):
            return f"{e}\n"
        if isinstance(e, wherry.WherryError):
            return self._wrapped(f"{type(e).__name__}: {e}\n")
        text = super().formattraceback(e)
        if isinstance(e, ModuleNotFoundError) and isinstance(e.name, str):
            text += f'Not here yet? await install("{e.name.partition(".")[0]}"), or what its project is called.\n'
        return text

    def _wrapped(self, text: str) -> str:
        """Break *text* between words, not where the terminal ends."""
        wrap = textwrap.TextWrapper(
            self._page.columns(), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
        return "".join(f"{wrap.fill(line)}\n" for line in text.splitlines())


def statements(source: str) -> Iterator[str]:
    """Yield the statements of *source*, those that share a line together; all of it where it cannot be parsed."""
    try:
        nodes = ast.parse(source).body
    except Exception:  # noqa: BLE001 - running it tells why
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
    """Return *install*, which lets *page* see how it goes."""

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
    """Return the text of *error*, or that it has none."""
    try:
        return str(error)
    except BaseException as other:  # noqa: BLE001 - an error of a user's may be unable to say what it is
        return f"{type(other).__name__} while {type(error).__name__} was described"
