"""Compile an archive of sources for the Python that runs this: Pyodide's, while the npm package is built.

What only tools read stays behind: the positions of columns (Pyodide is started so) and the docstrings of the private
copies. Lines are kept, for tracebacks.
"""

from __future__ import annotations

import ast
import importlib.util
import marshal
from zipfile import ZipFile, ZipInfo

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
                content = compile_module(content, f"{source}/{path}", keep_docstrings="/_vendor/" not in path)
                path += "c"  # noqa: PLW2901 - the name goes with the content
            archive.writestr(ZipInfo(path, EARLIEST), content)
    return repr(importlib.util.MAGIC_NUMBER)


def compile_module(source: bytes, filename: str, *, keep_docstrings: bool) -> bytes:
    """Return the content of a ``.pyc`` file."""
    tree = ast.parse(source, filename)
    if not keep_docstrings:
        for node in ast.walk(tree):
            strip_docstring(node)
    code = compile(tree, filename, "exec", dont_inherit=True)
    return importlib.util.MAGIC_NUMBER + UNCHECKED_HASH + NO_HASH + marshal.dumps(code)


def strip_docstring(node: ast.AST) -> None:
    """Take the docstring away from a module, class or function, which must not be left empty."""
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node):
        node.body[:1] = [] if len(node.body) > 1 else [ast.copy_location(ast.Pass(), node.body[0])]
