"""Doubling: the time of each parser for hostile input of a size, and of two, four and eight times that size.

A parser is linear if its time at most doubles; input above a limit is refused at once. Imports only wherry and the
standard library, so that it runs in CPython and over the bundle in Pyodide.
"""

from __future__ import annotations

import io
import json
import sys
import time
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from wherry.errors import WherryError
from wherry.formats.core_metadata import parse_core_metadata
from wherry.formats.dylink import read_linking
from wherry.formats.entry_points import parse_script_entry_points
from wherry.formats.filenames import parse_wheel_name
from wherry.formats.lenient import read_requirement, read_requires_python
from wherry.formats.member_paths import count_folders, path_problems
from wherry.formats.nesting import is_nested_deeply, load_json
from wherry.formats.pyproject import Pyproject
from wherry.formats.record import parse_record
from wherry.formats.requirement_text import parse_requirement, parse_specifiers
from wherry.formats.requirements_txt import parse_requirements_txt
from wherry.formats.script_metadata import parse_script_metadata
from wherry.formats.simple_html import parse_html_page
from wherry.formats.simple_json import parse_json_page
from wherry.formats.source_depth import check_depth
from wherry.formats.wheel_file import parse_wheel_file
from wherry.formats.zip_archive import open_zip
from wherry.model.environment import Environment
from wherry.model.project import ProjectPage
from wherry.resolution.releases import find_releases
from wherry.resolution.requirements import parse_requirements
from wherry.resolution.wheel_selection import WheelSelection

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["add_arguments", "measure", "run"]

FACTORS = (1, 2, 4, 8)
REPETITIONS = 3
# Times of a few milliseconds mean little, and eight times the input may take more than eight times as long by chance.
LEAST = 20.0
MOST_GROWTH = 24.0

URL = "https://example.org/simple/app/"
WHEEL = "app-1-py3-none-any.whl"
NAME = parse_core_metadata(b"Metadata-Version: 2.1\nName: app\nVersion: 1\n", subject="").name
CORE = "Metadata-Version: 2.1\nName: app\nVersion: 1\n"
ENTRY = {"filename": WHEEL, "url": f"https://example.org/{WHEEL}", "hashes": {}}

Case = tuple[int, "Callable[[int], Any]", "Callable[[Any], object]"]


def _metadata(text: str) -> object:
    return parse_core_metadata(text.encode(), subject="app")


def _record(text: str) -> object:
    return parse_record(text, filename=WHEEL, warnings=[])


def _wheel(text: str) -> object:
    return parse_wheel_file(text.encode(), filename=WHEEL, warnings=[])


def _entry_points(text: str) -> object:
    return parse_script_entry_points(text, filename=WHEEL)


def _html(text: str) -> object:
    return parse_html_page(text.encode(), url=URL, name=NAME)


def _json(text: str) -> object:
    return parse_json_page(text.encode(), url=URL, name=NAME).files[:]


def _requirements_txt(text: str) -> object:
    return parse_requirements_txt(text, "r.txt", {})


def _pyproject(text: str) -> object:
    return list(Pyproject(text, "p.toml").dependencies())


def _zip(content: bytes) -> object:
    return open_zip(content, filename=WHEEL)


def _typed(text: str) -> object:
    return list(parse_requirements([text]))


def _repair(text: str) -> object:
    with suppress(ValueError):
        read_requires_python(text)
    return read_requirement(f"a{text}")


def _releases(names: Sequence[str]) -> object:
    page = parse_json_page(_page(names).encode(), url=URL, name=NAME)
    found = find_releases(ProjectPage(NAME, URL, page.files), WheelSelection(Environment.current()))
    return found.rejections


def _page(names: Sequence[str]) -> str:
    files = [{"filename": name, "url": f"https://example.org/{name}"} for name in names]
    return json.dumps({"meta": {"api-version": "1.0"}, "name": "app", "files": files})


