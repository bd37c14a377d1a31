"""Prepare Pyodide's npm package with its genuine lock and stand-ins: `python -m tests.harness.stock`.

The npm package lists hundreds of wheels and contains none; they are on a CDN, which a test does not reach. For the
projects that the documents install, a stand-in is beside the runtime: the newest wheel of the wheelhouse, with the
version of the lock, or an empty wheel if the wheelhouse has none. Only their hashes differ from the released lock.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.harness.distribution import LOCK, RUNTIME
from tests.harness.index_files import IndexFile, make_wheel, read_wheels, zip_wheel
from tests.harness.paths import BUNDLE, NODE_MODULES, STOCK, WHEELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PROJECTS = ("fastapi", "idna", "msgpack", "pydantic", "python-dateutil", "sortedcontainers")


def prepare(folder: Path, *, npm_package: Path, wheels: Iterable[IndexFile], bundle: Path) -> None:
    """Make ``folder`` anew from the npm package, stand-ins made of ``wheels``, and a link to ``bundle``."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in (*RUNTIME, "package.json"):
        shutil.copy2(npm_package / name, folder)
    lock = json.loads((npm_package / LOCK).read_text(encoding="utf-8"))
    packages = lock["packages"]
    real = {wheel.identity[0]: wheel for wheel in wheels}
    for name in closure(PROJECTS, packages):
        stand_in = make_stand_in(name, packages, real)
        (folder / stand_in.filename).write_bytes(stand_in.content)
        packages[name]["sha256"] = stand_in.sha256
    (folder / LOCK).write_text(json.dumps(lock), encoding="utf-8")
    (folder / "wherry").symlink_to(bundle, target_is_directory=True)


def closure(names: Iterable[str], packages: Mapping[str, Any]) -> list[str]:
    """Return the keys of the lock's ``packages`` that ``names`` lead to."""
    found: dict[str, None] = {}
    pending = list(names)
    while pending:
        name = canonicalize_name(pending.pop())
        if name not in found:
            found[name] = None
            pending += packages[name]["depends"]
    return list(found)


def make_stand_in(name: str, packages: Mapping[str, Any], real: Mapping[Any, IndexFile]) -> IndexFile:
    """Return a wheel with the name, version and tags of the lock."""
    entry = packages[name]
    version, filename = str(entry["version"]), str(entry["file_name"])
    wheel = real.get(canonicalize_name(name))
    if wheel is None:
        tag = filename.removesuffix(".whl").split("-", 2)[2]
        return make_wheel(name, version, requires=[*map(canonicalize_name, entry["depends"])], tag=tag)
    return IndexFile(filename, zip_wheel(*_renamed(wheel, filename, packages)))


def _renamed(wheel: IndexFile, filename: str, packages: Mapping[str, Any]) -> tuple[dict[str, bytes], str]:
    """Return the members of ``wheel`` for a wheel of another ``filename``, without RECORD, and RECORD's path."""
    stem = "-".join(filename.split("-")[:2])
    members: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(wheel.content)) as archive:
        for path in archive.namelist():
            folder, _, rest = path.partition("/")
            if not folder.endswith(".dist-info"):
                members[path] = archive.read(path)
            elif rest == "METADATA":
                text = archive.read(path).decode()
                members[f"{stem}.dist-info/METADATA"] = _with_versions(text, stem.partition("-")[2], packages).encode()
            elif rest and rest not in {"RECORD", "WHEEL"}:
                members[f"{stem}.dist-info/{rest}"] = archive.read(path)
    tag = filename.removesuffix(".whl").split("-", 2)[2]
    pure = str(tag.endswith("-none-any")).lower()
    members[f"{stem}.dist-info/WHEEL"] = f"Wheel-Version: 1.0\nRoot-Is-Purelib: {pure}\nTag: {tag}\n".encode()
    return members, f"{stem}.dist-info/RECORD"


def _with_versions(metadata: str, version: str, packages: Mapping[str, Any]) -> str:
    """Return METADATA of another version, whose requirements admit the versions of the lock."""

    def admitting(match: re.Match[str]) -> str:
        requirement = Requirement(match[1])
        entry = packages.get(canonicalize_name(requirement.name))
        if entry is not None and not requirement.specifier.contains(str(entry["version"])):
            pinned = any(one.operator == "==" for one in requirement.specifier)
            requirement.specifier = SpecifierSet(f"{'==' if pinned else '<='}{entry['version']}")
        return f"Requires-Dist: {requirement}"

    head, blank, body = metadata.partition("\n\n")
    head = re.sub(r"^Version: .*$", f"Version: {version}", head, flags=re.MULTILINE)
    return re.sub(r"^Requires-Dist: (.*)$", admitting, head, flags=re.MULTILINE) + blank + body


if __name__ == "__main__":
    prepare(
        STOCK,
        npm_package=NODE_MODULES / "pyodide",
        wheels=read_wheels(WHEELS / "older", WHEELS / "distribution", WHEELS / "newest"),
        bundle=BUNDLE,
    )
