"""Made-up shared libraries: WebAssembly side modules, and the heads of real ones."""

from __future__ import annotations

import io
import random
import zipfile
from typing import TYPE_CHECKING

from tests.harness.index_files import make_wheel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.harness.index_files import IndexFile

PREAMBLE = b"\0asm\1\0\0\0"
ELF = b"\x7fELF\2\1\1" + bytes(57)

CUSTOM = 0
MEM_INFO, NEEDED, EXPORT_INFO, IMPORT_INFO, RUNTIME_PATH = range(1, 6)


def leb(number: int) -> bytes:
    """Encode an unsigned number as LEB128."""
    encoded = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits a byte
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])


def string(text: str) -> bytes:
    """Encode a name: its length, then UTF-8."""
    return leb(len(text.encode())) + text.encode()


def section(kind: int, content: bytes) -> bytes:
    """Return a section or a subsection; both have the same format."""
    return bytes([kind]) + leb(len(content)) + content


def strings(kind: int, texts: Iterable[str]) -> bytes:
    """Return a subsection that is a list of names."""
    texts = list(texts)
    return section(kind, leb(len(texts)) + b"".join(map(string, texts)))


def dylink(needed: Iterable[str] = (), runtime_paths: Iterable[str] = (), *, memory: bytes = bytes(4)) -> bytes:
    """Return a ``dylink.0`` section as linkers write it, without empty parts."""
    needed, runtime_paths = list(needed), list(runtime_paths)
    content = section(MEM_INFO, memory)
    content += strings(NEEDED, needed) if needed else b""
    content += strings(RUNTIME_PATH, runtime_paths) if runtime_paths else b""
    return section(CUSTOM, string("dylink.0") + content)


def side_module(needed: Iterable[str] = (), runtime_paths: Iterable[str] = (), *, answer: int = 42) -> bytes:
    """Return a library that loads; it exports ``answer()``, a number below 64."""
    return b"".join(
        (
            PREAMBLE,
            dylink(needed, runtime_paths),
            section(1, b"\1\x60\0\1\x7f"),  # one type: () -> i32
            section(3, b"\1\0"),  # one function of that type
            section(7, b"\1" + string("answer") + b"\0\0"),
            section(10, b"\1\4\0\x41" + bytes([answer]) + b"\x0b"),  # i32.const, end
        )
    )


def relinked(module: bytes, needed: Iterable[str] = (), runtime_paths: Iterable[str] = ()) -> bytes:
    """Return ``module``, a real library that needs no others, with other libraries named in its head."""
    start = len(PREAMBLE) + 2
    end = start + module[start - 1]  # real heads are short: their length is one byte
    memory = module[start + len(string("dylink.0")) : end]
    assert memory[0] == MEM_INFO
    assert len(memory) == memory[1] + 2, "it has other subsections, which would be lost"
    return PREAMBLE + dylink(needed, runtime_paths, memory=memory[2:]) + module[end:]


def padded(module: bytes, size: int) -> bytes:
    """Return ``module`` with ``size`` more bytes, in a meaningless section; they are random and do not compress."""
    noise = random.Random(314).randbytes(size)  # noqa: S311 - the same every time
    return module + section(CUSTOM, string("padding") + noise)


def members(wheel: IndexFile) -> dict[str, bytes]:
    """Return the files of ``wheel`` by path, without its ``.dist-info``."""
    with zipfile.ZipFile(io.BytesIO(wheel.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}


def rebuilt(wheel: IndexFile, changes: Mapping[str, bytes]) -> IndexFile:
    """Return a wheel with the files of ``wheel``, some added or replaced, and a correct RECORD."""
    tag = "-".join(wheel.filename.removesuffix(".whl").rsplit("-", 3)[1:])
    return make_wheel(*wheel.identity, files={**members(wheel), **changes}, tag=tag)