def _archive(paths: Sequence[str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in paths:
            archive.writestr(zipfile.ZipInfo(path), b"")
    return buffer.getvalue()


def _leb(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits a byte
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])


def _library(names: int) -> bytes:
    needed = _leb(names) + b"\1a" * names
    content = b"\x08dylink.0\2" + _leb(len(needed)) + needed
    return b"\0asm\1\0\0\0\0" + _leb(len(content)) + content


def _array(item: str) -> Callable[[int], str]:
    return lambda n: f"[project]\ndependencies = [\n{item * n}]\n"


REPAIRED = (" ", ">", "1.", "*", "(", "'", ">=1.", "=<", "a", ".x", " <")
NESTED = ("[", "[]", '"[', '"', "\\", '"\\', "[{")
SOURCES = {
    "a sum": lambda n: "é = 1" + " + é" * n,
    "lines": lambda n: "é = x.y(-1)\n" * n,
    "brackets": lambda n: "(-" * n,
    "fields": lambda n: "x = f'" + "{-é}" * n + "'",
    "strings that do not end": lambda n: "-'\n" * n,
    "branches": lambda n: "if -a: b\n" + "elif -a: b\n" * n,
}

# A number n, the input with n repetitions, and its parser.
CASES: Mapping[str, Case] = {
    "METADATA, lines that continue one": (
        50_000,
        lambda n: f"{CORE}Description: a\n{' b' * 2}" + "\n b" * n,
        _metadata,
    ),
    "METADATA, fields": (20_000, lambda n: CORE + "Classifier: a\n" * n, _metadata),
    "METADATA, a name": (500_000, lambda n: CORE.replace("app", "a-" * n), _metadata),
    "METADATA, a line without an end": (500_000, lambda n: f"{CORE}Summary: {' a' * n}", _metadata),
    "METADATA, requirements": (1_250, lambda n: CORE + "Requires-Dist: b[c]>=1; os_name == 'x'\n" * n, _metadata),
    "RECORD, lines": (10_000, lambda n: "".join(f"a{i},sha256={'a' * 43},1\n" for i in range(n)), _record),
    "RECORD, quotes": (10_000, lambda n: "".join(f'"a{i}",sha256={"a" * 43},1\n' for i in range(n)), _record),
    "RECORD, commas": (100_000, lambda n: "," * n, _record),
    "WHEEL, tags": (10_000, lambda n: "Wheel-Version: 1.0\n" + "Tag: py3-none-any\n" * n, _wheel),
    "entry points, scripts": (
        5_000,
        lambda n: "[console_scripts]\n" + "".join(f"a{i}=b:c\n" for i in range(n)),
        _entry_points,
    ),
    "entry points, a line": (100_000, lambda n: "[console_scripts]\na=" + "b." * n, _entry_points),
    "HTML page, links": (2_000, lambda n: f'<a href="{WHEEL}">' * n, _html),
    "HTML page, brackets": (20_000, lambda n: "<" * n, _html),
    "HTML page, comments": (20_000, lambda n: "<!--" * n, _html),
    "HTML page, attributes": (20_000, lambda n: "<a " + "b " * n, _html),
    "HTML page, tags that do not end": (20_000, lambda n: "<a " * n, _html),
    "JSON page, files": (2_000, lambda n: _page([WHEEL] * n), _json),
    "JSON page, brackets": (500_000, lambda n: "[" * n, load_json),
    "JSON page, strings": (500_000, lambda n: '["' + "[]" * n, load_json),
    "JSON page, names of many tags": (250, lambda n: [f"app-{i}-{'p.' * 40}p-n-any.whl" for i in range(n)], _releases),
    "requirements file, lines": (10_000, lambda n: "a==1 --hash=sha256:" + "0" * 64 + "\na\n" * n, _requirements_txt),
    "requirements file, a line": (100_000, lambda n: "a \\\n" * n, _requirements_txt),
    "requirements file, number signs": (200_000, lambda n: "a" + "#" * n, _requirements_txt),
    "script, blocks that do not end": (10_000, lambda n: "# /// a\n" * n, parse_script_metadata),
    "script, comments": (10_000, lambda n: "# /// script\n" + "# #\n" * n + "# ///\n", parse_script_metadata),
    "pyproject, dependencies": (2_000, _array('"a",\n'), _pyproject),
    "pyproject, escapes": (2_000, _array('"\\u0061",\n'), _pyproject),
    "pyproject, a key": (50_000, lambda n: "a." * n + "a = 1", _pyproject),
    "pyproject, brackets": (200_000, lambda n: "a = " + "[" * n, _pyproject),
    "pyproject, strings that do not end": (100_000, lambda n: '"""' + '\\""" \n' * n, _pyproject),
    "requirement, extras": (500, lambda n: f"a[{'b,' * n}b]", parse_requirement),
    "requirement, marker": (500, lambda n: f"a; {'(' * n}os_name == 'x'{')' * n}", parse_requirement),
    "requirement, spaces": (500, lambda n: f"a{' ' * n}!", _typed),
    "requirement, a path": (500, lambda n: "./" + "a.whl " * n, _typed),
    "specifiers": (250, lambda n: ">=1," * n, parse_specifiers),
    "name of a wheel, tags": (10, lambda n: f"a-1-{'p.' * n}p-{'n.' * n}n-{'x.' * n}x.whl", parse_wheel_name),
    "name of a wheel, version": (500_000, lambda n: f"a-{'1.' * n}1-py3-none-any.whl", parse_wheel_name),
    "paths, folders": (
        500,
        lambda n: [f"{i}/{'a/' * 60}b" for i in range(n)],
        lambda paths: (list(path_problems(paths)), count_folders(paths)),
    ),
    "paths, depth": (20_000, lambda n: ["a/" * n + "b"] * 6, lambda paths: list(path_problems(paths))),
    **{f"repairs, {part}": (2_000 // len(part), part.__mul__, _repair) for part in REPAIRED},
    **{f"nesting, {part}": (100_000, part.__mul__, is_nested_deeply) for part in NESTED},
    **{f"source, {kind}": (5_000, make, check_depth) for kind, make in SOURCES.items()},
    "ZIP, entries": (1_000, lambda n: _archive([f"a/{i}" for i in range(n)]), _zip),
    "shared library, names": (20_000, _library, lambda content: read_linking(content, path="a.so", filename=WHEEL)),
}


def measure() -> dict[str, list[float]]:
    """Return milliseconds by case, for each of the sizes."""
    return {name: [_measure(case, factor) for factor in FACTORS] for name, case in CASES.items()}


def _measure(case: Case, factor: int) -> float:
    size, make, read = case
    content = make(size * factor)
    return min(_once(read, content) for _ in range(REPETITIONS))


def _once(read: Callable[[Any], object], content: object) -> float:
    started = time.perf_counter()
    with suppress(WherryError, ValueError):
        read(content)
    return (time.perf_counter() - started) * 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--here", action="store_true", help="skip Pyodide")


def run(arguments: argparse.Namespace) -> bool:
    """Print a table for this Python, and one for Pyodide; return whether a time grows faster than its input."""
    exceeded = _print_table(f"CPython {sys.version_info.major}.{sys.version_info.minor}", measure())
    if not arguments.here:
        from bench.micro import measure_in_pyodide

        exceeded |= _print_table("Pyodide", measure_in_pyodide("doubling"))
    return exceeded


def _print_table(title: str, results: Mapping[str, Sequence[float]]) -> bool:
    print(f"{'doubling, ' + title + ', ms':<40}{'n':>10}" + "".join(f"{f'{factor} n':>10}" for factor in FACTORS[1:]))
    growing = [name for name, times in results.items() if times[-1] > MOST_GROWTH * max(times[0], LEAST)]
    for name, times in results.items():
        print(f"{name:<40}" + "".join(f"{elapsed:>10.1f}" for elapsed in times) + (" !" if name in growing else ""))
    return bool(growing)
