"""Compile an archive of sources for the Python that runs this: Pyodide's, while the npm package is built.

What only tools read stays behind: the positions of columns (Pyodide is started so), and outside of the modules whose
names are public the docstrings and what functions are annotated with. Lines are kept, for tracebacks.
"""

from __future__ import annotations

import ast
import importlib.util
import marshal
import re
from zipfile import ZipFile, ZipInfo

# As in wherry/__init__.py: somebody may ask for help() about what is in them.
PUBLIC = re.compile(r"wherry/(\w+|model/\w+|index/(index|network)|resolution/(chains|graph|resolution|tree))\.py")

# "bit 0: hash-based, bit 1: compare it with the source" (PEP 552), which is not there to be compared.
UNCHECKED_HASH = (1).to_bytes(4, "little")
NO_HASH = bytes(8)
EARLIEST = (1980, 1, 1, 0, 0, 0)  # of all times that a zip can tell


def compile_archive(source: str, output: str) -> str:
    """Write the bytecode of the modules in *source*, and all else as it is, to *output*; both are paths.

    A traceback will say that the modules lie in *source*. Return how Python shows the magic number of its bytecode.
    """
    with ZipFile(source) as sources, ZipFile(output, "w") as archive:
        for path in sources.namelist():
            content = sources.read(path)
            if path.endswith(".py"):
                content = compile_module(content, f"{source}/{path}", is_public=PUBLIC.fullmatch(path) is not None)
                path += "c"  # noqa: PLW2901 - the name goes with the content
            archive.writestr(ZipInfo(path, EARLIEST), content)
    return repr(importlib.util.MAGIC_NUMBER)


def compile_module(source: bytes, filename: str, *, is_public: bool) -> bytes:
    """Return the content of a ``.pyc`` file."""
    tree = ast.parse(source, filename)
    if not is_public:
        for node in ast.walk(tree):
            strip_docstring(node)
            strip_annotations(node)
    code = compile(tree, filename, "exec", dont_inherit=True)
    return importlib.util.MAGIC_NUMBER + UNCHECKED_HASH + NO_HASH + marshal.dumps(code)


def strip_docstring(node: ast.AST) -> None:
    """Take the docstring away from a module, class or function, which must not be left empty."""
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node):
        node.body[:1] = [] if len(node.body) > 1 else [ast.copy_location(ast.Pass(), node.body[0])]


def strip_annotations(node: ast.AST) -> None:
    """Take the annotations away from a function; those of a class may be the fields of a dataclass."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        node.returns = None
    elif isinstance(node, ast.arg):
        node.annotation = None
