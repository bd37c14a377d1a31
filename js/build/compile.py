"""Compile an archive of sources with the Python of Pyodide, which runs this during the build of the npm package.

Data that only tools read is left out: column positions, blocks under ``TYPE_CHECKING``, and, except in public modules,
docstrings, ``__all__``, annotations and ``__qualname__``. Tracebacks have the first line of each statement; in vendored
modules the first line of each function. The methods of data classes are generated here, not at each import. Modules
that few calls need are included as source code, which is half as large.
"""

from __future__ import annotations

import ast
import importlib.util
import io
import marshal
import re
import tokenize
from pathlib import Path
from types import CodeType, UnionType
from typing import TYPE_CHECKING, TypeVar
from zipfile import ZipFile

from patterns import MODULE, write_patterns
from written_out import PARTS, write_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Lines = type[ast.stmt] | UnionType
DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

Definition = TypeVar("Definition", ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)

# The modules of the names in wherry/__init__.py, of which help() shows docstrings.
PUBLIC = re.compile(
    r"wherry/(__init__|errors|functions|installer|model/\w+|index/(index|network)"
    r"|resolution/(resolution|graph/(graph|tree|why)))\.py"
)
# Imported by attach(), which waits for them. The others are loaded together, because they share strings.
FIRST = frozenset(
    {
        "wherry",
        "wherry._vendor",
        "wherry._vendor.re",
        "wherry.bridge",
        "wherry.default",
        "wherry.installation",
        "wherry.installation.staging_root",
    }
)

# Compiled at their import, which also generates the methods of their data classes in a millisecond or two.
RARE = frozenset(
    {
        "wherry.formats.legacy_json",
        "wherry.autoloading",
        "wherry.formats.python_source",
        "wherry.formats.magics",
        "wherry.formats.pylock_faults",
        "wherry.formats.pylock_text",
        "wherry.formats.pyproject",
        "wherry.formats.repairs",
        "wherry.formats.requirement_lines",
        "wherry.formats.requirements_txt",
        "wherry.formats.script_metadata",
        "wherry.formats.script_slips",
        "wherry.formats.simple_html",
        "wherry.formats.bytecode_imports",
        "wherry.formats.shallow_source",
        "wherry.formats.source_depth",
        "wherry.index.documents",
        "wherry.index.import_names",
        "wherry.index.forgiving",
        "wherry.index.relocation",
        "wherry.index.requirements_files",
        "wherry.installation.broken",
        "wherry.installation.compiling_ahead",
        "wherry.installation.lock_making",
        "wherry.installation.overwrite",
        "wherry.installation.script_runner",
        "wherry.installation.exchange.sharing",
        "wherry.installation.exchange.unclaimed",
        "wherry.micropip",
        "wherry.micropip._compat",
        "wherry.micropip._mock_package",
        "wherry.micropip.errors",
        "wherry.micropip.freeze",
        "wherry.micropip.installed",
        "wherry.micropip.logging",
        "wherry.micropip.package",
        "wherry.micropip.package_index",
        "wherry.micropip.package_manager",
        "wherry.micropip.reinstallation",
        "wherry.micropip.standing_in",
        "wherry.micropip.wheelinfo",
        "wherry.ipython.actions",
        "wherry.ipython.cell_output",
        "wherry.ipython.command_lines",
        "wherry.ipython.extension",
        "wherry.ipython.magics",
        "wherry.ipython.parsing",
        "wherry.ipython.words",
        "wherry.model.check",
        "wherry.model.requirement_line",
        "wherry.resolution.graph.why",
        "wherry.resolution.graph.installed",
        "wherry.resolution.conflicts.dead_ends",
        "wherry.resolution.conflicts.domain",
        "wherry.resolution.conflicts.explanation",
        "wherry.resolution.conflicts.incompatibility",
        "wherry.resolution.conflicts.partial_solution",
        "wherry.resolution.conflicts.resolver",
        "wherry.resolution.locks.changes",
        "wherry.resolution.locks.making",
        "wherry.resolution.locks.meeting",
        "wherry.resolution.locks.membership",
        "wherry.resolution.locks.pyodide_lock",
        "wherry.resolution.older_release",
        "wherry.resolution.module_providers",
        "wherry.resolution.required_hashes",
        "wherry.resolution.graph.tree",
        "wherry.resolution.unreadable",
        "wherry.resolution.conflicts.suggestions",
        "wherry.resolution.file_requirements",
        "wherry.runtime.description",
        "wherry.runtime.diagnosis",
        "wherry.runtime.program",
        "wherry.short_traceback",
        "wherry.installation.substitution",
    }
)

