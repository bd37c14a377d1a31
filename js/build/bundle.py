"""Gather the Python side of the npm package: one archive with wherry and private copies of its dependencies.

The copies are in ``wherry._vendor``, so that a program may install other versions of the same projects. Python imports
from the archive. Its members are stored uncompressed, because the archive is compressed as a whole.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Set as AbstractSet

JS = Path(__file__).resolve().parent.parent
PROJECT = JS.parent
CONSTRAINTS = JS / "bundle-constraints.txt"
BUNDLED = JS / "build" / "bundled"

VENDORED = ("packaging", "resolvelib")
VENDOR = "wherry._vendor"
# Modules of the standard library that are slow to import, and of which wherry and packaging use little. See bundled/.
STAND_INS = ("platform", "re", "sysconfig", "urllib_parse")
# The standard library, wherry itself, modules of Pyodide, of a running IPython, and those of type checkers alone.
IMPORTABLE = {
    *sys.stdlib_module_names,
    *("wherry", "js", "pyodide", "pyodide_js", "wherry_js", "IPython", "typing_extensions"),
}

# Imported only by SpecifierSet.to_range(), which wherry never calls.
LEFT_OUT = frozenset({f"{VENDOR}.packaging.ranges"})
# Imported at the top of a module, but never used here: the tags of Linux.
EMPTIED = frozenset({"wherry/_vendor/packaging/_manylinux.py", "wherry/_vendor/packaging/_musllinux.py"})

# Never called here: they are for other platforms than Emscripten, or compute values that wherry passes or does itself.
DROPPED = {
    "wherry/_vendor/packaging/pylock.py": {
        "Pylock.select",
        "Pylock.validate",
        "PylockSelectError",
        "create_compatible_tags_selector",
        "is_valid_pylock_path",
        "sys_tags",
    },
    "wherry/_vendor/packaging/tags.py": {
        "_generic_abi",
        "_linux_platforms",
        "_mac_arch",
        "_mac_binary_formats",
        "android_platforms",
        "generic_tags",
        "interpreter_name",
        "interpreter_version",
        "ios_platforms",
        "mac_platforms",
    },
}

LICENCE = re.compile(r"[^/]+\.dist-info/licenses/(?P<name>.+)")
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the earliest time in the ZIP format


def main() -> None:
    """Write the bundle."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--portable", type=Path, help="also write an archive for Pythons elsewhere to this file")
    parser.add_argument("--metadata", type=Path, help="also write wherry's METADATA to this file")
    parser.add_argument("--licences", type=Path, help="also write the licences of the vendored projects to this folder")
    options = parser.parse_args()
    output: Path = options.output
    with tempfile.TemporaryDirectory() as folder:
        wheels = build_wheels(Path(folder))
        members = keep_used(collect(wheels))
        portable = keep_used(collect(wheels, portable=True))
        if options.metadata:
            options.metadata.write_bytes(read_metadata(wheels["wherry"]))
    check(members)
    check(portable)
    output.parent.mkdir(parents=True, exist_ok=True)
    write(members, output)
    if options.portable:
        write(portable, options.portable)
    if options.licences:
        write_licences(members, options.licences)


