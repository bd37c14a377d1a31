"""Run a program inside the interpreter as ``python script.py`` or ``python -m module`` would run it."""

from __future__ import annotations

import asyncio
import atexit
import os
import sys
import traceback
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from wherry.installation.script_runner import check_file, exit_status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["interrupt", "pass_on", "run_file", "run_module"]

INTERRUPTED = 130  # 128 + SIGINT, as in a shell
FLUSH_FAILED = 120  # CPython's exit code if the last output cannot be written


def run_file(file: str, argv: Sequence[str], working_directory: str) -> int:
    """Run *file* (an absolute path) as ``__main__`` and return the exit code that CPython would give.

    If ``argv`` begins with ``-``, the file holds a script from standard input. Exceptions of the script are reported on
    ``sys.stderr`` and not raised. Raise :class:`~wherry.errors.InvalidSource` for a file whose
    depth would end Pyodide.
    """
    came_on_stdin = argv[0] == "-"
    main = _new_main(None if came_on_stdin else file)
    shown = "<stdin>" if came_on_stdin else file
    check_file(file, shown)

    def execute() -> None:
        exec(compile(Path(file).read_bytes(), shown, "exec", dont_inherit=True), vars(main))  # noqa: S102 - the purpose of this function

    # As in CPython, "" stands for the working directory, even after a change.
    return _run(execute, argv, working_directory, "" if came_on_stdin else str(Path(file).parent))


def run_module(name: str, argv: Sequence[str], working_directory: str) -> int:
    """Run the module or package *name* as :func:`run_file` runs a file; ``argv[0]`` becomes the path of the module."""
    import runpy

    # `python -m` itself calls this function. The public one would restore another __main__ while code still runs.
    execute = runpy._run_module_as_main  # type: ignore[attr-defined]  # noqa: SLF001
    _new_main(None)
    return _run(lambda: execute(name), argv, working_directory, working_directory)


def interrupt(error: BaseException | None = None) -> bool:
    """Raise ``KeyboardInterrupt``, or *error*, where the program awaits, and cancel its other tasks.

    Call this only while Python does not run: a signal reaches only running code. Return whether the program waited.
    """
    waits = [(task, getattr(task, "_fut_waiter", None)) for task in asyncio.all_tasks()]
    # A task that awaits another task sees the end of that one. A task that awaits nothing, or a finished future, is
    # about to run.
    last = [
        (task, future)
        for task, future in waits
        if future and not isinstance(future, asyncio.Task) and not future.done()
    ]
    # Sorted by name ("Task-1"): the oldest task is that of asyncio.run() or of time.sleep().
    last.sort(key=lambda wait: (len(wait[0].get_name()), wait[0].get_name()))
    for _, future in last[:1]:
        future.set_exception(error or KeyboardInterrupt())
    for task, _ in last[1:]:
        task.cancel()
    return bool(last)


def pass_on() -> bool:
    """Let an unhandled exception that just left the event loop end the program, as CPython's loop does.

    Return whether it is handled. The exception of a task is handled by other code that awaits the task; otherwise it is
    raised where the program awaits.
    """
    error = sys.last_exc  # type: ignore[attr-defined]  # of Python 3.12
    task = _task_that_raised(error)
    # One callback is that of the event loop itself.
    return getattr(task, "_num_done_callbacks", 0) > 1 or interrupt(error)


def _task_that_raised(error: BaseException) -> object:
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if isinstance(handle := frame.f_locals.get("self"), asyncio.Handle):
            return getattr(getattr(handle, "_callback", None), "__self__", None)
    return None


def _run(execute: Callable[[], object], argv: Sequence[str], working_directory: str, first_on_path: str) -> int:
    os.chdir(working_directory)
    sys.argv[:] = argv
    _put_first_on_path(first_on_path)
    status = _status_of(execute)
    # CPython does this at exit. An interpreter inside a page or a host process never exits.
    atexit._run_exitfuncs()  # noqa: SLF001 — there is no public way
    return status if _flush() else status or FLUSH_FAILED


def _put_first_on_path(folder: str) -> None:
    if sys.path and not sys.path[0]:  # the working directory, which only an interactive interpreter searches
        del sys.path[0]
    sys.path.insert(0, folder)


def _new_main(file: str | None) -> ModuleType:
    main = ModuleType("__main__")
    if file is not None:
        main.__file__ = file
        main.__loader__ = SourceFileLoader("__main__", file)
    vars(main)["__builtins__"] = sys.modules["builtins"]
    sys.modules["__main__"] = main
    return main


def _status_of(execute: Callable[[], object]) -> int:
    try:
        execute()
    except SystemExit as request:
        return exit_status(request.code)
    except BaseException as error:  # noqa: BLE001 — reported the way the interpreter itself would
        _report(error)
        return INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _report(error: BaseException) -> None:
    # The first two frames are this module's own; the frames of the program follow.
    frames = error.__traceback__ and error.__traceback__.tb_next and error.__traceback__.tb_next.tb_next
    sys.excepthook(type(error), error.with_traceback(frames), frames)


def _flush() -> bool:
    """Flush both streams, unless the program has closed them; return whether all output could be written."""
    is_flushed = True
    for stream in (sys.stdout, sys.stderr):
        if stream is None or stream.closed:
            continue
        try:
            stream.flush()
        except OSError as error:
            is_flushed = False
            with suppress(OSError, ValueError, AttributeError):
                sys.stderr.write(f"Exception ignored while flushing the output: {error!r}\n")
    return is_flushed
