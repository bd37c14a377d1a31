"""Compile an archive of sources for the Python that runs this: Pyodide's, while the npm package is built.

What only tools read stays behind: the positions of columns (Pyodide is started so), what stands under
``TYPE_CHECKING``, and of all that is not public the docstrings, the lists of names (``__all__``), what functions are
annotated with and what they are in (``__qualname__``). For tracebacks, the lines that statements begin at are kept; of
what is vendored, those that functions begin at. What ``@dataclass`` would do at each import is done here. Modules that
few calls need come as source code, which is half as large.
"""

from __future__ import annotations

import ast
import importlib.util
import marshal
import re
from pathlib import Path
from types import CodeType, UnionType
from typing import TypeVar
from zipfile import ZipFile

from patterns import MODULE, write_patterns
from written_out import PARTS, write_out

Lines = type[ast.stmt] | UnionType
DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

Definition = TypeVar("Definition", ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)

# As in wherry/__init__.py: somebody may ask for help() about what is in them.
PUBLIC = re.compile(
    r"wherry/(__init__|errors|functions|installer|model/\w+|index/(index|network)"
    r"|resolution/(chains|graph|resolution|tree))\.py"
)
# What attach() imports, and waits for. All else is loaded at once, for it shares its names.
FIRST = frozenset(
    {
        "wherry",
        "wherry._vendor",
        "wherry._vendor.re",
        "wherry.bridge",
        "wherry.default",
        "wherry.install",
        "wherry.install.workshop",
    }
)

# Compiled where they are imported. A data class in one is made there, too, which takes a millisecond or two.
RARE = frozenset(
    {
        "wherry.formats.imports",
        "wherry.formats.magics",
        "wherry.formats.pyproject",
        "wherry.formats.repairs",
        "wherry.formats.requirement_lines",
        "wherry.formats.requirements_txt",
        "wherry.formats.script_metadata",
        "wherry.formats.script_slips",
        "wherry.formats.simple_html",
        "wherry.formats.source_depth",
        "wherry.imports",
        "wherry.index.forgiving",
        "wherry.index.relocating",
        "wherry.index.requirements_files",
        "wherry.install.checking",
        "wherry.install.overwriting",
        "wherry.install.running",
        "wherry.install.sharing",
        "wherry.install.unclaimed",
        "wherry.model.check",
        "wherry.model.requirement_line",
        "wherry.resolution.chains",
        "wherry.resolution.checking",
        "wherry.resolution.dead_ends",
        "wherry.resolution.explanation",
        "wherry.resolution.older_release",
        "wherry.resolution.providers",
        "wherry.resolution.required_hashes",
        "wherry.resolution.tree",
        "wherry.resolution.unreadable",
        "wherry.resolution.ways_out",
        "wherry.resolution.written",
        "wherry.runtime.diagnosis",
        "wherry.runtime.script",
        "wherry.substituting",
    }
)

# Whose annotations are more than that.
DECLARING = frozenset({"NamedTuple", "TypedDict"})


VENDORED = "wherry/_vendor/"


def compile_archive(source: str, bundled: str, output: str) -> str:
    """Write the code of the modules in *source* to *output*; all are paths.

    *output* is marshalled: the code of ``finder.py`` of the folder *bundled*; the names of the packages among the
    modules; the modules in three groups, each being the names and, marshalled apart, their code (source code in the
    third). A traceback will say that the modules lie in *source*. Return how Python shows the magic number of its
    bytecode.
    """
    with ZipFile(source) as sources:
        members = {path: sources.read(path) for path in sources.namelist() if path.endswith(".py")}
    folder = Path(bundled)
    members[f"{MODULE.replace('.', '/')}.py"] = write_patterns(source, map(module_name, [*members]))
    members[f"{PARTS.replace('.', '/')}.py"] = (folder / "dataclass_parts.py").read_bytes()
    packages = set()
    first: dict[str, CodeType] = {}
    others: dict[str, CodeType] = {}
    rare: dict[str, str] = {}
    for path, content in sorted(members.items()):
        name = module_name(path)
        if name in RARE:
            rare[name] = without_comments(content)
            continue
        if path.endswith("/__init__.py"):
            packages.add(name)
        is_public = PUBLIC.fullmatch(path) is not None
        lines = DEFINITIONS if path.startswith(VENDORED) else ast.stmt
        code = compile_module(content, f"{source}/{path}", is_public=is_public, lines=lines)
        (first if name in FIRST else others)[name] = code
    finder = compile_module((folder / "finder.py").read_bytes(), f"{source}/finder.py", is_public=False)
    modules = [(tuple(group), marshal.dumps(tuple(group.values()))) for group in (first, others, rare)]
    Path(output).write_bytes(marshal.dumps((finder, frozenset(packages), modules)))
    return repr(importlib.util.MAGIC_NUMBER)