# Loaded together, and only if a lock is installed or made.
LOCKS = frozenset(
    {
        "wherry._vendor.packaging.pylock",
        "wherry.formats.pylock",
        "wherry.index.lock_files",
        "wherry.installation.locked",
        "wherry.resolution.locks",
        "wherry.resolution.locks.addresses",
        "wherry.resolution.locks.answer",
        "wherry.resolution.locks.file_choice",
        "wherry.resolution.locks.lock",
        "wherry.resolution.locks.lock_file",
        "wherry.resolution.locks.members",
        "wherry.resolution.locks.selection",
    }
)

# For the command line alone, which runs them from the sources.
SOURCES_ONLY = frozenset(
    {
        "wherry.bundler",
        "wherry.formats.unneeded_files",
        "wherry.formats.wheel_rewriting",
        "wherry.installation.bundling",
        "wherry.installation.imported_modules",
        "wherry.resolution.locks.bundled",
    }
)

# For the wheels alone: attach() brings the JavaScript side, and those who call it write no magics.
WHEELS_ONLY = frozenset(
    {
        "wherry.ipython",
        "wherry.ipython.actions",
        "wherry.ipython.cell_output",
        "wherry.ipython.command_lines",
        "wherry.ipython.extension",
        "wherry.ipython.magics",
        "wherry.ipython.names",
        "wherry.ipython.parsing",
        "wherry.ipython.words",
        "wherry.runtime.alone",
        "wherry.runtime.alone.body",
        "wherry.runtime.alone.fetch",
        "wherry.runtime.alone.hidden_files",
        "wherry.runtime.alone.memory_budget",
        "wherry.runtime.alone.time_limits",
    }
)

# Base classes that read annotations.
DECLARING = frozenset({"NamedTuple", "TypedDict"})


VENDORED = "wherry/_vendor/"


def compile_archive(source: str, bundled: str, output: str, wheel: str) -> str:
    """Write the code of the modules in *source* to *output*, and with those for wheels to *wheel*; all are paths.

    The files are marshalled: the code of ``finder.py`` of the folder *bundled*, the names of the packages, and four
    groups of modules. A group has the names of its modules and, marshalled separately, their code (in the last group
    their source code). Tracebacks show the modules in *source*. Return the representation of the magic number.
    """
    with ZipFile(source) as sources:
        members = {path: sources.read(path) for path in sources.namelist() if path.endswith(".py")}
    folder = Path(bundled)
    members = {path: content for path, content in members.items() if module_name(path) not in SOURCES_ONLY}
    members[f"{MODULE.replace('.', '/')}.py"] = write_patterns(source, {*map(module_name, members)} - WHEELS_ONLY)
    members[f"{PARTS.replace('.', '/')}.py"] = (folder / "dataclass_parts.py").read_bytes()
    packages = {module_name(path) for path in members if path.endswith("/__init__.py")}
    codes = {module_name(path): compile_member(source, path, content) for path, content in sorted(members.items())}
    finder = compile_module((folder / "finder.py").read_bytes(), f"{source}/finder.py", is_public=False)
    for place, left_out in ((output, WHEELS_ONLY), (wheel, frozenset[str]())):
        groups = [
            (tuple(group), marshal.dumps(tuple(group.values())))
            for group in grouped({name: code for name, code in codes.items() if name not in left_out})
        ]
        Path(place).write_bytes(marshal.dumps((finder, frozenset(packages - left_out), groups)))
    return repr(importlib.util.MAGIC_NUMBER)


def compile_member(source: str, path: str, content: bytes) -> CodeType | str:
    """Return the code of the module at *path* in the archive *source*; of a rare module, its source code."""
    if module_name(path) in RARE:
        return without_comments(content)
    is_public = PUBLIC.fullmatch(path) is not None
    lines = DEFINITIONS if path.startswith(VENDORED) else ast.stmt
    return compile_module(content, f"{source}/{path}", is_public=is_public, lines=lines)


def grouped(codes: Mapping[str, CodeType | str]) -> Sequence[Mapping[str, CodeType | str]]:
    """Return the code of the first modules, of the others, of those for locks, and of the rare ones."""
    apart = (FIRST, LOCKS, RARE)
    others = codes.keys() - frozenset[str]().union(*apart)
    first, locks, rare = apart
    return [{name: code for name, code in codes.items() if name in group} for group in (first, others, locks, rare)]