def build_wheels(folder: Path) -> dict[str, Path]:
    """Build wherry's wheel and get those of its dependencies; return them by project."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    subprocess.run([*pip, "--wheel-dir", folder, "--constraint", CONSTRAINTS, PROJECT], check=True)  # noqa: S603
    wheels = {wheel.name.partition("-")[0]: wheel for wheel in folder.glob("*.whl")}
    if set(wheels) != {"wherry", *VENDORED}:
        sys.exit(
            f"wherry requires {sorted(set(wheels) - {'wherry'})}, but the bundle has {sorted(VENDORED)}: adapt VENDORED"
        )
    return wheels


def read_metadata(wheel: Path) -> bytes:
    """Return the METADATA of a wheel."""
    name, version, _ = wheel.name.split("-", 2)
    with ZipFile(wheel) as archive:
        return archive.read(f"{name}-{version}.dist-info/METADATA")


def collect(wheels: Mapping[str, Path], *, portable: bool = False) -> dict[str, bytes]:
    """Return the bundle's members: path to content.

    A *portable* one is for any platform: it has no stand-ins, and the private copies are complete.
    """
    version = wheels["wherry"].name.split("-")[1]
    vendor = f'"""Private copies of the dependencies of wherry."""\n\nVERSION = "{version}"\n'
    members = {"wherry/_vendor/__init__.py": vendor.encode()}
    stand_ins = {f"wherry/_vendor/{name}.py": (BUNDLED / f"{name}.py").read_bytes() for name in STAND_INS}
    for project, wheel in wheels.items():
        prefix = "" if project == "wherry" else "wherry/_vendor/"
        with ZipFile(wheel) as archive:
            for path in archive.namelist():
                if path.endswith(".py"):
                    members[prefix + path] = archive.read(path)
                elif licence := LICENCE.fullmatch(path):
                    members[f"{prefix}{project}/{licence['name']}"] = archive.read(path)
    if lost := (EMPTIED | DROPPED.keys()) - members.keys():
        sys.exit(f"cannot empty {sorted(lost)}: no such files in the wheels")
    if portable:
        return redirected(members, VENDORED)
    members |= {path: drop(members[path], names) for path, names in DROPPED.items()}
    return redirected(members, (*VENDORED, *STAND_INS)) | dict.fromkeys(EMPTIED, b"") | stand_ins


def drop(source: bytes, names: AbstractSet[str]) -> bytes:
    """Remove functions, classes, methods (``Class.method``) and imports from a module, and from its ``__all__``."""
    lines = source.decode().splitlines(keepends=True)
    found = [(node, defined) for node, defined in definitions(ast.parse(source).body) if defined <= names]
    if lost := names.difference(*(defined for _, defined in found)):
        sys.exit(f"cannot drop {sorted(lost)}: no such functions, classes, methods or imports")
    for node, _ in reversed(found):
        decorators = getattr(node, "decorator_list", [])
        del lines[min([node, *decorators], key=lambda part: part.lineno).lineno - 1 : node.end_lineno]
    listed = re.compile(rf"""^ +["']({"|".join(names)})["'],\n""", re.MULTILINE)
    return listed.sub("", "".join(lines)).encode()


def definitions(body: Iterable[ast.stmt], within: str = "") -> Iterator[tuple[ast.stmt, AbstractSet[str]]]:
    """Yield the statements that define functions, classes and methods or import names, with these names."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node, {within + node.name}
        if isinstance(node, ast.ClassDef):
            yield from definitions(node.body, f"{node.name}.")
        elif isinstance(node, ast.ImportFrom):
            yield node, {alias.name for alias in node.names}


def redirected(members: Mapping[str, bytes], names: Collection[str]) -> dict[str, bytes]:
    """Return members whose modules import private copies and stand-ins."""
    return {path: redirect(content, names) if path.endswith(".py") else content for path, content in members.items()}


def redirect(source: bytes, names: Collection[str]) -> bytes:
    """Redirect absolute imports of vendored projects to the private copies, and of slow modules to their stand-ins.

    *names* are those of both. An ``import a.b`` binds ``a``, and cannot be redirected by editing its line.
    :func:`check` refuses such imports.
    """
    lines = source.decode().splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and (replacement := redirection(node, names)):
            lines[node.lineno - 1] = lines[node.lineno - 1].replace(*replacement, 1)
    return "".join(lines).encode()


def redirection(node: ast.stmt, names: Collection[str]) -> tuple[str, str] | None:
    """Return the text to replace in the first line of *node*, and its replacement."""
    if isinstance(node, ast.ImportFrom) and not node.level and is_vendored(node.module):
        return f"from {node.module}", f"from {VENDOR}.{node.module}"
    if isinstance(node, ast.ImportFrom) and node.module == "urllib.parse" and node.col_offset == 0:
        return ("from urllib.parse", f"from {VENDOR}.urllib_parse") if "urllib_parse" in names else None
    if isinstance(node, ast.Import) and node.names[0].name in names:
        return f"import {node.names[0].name}", f"from {VENDOR} import {node.names[0].name}"
    return None


def keep_used(members: Mapping[str, bytes]) -> dict[str, bytes]:
    """Leave out modules of the private copies that nothing imports, neither at the top of a module nor later."""
    modules = {module_name(path): path for path in members if path.endswith(".py")}
    used = {module for module in modules if not module.startswith(f"{VENDOR}.")}
    waiting = sorted(used)
    while waiting:
        importer = waiting.pop()
        path = modules[importer]
        package = importer if path.endswith("/__init__.py") else importer.rpartition(".")[0]
        found = {*imported_modules(members[path], package)}.intersection(modules) - used - LEFT_OUT
        used |= found
        waiting += sorted(found)
    return {path: content for path, content in members.items() if not path.endswith(".py") or module_name(path) in used}


def module_name(path: str) -> str:
    """Return the dotted name of the module at *path* in the archive."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported_modules(source: bytes, package: str) -> Iterator[str]:
    """Yield the modules that a module of *package* may import, and the packages around them."""
    for node in at_runtime(ast.parse(source).body):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: package.count(".") + 2 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        for name in names:
            parts = name.split(".")
            yield from (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def at_runtime(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes below *body*, without those for type checkers."""
    for node in body:
        yield node
        if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
            yield from at_runtime(node.orelse)
        else:
            yield from at_runtime(ast.iter_child_nodes(node))


def check(members: Mapping[str, bytes]) -> None:
    """Exit if an import cannot be resolved in the bundle, or if a licence is missing."""
    problems = [
        f"{path}:{line}: imports {module}"
        for path, content in sorted(members.items())
        if path.endswith(".py")
        for line, module in absolute_imports(content)
        if module.partition(".")[0] not in IMPORTABLE
    ]
    problems += [
        f"{project}: its licence is missing"
        for project in VENDORED
        if not any(PurePosixPath(path).match(f"_vendor/{project}/LICENSE*") for path in members)
    ]
    if problems:
        sys.exit("\n".join(["The bundle is incomplete:", *problems]))


def absolute_imports(source: bytes) -> Iterator[tuple[int, str]]:
    """Yield line and module of each absolute import."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.lineno, node.module


def is_vendored(module: str | None) -> bool:
    """Tell whether *module* belongs to a vendored project."""
    return module is not None and module.partition(".")[0] in VENDORED


def write_licences(members: Mapping[str, bytes], folder: Path) -> None:
    """Write the licences that came with vendored projects, each under a name that tells whose it is."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in members.items():
        project, _, name = path.removeprefix(f"{VENDOR.replace('.', '/')}/").partition("/")
        if name.startswith("LICENSE") and project in VENDORED:
            (folder / name.replace("LICENSE", f"LICENSE.{project}", 1)).write_bytes(content)


def write(members: Mapping[str, bytes], output: Path) -> None:
    """Write the same bytes for the same members, whenever and wherever."""
    with ZipFile(output, "w") as archive:
        for path in sorted(members):
            entry = ZipInfo(path, EARLIEST)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, members[path], ZIP_STORED)


if __name__ == "__main__":
    main()
