"""Running a script inside the interpreter as ``python script.py`` would have run it."""

from __future__ import annotations

import atexit
import os
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from wherry.install.running import exit_status

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["run_file"]

INTERRUPTED = 130  # 128 + SIGINT, as a shell says it
FLUSH_FAILED = 120  # what CPython exits with when its last output has nowhere to go


def run_file(file: str, argv: Sequence[str], working_directory: str) -> int:
    """Run *file* (an absolute path) as ``__main__`` and return the exit code that CPython would have given.

    Whatever the script raises is reported here, on ``sys.stderr``, and goes no further.
    """
    os.chdir(working_directory)
    sys.argv[:] = argv
    _put_first_on_path(str(Path(file).parent))
    status = _execute(file, _new_main(file))
    # CPython does this at exit, which never comes for an interpreter inside a page or a host process.
    atexit._run_exitfuncs()  # noqa: SLF001 — there is no public way
    return status if _flush() else status or FLUSH_FAILED


def _put_first_on_path(folder: str) -> None:
    if sys.path and not sys.path[0]:  # the working directory, which only an interactive interpreter looks into
        del sys.path[0]
    sys.path.insert(0, folder)


def _new_main(file: str) -> ModuleType:
    main = ModuleType("__main__")
    main.__file__ = file
    main.__loader__ = SourceFileLoader("__main__", file)
    vars(main)["__builtins__"] = sys.modules["builtins"]
    sys.modules["__main__"] = main
    return main


def _execute(file: str, main: ModuleType) -> int:
    try:
        code = compile(Path(file).read_bytes(), file, "exec", dont_inherit=True)
        exec(code, vars(main))  # noqa: S102 — running a program is what this module is for
    except SystemExit as request:
        return exit_status(request.code)
    except BaseException as error:  # noqa: BLE001 — reported the way the interpreter itself would
        _report(error)
        return INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _report(error: BaseException) -> None:
    # The first frame is _execute's own; the user's begin below it.
    frames = error.__traceback__.tb_next if error.__traceback__ else None
    sys.excepthook(type(error), error.with_traceback(frames), frames)


def _flush() -> bool:
    """Flush both streams; say whether everything that was written could be."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError as error:
        sys.stderr.write(f"Exception ignored while flushing the output: {error!r}\n")
        return False
    return True