def without_comments(source: bytes, *, typed: bool = False) -> str:
    """Return *source* with empty lines in place of docstrings, comments and, unless *typed*, imports for types.

    Unless *typed*, functions have no annotations either, except those that go over the end of a line.
    """
    tree = ast.parse(source)
    lines = (source if typed else without_annotations(source, tree)).decode().splitlines()
    for node in ast.walk(tree):
        blank: list[ast.stmt] = []
        if isinstance(node, ast.Module | DEFINITIONS) and ast.get_docstring(node, clean=False) is not None:
            blank = node.body[:1] if len(node.body) > 1 else []
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not (node.orelse or typed):
            blank = [node]
        for one in blank:
            lines[one.lineno - 1 : one.end_lineno] = [""] * (one.end_lineno - one.lineno + 1)
    for token in tokenize.tokenize(io.BytesIO(source).readline):
        if token.type == tokenize.COMMENT and token.line.lstrip().startswith("#"):
            lines[token.start[0] - 1] = ""
    return "\n".join(lines)


def without_annotations(source: bytes, tree: ast.Module) -> bytes:
    """Return *source*, which is that of *tree*, without the annotations of functions that are on one line."""
    lines = source.splitlines()
    spans: list[tuple[int, int, int]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and (kind := node.annotation) and node.lineno == kind.end_lineno:
            spans.append((node.lineno, node.col_offset + len(node.arg.encode()), kind.end_col_offset or 0))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (kind := node.returns):
            start = lines[kind.lineno - 1].rfind(b" ->", 0, kind.col_offset)
            if start >= 0 and kind.lineno == kind.end_lineno:
                spans.append((kind.lineno, start, kind.end_col_offset or 0))
    for number, start, end in sorted(spans, reverse=True):
        lines[number - 1] = lines[number - 1][:start] + lines[number - 1][end:]
    return b"\n".join(lines)


def module_name(path: str) -> str:
    """Return the dotted name of the module at *path* in the archive."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def compile_module(source: bytes, filename: str, *, is_public: bool, lines: Lines = ast.stmt) -> CodeType:
    """Return the code of a module, with line numbers of the nodes in *lines* only."""
    tree = ast.parse(source, filename)
    write_out(tree, annotated=is_public)
    tree = Stripper(is_public=is_public).visit(tree)
    forget_columns(tree, 1, lines)
    code = compile(ast.fix_missing_locations(tree), filename, "exec", dont_inherit=True)
    return code if is_public else with_short_names(code)


def forget_columns(node: ast.AST, line: int, lines: Lines) -> None:
    """Set the position of all nodes below *node* to the line of their parent in *lines*; *line* is that of *node*.

    The compiler records each change of position: also of columns, and within statements of many lines.
    """
    if isinstance(node, ast.stmt | ast.expr):
        node.lineno = node.end_lineno = line = node.lineno if isinstance(node, lines) else line
        node.col_offset = node.end_col_offset = 0
    for child in ast.iter_child_nodes(node):
        forget_columns(child, line, lines)


def with_short_names(code: CodeType) -> CodeType:
    """Return *code* with the simple names of functions in place of qualified names."""
    parts = tuple(with_short_names(part) if isinstance(part, CodeType) else part for part in code.co_consts)
    return code.replace(co_qualname=code.co_name, co_consts=parts)


class Stripper(ast.NodeTransformer):
    """Removes data that only tools read. In modules that are not public (*is_public*) it removes more."""

    def __init__(self, *, is_public: bool) -> None:
        self._is_public = is_public

    def visit_Module(self, node: ast.Module) -> ast.Module:
        """Strip the module, with its annotations."""
        self._strip_docstring(node)
        body = node.body if self._is_public else [one for one in node.body if not is_list_of_names(one)]
        node.body = [kept for one in body if (kept := without_annotation(one)) is not None]
        self.generic_visit(node)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        """Strip a class, but keep annotations that a decorator or a base class reads."""
        names = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        if not node.decorator_list and not node.keywords and not names & DECLARING:
            node.body = [kept for one in node.body if (kept := without_annotation(one)) is not None]
        return self._definition(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef | None:
        """Strip a function, or remove it if it is an overload."""
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
        """Replace a test of ``TYPE_CHECKING`` by its ``else`` branch."""
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
    """Return the body of a statement, or a ``pass`` if it is empty."""
    return body or [ast.Pass(lineno=1, col_offset=0)]


def is_list_of_names(node: ast.stmt) -> bool:
    """Whether a statement assigns ``__all__``."""
    return isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]


def without_annotation(node: ast.stmt) -> ast.stmt | None:
    """Return an annotated assignment without its annotation; ``None`` for a declaration without a value."""
    if not isinstance(node, ast.AnnAssign):
        return node
    return None if node.value is None else ast.copy_location(ast.Assign([node.target], node.value), node)
