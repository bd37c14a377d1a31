from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.harness.index_files import make_wheel
from tests.installation.places import install
from wherry.errors import UnknownScript
from wherry.installation.script_runner import choose, exit_status, run

ENTRY_POINTS = """\
[console_scripts]
tool = tool_cli:main
tool-nested = tool_cli:Nested.inner.main
tool-async = tool_cli:asynchronous
tool-broken = tool_cli:missing
tool-value = tool_cli:VALUE

[gui_scripts]
tool-window = tool_cli:window
"""
CLI = """\
import sys

VALUE = 1

def main():
    if len(sys.argv) > 1:
        exec(sys.argv[1])
    return sys.argv[2:] or None

class Nested:
    class inner:
        @staticmethod
        def main():
            return 7

async def asynchronous():
    raise AssertionError

def window():
    return 3
"""
TOOL = make_wheel(
    "tool",
    "1",
    files={
        "tool_cli.py": CLI,
        "tool-1.dist-info/entry_points.txt": ENTRY_POINTS,
        "tool-1.data/scripts/packed": "#!python\nimport sys\nsys.exit(__name__ + ' ' + ' '.join(sys.argv[1:]))\n",
        "tool-1.data/scripts/quiet.py": "",
        "tool-1.data/scripts/shell": "#!/bin/sh\n",
    },
)


@pytest.fixture
def scripts(site):
    install(site, TOOL)
    sys.path.insert(0, site.scheme.site_packages)
    yield site.scripts()
    sys.path.remove(site.scheme.site_packages)
    sys.modules.pop("tool_cli", None)


def call(scripts, name, *args):
    before = sys.argv, list(sys.argv)
    try:
        return run(name, choose(name, scripts), args)
    finally:
        assert sys.argv is before[0]
        assert sys.argv == before[1]


def test_scripts_of_entry_points_and_python_files_are_found(scripts):
    assert sorted(scripts) == [
        *("packed", "quiet.py", "tool", "tool-async", "tool-broken", "tool-nested", "tool-value", "tool-window"),
    ]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("pass", 0),
        ("sys.exit()", 0),
        ("sys.exit(0)", 0),
        ("sys.exit(3)", 3),
        ("sys.exit(-1)", 255),
        ("sys.exit(256)", 0),
        ("sys.exit(True)", 1),
    ],
)
def test_the_exit_status_is_that_of_a_process(scripts, capsys, code, status):
    assert call(scripts, "tool", code) == status
    assert capsys.readouterr() == ("", "")


def test_exit_codes_other_than_numbers_are_printed(scripts, capsys):
    assert call(scripts, "tool", "sys.exit('so sorry')") == 1
    assert capsys.readouterr().err == "so sorry\n"
    assert call(scripts, "tool", "pass", "left") == 1
    assert capsys.readouterr().err == "['left']\n"


def test_a_script_sees_its_own_arguments(scripts, site, capsys):
    assert call(scripts, "tool", "print(sys.argv); sys.exit()", "-x", "ä") == 0
    said = capsys.readouterr().out
    assert said == f"{[f'{site.scheme.scripts}/tool', 'print(sys.argv); sys.exit()', '-x', 'ä']}\n"


def test_nested_attributes_and_gui_scripts_are_run(scripts):
    assert call(scripts, "tool-nested") == 7
    assert call(scripts, "tool-window") == 3


def test_packed_files_run_as_main(scripts, capsys):
    assert call(scripts, "packed", "a", "b") == 1
    assert capsys.readouterr().err == "__main__ a b\n"
    assert call(scripts, "quiet.py") == 0


@pytest.mark.parametrize(
    ("name", "args", "error"),
    [
        ("tool", ["1 / 0"], ZeroDivisionError),
        ("tool", ["raise KeyboardInterrupt"], KeyboardInterrupt),
        ("tool-broken", [], AttributeError),
        ("tool-value", [], TypeError),
    ],
)
def test_exceptions_of_a_script_pass_to_the_caller(scripts, name, args, error):
    with pytest.raises(error):
        call(scripts, name, *args)


async def test_an_asynchronous_script_is_not_awaited(scripts, capsys):
    assert call(scripts, "tool-async") == 1
    await asyncio.sleep(0)
    assert capsys.readouterr().err == (
        "tool-async is asynchronous and was not awaited: import asynchronous of tool_cli and await it\n"
    )


@pytest.mark.parametrize(
    ("name", "similar"),
    [
        ("toll", ("tool",)),
        ("Tool", ("tool",)),
        ("packet", ("packed",)),
        ("nothing", ()),
    ],
)
def test_the_error_for_an_unknown_script_lists_the_scripts(scripts, name, similar):
    with pytest.raises(UnknownScript) as caught:
        choose(name, {key: found for key, found in scripts.items() if key in {"tool", "packed"}})
    listed = similar if name != "Tool" else ("packed", "tool")
    assert caught.value.similar == listed
    assert caught.value.scripts == (("packed", "tool 1"), ("tool", "tool 1"))
    assert str(caught.value) == f"No installed distribution has a script named {name!r}" + (
        f"; did you mean {' or '.join(listed)}?" if listed else "; there are packed (of tool 1), tool (of tool 1)"
    )


def test_the_error_says_if_no_distribution_has_scripts():
    with pytest.raises(UnknownScript, match="there are no scripts"):
        choose("tool", {})


def test_distributions_of_other_installers_have_scripts(scripts, site):
    for name in ("tool", "packed"):
        Path(site.scheme.scripts, name).unlink()
    assert "tool" in site.scripts()
    assert "packed" not in site.scripts()


@pytest.mark.parametrize("content", [b"\xff", b"[console_scripts]\n../tool = a:b\n"])
def test_entry_points_that_cannot_be_read_have_no_scripts(scripts, site, content):
    for name in scripts.keys() - {"packed", "quiet.py"}:
        Path(site.scheme.scripts, name).unlink()
    Path(site.scheme.site_packages, "tool-1.dist-info", "entry_points.txt").write_bytes(content)
    assert sorted(site.scripts()) == ["packed", "quiet.py"]


def test_an_unreadable_record_has_no_script_files(scripts, site):
    record = Path(site.scheme.site_packages, "tool-1.dist-info", "RECORD")
    record.write_bytes(b"\xff")
    assert "packed" not in site.scripts()
    record.unlink()
    assert "packed" not in site.scripts()


def test_exit_statuses_fit_into_a_byte():
    assert [exit_status(code) for code in (None, 0, 1, 255, 257)] == [0, 0, 1, 255, 1]
