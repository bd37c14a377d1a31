"""Find the files of a wheel that only its developers need, and those that globs name."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Set as AbstractSet

__all__ = ["find_matching", "find_tests"]

TEST_FOLDERS = frozenset({"test", "tests"})
TEST_MODULE = re.compile(r"test_\w+\.py|\w+_test\.py")
COMMENT = re.compile(r"#[^\n]*")
# Both statements, also over several lines in brackets, at any depth of blocks.
IMPORTS = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<module>\.*[\w.]*)[ \t]+import[ \t]*(?P<names>\([^)]*\)|[^\n;(]*)"
    r"|import[ \t]+(?P<modules>[^\n;]+))",
    re.MULTILINE,
)


def find_tests(paths: Iterable[str], read: Callable[[str], bytes]) -> frozenset[str]:
    """Return the test files among ``paths``, which are relative to site-packages; ``read`` returns a file.

    These are the files in folders ``tests``, in folders ``test`` with test modules, and ``conftest.py``. A folder that
    another module imports is kept: some projects have their public test runner there.
    """
    paths = frozenset(paths)
    folders = {folder for path in paths for folder in _folders(path) if _is_of_tests(folder, paths)}
    found = _inside(paths, folders)
    while imported := folders & {folder for path in paths - found for folder in _imported(path, read)}:
        folders -= imported
        found = _inside(paths, folders)
    return found


def find_matching(paths: Iterable[str], pattern: str) -> frozenset[str]:
    """Return the files among ``paths`` that ``pattern`` matches: their paths, or folders that they are in.

    ``*`` matches any characters, also slashes.
    """
    pattern = pattern.rstrip("/")
    return frozenset(path for path in paths if any(fnmatchcase(one, pattern) for one in (path, *_folders(path))))


def _folders(path: str) -> Iterator[str]:
    """Yield the folders that ``path`` is in, the outermost first."""
    return (path[:position] for position, sign in enumerate(path) if sign == "/")


def _is_of_tests(folder: str, paths: Collection[str]) -> bool:
    name = folder.rpartition("/")[2]
    if name != "test":
        return name in TEST_FOLDERS
    inside = (path for path in paths if path.startswith(f"{folder}/"))
    return any(TEST_MODULE.fullmatch(path.rpartition("/")[2]) for path in inside)


def _inside(paths: Iterable[str], folders: AbstractSet[str]) -> frozenset[str]:
    return frozenset(
        path for path in paths if path.rpartition("/")[2] == "conftest.py" or not folders.isdisjoint(_folders(path))
    )


def _imported(path: str, read: Callable[[str], bytes]) -> Iterator[str]:
    """Yield the folders of tests that a module imports, or may import."""
    if not path.endswith(".py") or b"test" not in (content := read(path)):
        return
    # Within a string, a comment is none, but a wrong import only keeps a folder.
    for found in IMPORTS.finditer(COMMENT.sub("", content.decode(errors="replace"))):
        for name in _modules(found, path):
            parts = name.split(".")
            yield from ("/".join(parts[: end + 1]) for end, part in enumerate(parts) if part in TEST_FOLDERS)


def _modules(found: re.Match[str], path: str) -> Iterator[str]:
    """Yield the absolute names that an import statement in the module at ``path`` may import."""
    if found["modules"] is not None:
        yield from (name.split()[0] for name in found["modules"].split(",") if name.strip())
        return
    base = found["module"].lstrip(".")
    if level := len(found["module"]) - len(base):
        package = path.split("/")[:-level]
        base = ".".join([*package, *([base] if base else [])])
    names = found["names"].strip("() \t\n").split(",")
    yield from (f"{base}.{name.split()[0]}".lstrip(".") for name in names if name.strip())
