"""A script must run as under `python`: each program here runs both ways, on this interpreter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

RUNNER = """
import os, sys
from wherry.runtime.program import run_file
sys.exit(run_file(os.path.abspath(sys.argv[1]), sys.argv[1:], os.getcwd()))
"""

PROGRAMS = {
    "returns": "print('hello')",
    "exits": "import sys; sys.exit()",
    "exits with a number": "raise SystemExit(7)",
    "exits with a large number": "raise SystemExit(256 + 3)",
    "exits with a negative number": "raise SystemExit(-1)",
    "exits with a boolean": "raise SystemExit(True)",
    "exits with a word": "raise SystemExit('no more')",
    "exits with a tuple": "raise SystemExit(('a', 1))",
    "raises": "def sink():\n    raise ValueError('hole in the hull')\n\nsink()\n",
    "raises while handling": "try:\n    1 / 0\nexcept ArithmeticError as error:\n    raise KeyError('x') from error",
    "raises a group": "raise ExceptionGroup('two', [ValueError(1), TypeError(2)])",
    "is not Python": "print('never')\nif\n",
    "is not text": b"# coding: utf-8\nprint('\xff')\n",
    "is in another encoding": "# coding: latin-1\nprint('\xe9' == chr(233))\n".encode("latin-1"),
    "has Windows line ends": b"x = '''a\r\nb'''\r\nprint(len(x))\r\n",
    "has its own hook": "import sys\nsys.excepthook = lambda *error: print(error[0].__name__)\nraise ValueError\n",
    "has something for the end": "import atexit\natexit.register(print, 'bye')\nraise SystemExit(4)",
    "looks at itself": """
import sys
main = sys.modules["__main__"]
print(sys.argv, __name__, __spec__, __package__, __doc__, main.__dict__ is globals(), sys.path[0], type(__loader__))
print(__file__, sorted({*globals()} - {"__annotations__", "__cached__"}), __builtins__)
""",
    "pickles its own": """
import pickle
class Boat: pass
print(type(pickle.loads(pickle.dumps(Boat()))) is Boat)
""",
    "imports its neighbour": "import neighbour; print(neighbour.__file__)",
    "reads its own source": "import inspect\ndef row(): return 'boat'\nprint(inspect.getsource(row))",
    "has future statements": "from __future__ import annotations\ndef f(x: undefined): pass\nprint(f.__annotations__)",
}


@pytest.mark.parametrize("program", [pytest.param(source, id=name) for name, source in PROGRAMS.items()])
def test_a_script_runs_as_under_python(program, tmp_path):
    source = program if isinstance(program, bytes) else program.encode()
    (tmp_path / "app.py").write_bytes(source)
    (tmp_path / "neighbour.py").touch()
    expected = run(tmp_path, "app.py", "--flag", "word")
    assert run(tmp_path, "-c", RUNNER, "app.py", "--flag", "word") == expected


def test_an_interrupt_has_exit_code_130_and_is_not_raised(tmp_path):
    (tmp_path / "app.py").write_text("raise KeyboardInterrupt", encoding="utf-8")
    code, _, stderr = run(tmp_path, "-c", RUNNER, "app.py")
    assert code == 130
    assert stderr.endswith("KeyboardInterrupt\n")


@pytest.mark.parametrize("statement", ["print('lost')", "print('lost'); raise SystemExit(3)"])
def test_output_that_cannot_be_written_is_a_failure(statement, tmp_path):
    (tmp_path / "app.py").write_text(statement, encoding="utf-8")
    expected = exit_code_on_a_full_disk(tmp_path, "app.py")
    assert exit_code_on_a_full_disk(tmp_path, "-c", RUNNER, "app.py") == expected


def exit_code_on_a_full_disk(folder, *arguments):
    # -E: with PYTHONUNBUFFERED the print would fail, not the flush at the end.
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-E", *arguments]
        result = subprocess.run(command, cwd=folder, stdout=full, stderr=subprocess.PIPE, check=False, timeout=60)  # noqa: S603
    return result.returncode


def run(folder, *arguments):
    command = [sys.executable, "-W", "error", *arguments]
    result = subprocess.run(  # noqa: S603 - our own
        command, cwd=folder, capture_output=True, encoding="utf-8", check=False, timeout=60
    )
    return result.returncode, result.stdout, result.stderr
