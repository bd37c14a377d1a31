"""A good wheel in parts, and the description of a hostile one."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.harness.index_files import IndexFile
from tests.harness.raw_zip import PLAIN, STORED, UTF_8, Entry, build
from wherry.errors import InvalidWheel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.harness.raw_zip import Framing
    from wherry.errors import WherryError

FILENAME = "app-1.0-py3-none-any.whl"
INFO = "app-1.0.dist-info"
METADATA = b"Metadata-Version: 2.1\nName: app\nVersion: 1.0\n"
WHEEL = b"Wheel-Version: 1.0\nGenerator: wherry-tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
# The files with the faults: the first, which is stored, and the second, which is deflated.
STORED_PATH, DEFLATED_PATH = "app/stored.py", "app/deflated.py"
FILES = {
    STORED_PATH: b"answer = 42\n",
    DEFLATED_PATH: b"answer = 42\n" * 9,
    f"{INFO}/METADATA": METADATA,
    f"{INFO}/WHEEL": WHEEL,
}


@dataclass(frozen=True)
class HostileFile(IndexFile):
    """A wheel whose index offers good metadata."""

    @cached_property
    def metadata(self) -> bytes:
        """The good METADATA file."""
        return METADATA


@dataclass(frozen=True)
class HostileWheel:
    """An archive, and the error that must refuse it; ``phrase`` is part of the message.

    ``in_contents``: the fault is in the unpacked contents of a member, and may be found only when it is read.
    ``in_staging``: the fault is found when the files are staged for Pyodide.
    """

    name: str
    content: bytes
    phrase: str
    error: type[WherryError] = InvalidWheel
    filename: str = FILENAME
    in_contents: bool = False
    in_staging: bool = False

    @property
    def file(self) -> HostileFile:
        """The file that an index offers."""
        return HostileFile(self.filename, self.content)


def members(files: Mapping[str, bytes] = FILES, *, record: bytes | None = None) -> list[Entry]:
    """Return the entries of a wheel of ``files``, with a correct RECORD unless ``record`` is given."""
    if record is None:
        record = record_of(files)
    entries = [Entry(path.encode(), content) for path, content in {**files, f"{INFO}/RECORD": record}.items()]
    return [
        replace(
            entry,
            method=STORED if entry.name == STORED_PATH.encode() else entry.method,
            flags=0 if entry.name.isascii() else UTF_8,
        )
        for entry in entries
    ]


def record_of(files: Mapping[str, bytes]) -> bytes:
    """Return the RECORD of a wheel of ``files``."""
    rows = [f"{path},sha256={digest('sha256', content)},{len(content)}" for path, content in files.items()]
    return "".join(f"{row}\n" for row in (*rows, f"{INFO}/RECORD,,")).encode()


def good_wheel(**changes: Any) -> bytes:  # noqa: ANN401 - as the fields of Entry
    """Return the wheel with ``changes`` to the fields of its deflated member."""
    first, second, *others = members()
    return build([first, replace(second, **changes), *others])


def good_wheel_and(*more: Entry, framing: Framing = PLAIN) -> bytes:
    """Return the wheel with further entries that RECORD does not list; it is refused before RECORD is read."""
    return build([*members(), *more], framing)


def digest(algorithm: str, content: bytes) -> str:
    """Return a hash in RECORD's notation."""
    return base64.urlsafe_b64encode(hashlib.new(algorithm, content).digest()).rstrip(b"=").decode()