def without_comments(source: bytes) -> str:
    """Return *source* with empty lines in the place of docstrings, comments and imports for type checkers."""
    lines = source.decode().splitlines()
    for node in ast.walk(ast.parse(source)):
        blank: list[ast.stmt] = []
        if isinstance(node, ast.Module | DEFINITIONS) and ast.get_docstring(node, clean=False) is not None:
            blank = node.body[:1] if len(node.body) > 1 else []
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not node.orelse:
            blank = [node]
        for one in blank:
            lines[one.lineno - 1 : one.end_lineno] = [""] * (one.end_lineno - one.lineno + 1)
    return "\n".join("" if line.lstrip().startswith("#") else line for line in lines)


def module_name(path: str) -> str:
    """Return the dotted name of the module at *path* in the archive."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def compile_module(source: bytes, filename: str, *, is_public: bool, lines: Lines = ast.stmt) -> CodeType:
    """Return the code of a module, with the lines that *lines* begin at."""
    tree = ast.parse(source, filename)
    write_out(tree, annotated=is_public)
    tree = Stripper(is_public=is_public).visit(tree)
    forget_columns(tree, 1, lines)
    code = compile(ast.fix_missing_locations(tree), filename, "exec", dont_inherit=True)
    return code if is_public else with_short_names(code)


def forget_columns(node: ast.AST, line: int, lines: Lines) -> None:
    """Leave all below *node* the line that its part of *lines* begins at; *line* is that of the one above.

    The compiler notes each change of place: also of columns, which are not kept, and within statements of many lines.
    """
    if isinstance(node, ast.stmt | ast.expr):
        node.lineno = node.end_lineno = line = node.lineno if isinstance(node, lines) else line
        node.col_offset = node.end_col_offset = 0
    for child in ast.iter_child_nodes(node):
        forget_columns(child, line, lines)


def with_short_names(code: CodeType) -> CodeType:
    """Return *code* without the names of what each function is in, which repeat each other."""
    parts = tuple(with_short_names(part) if isinstance(part, CodeType) else part for part in code.co_consts)
    return code.replace(co_qualname=code.co_name, co_consts=parts)


class Stripper(ast.NodeTransformer):
    """Takes away what only tools read; of what is not public (*is_public*, for a module) also what nobody sees."""

    def __init__(self, *, is_public: bool) -> None:
        self._is_public = is_public

    def visit_Module(self, node: ast.Module) -> ast.Module:
        """Strip the module, whose annotations nothing reads."""
        self._strip_docstring(node)
        body = node.body if self._is_public else [one for one in node.body if not is_list_of_names(one)]
        node.body = [kept for one in body if (kept := without_annotation(one)) is not None]
        self.generic_visit(node)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        """Strip a class; its annotations may make it what it is."""
        names = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        if not node.decorator_list and not node.keywords and not names & DECLARING:
            node.body = [kept for one in node.body if (kept := without_annotation(one)) is not None]
        return self._definition(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef | None:
        """Strip a function, unless it is there for type checkers alone."""
        if any(ast.unparse(one).rpartition(".")[2] == "overload" for one in node.decorator_list):
            return None
        return self._definition(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AsyncFunctionDef:
        """Strip a function."""
        return self._definition(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """Strip a parameter."""
        if not self._is_public:
            node.annotation = None
        return node

    def visit_If(self, node: ast.If) -> ast.stmt | list[ast.stmt] | None:
        """Keep of a test for type checkers what is for the others."""
        if ast.unparse(node.test) not in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
            self.generic_visit(node)
            node.body = filled(node.body)
            return node
        return [kept for one in node.orelse if (kept := self.visit(one)) is not None] or None

    def _definition(self, node: Definition) -> Definition:
        around = self._is_public
        self._is_public = around and (not node.name.startswith("_") or node.name.endswith("__"))
        self._strip_docstring(node)
        if not self._is_public and not isinstance(node, ast.ClassDef):
            node.returns = None
        self.generic_visit(node)
        self._is_public = around
        node.body = filled(node.body)
        return node

    def _strip_docstring(self, node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if not self._is_public and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]


def filled(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the body of a statement, which must not be empty."""
    return body or [ast.Pass(lineno=1, col_offset=0)]


def is_list_of_names(node: ast.stmt) -> bool:
    """Tell whether a statement of a module is its ``__all__``, for ``import *``."""
    return isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]


def without_annotation(node: ast.stmt) -> ast.stmt | None:
    """Return what an annotated assignment does; ``None`` for one that only declares."""
    if not isinstance(node, ast.AnnAssign):
        return node
    return None if node.value is None else ast.copy_location(ast.Assign([node.target], node.value), node)
