"""Build the wheels of wherry for package indexes.

Both have private copies of the dependencies, and the script that Python evaluates where ``attach()`` was not called.
The wheel for the present Pyodide (PEP 783) has bytecode. The other has sources, without the docstrings and comments of
modules that are not public.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from bundle import EARLIEST, VENDOR
from compile import PUBLIC, RARE, SOURCES_ONLY, WHEELS_ONLY, module_name, without_comments

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ANY = "py3-none-any"
SCRIPT = "wherry/_javascript.js"
PRIVATE = f"{VENDOR.replace('.', '/')}/"


def main() -> None:
    """Write the wheels."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=Path, required=True, help="the portable archive of bundle.py")
    parser.add_argument("--metadata", type=Path, required=True, help="the METADATA of wherry")
    parser.add_argument("--bytecode", type=Path, required=True, help="the bytecode of compile.py, compressed")
    parser.add_argument("--script", type=Path, required=True)
    parser.add_argument("--tag", required=True, help="the tag of the Pyodide that has compiled it")
    parser.add_argument("--output", type=Path, required=True, help="a folder")
    options = parser.parse_args()
    with ZipFile(options.sources) as archive:
        sources = {path: archive.read(path) for path in archive.namelist()}
    licences = {path: content for path, content in sources.items() if not path.endswith(".py")}
    metadata = without_requirements(options.metadata.read_text(encoding="utf-8"), licences)
    script = {SCRIPT: options.script.read_bytes()}
    loader = (Path(__file__).parent / "bundled" / "wheel.py").read_bytes()
    compiled = {"wherry/__init__.py": loader, "wherry/_bytecode.zst": options.bytecode.read_bytes(), **script}
    left_out = {path for path in sources if path in licences or module_name(path) in SOURCES_ONLY}
    readable = {path: readable_source(path, sources[path]) for path in sources.keys() - left_out}
    options.output.mkdir(parents=True)
    write_wheel(options.output, options.tag, compiled, metadata, licences)
    write_wheel(options.output, ANY, {**readable, "wherry/py.typed": b"", **script}, metadata, licences)


def readable_source(path: str, content: bytes) -> bytes:
    """Return a source with what tools for types and documentation read of it."""
    if PUBLIC.fullmatch(path):
        return content
    is_typed = not path.startswith(PRIVATE) and module_name(path) not in RARE | WHEELS_ONLY
    return without_comments(content, typed=is_typed).encode()


def without_requirements(metadata: str, licences: Mapping[str, bytes]) -> str:
    """Return METADATA that requires nothing, and names the licences of the private copies."""
    fields, _, description = metadata.partition("\n\n")
    kept = [line for line in fields.splitlines() if not line.startswith(("Requires-Dist:", "License-File:"))]
    return "\n".join([*kept, *(f"License-File: {licence_name(path)}" for path in licences), "", description])


def licence_name(path: str) -> str:
    """Return the path of a licence below ``licenses``: that of wherry's own has no folder."""
    return path.removeprefix(PRIVATE).removeprefix("wherry/")


def write_wheel(
    folder: Path, tag: str, members: Mapping[str, bytes], metadata: str, licences: Mapping[str, bytes]
) -> None:
    """Write a wheel of ``members`` into *folder*: the same bytes for the same members."""
    version = next(line for line in metadata.splitlines() if line.startswith("Version: ")).partition(" ")[2]
    info = f"wherry-{version}.dist-info"
    is_pure = str(tag == ANY).lower()
    wheel = f"Wheel-Version: 1.0\nGenerator: wherry ({version})\nRoot-Is-Purelib: {is_pure}\nTag: {tag}\n"
    files = {
        **dict(sorted(members.items())),
        **{f"{info}/licenses/{licence_name(path)}": content for path, content in licences.items()},
        f"{info}/METADATA": metadata.encode(),
        f"{info}/WHEEL": wheel.encode(),
    }
    files[f"{info}/RECORD"] = record(files, f"{info}/RECORD")
    with ZipFile(folder / f"wherry-{version}-{tag}.whl", "w") as archive:
        for path, content in files.items():
            entry = ZipInfo(path, EARLIEST)
            entry.external_attr = 0o644 << 16
            method = ZIP_STORED if path.endswith(".zst") else ZIP_DEFLATED
            archive.writestr(entry, content, method, compresslevel=9)


def record(files: Mapping[str, bytes], own: str) -> bytes:
    """Return the content of the RECORD file, whose own path is *own*."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([*rows(files), (own, "", "")])
    return text.getvalue().encode()


def rows(files: Mapping[str, bytes]) -> Iterator[tuple[str, str, int]]:
    """Yield path, hash and size of each file."""
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        yield path, f"sha256={digest}", len(content)


if __name__ == "__main__":
    main()
