"""``.pth`` files, whose lines every Python of this installation runs when it starts.

https://docs.python.org/3/library/site.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wherry.formats.wheel_archive import WheelArchive

__all__ = ["startup_files", "startup_warnings"]


def startup_files(wheel: WheelArchive) -> list[str]:
    """Return the names of the ``.pth`` files that the wheel installs into site-packages."""
    found = []
    for path in wheel.record:
        if path.endswith(".pth"):
            part, inside = wheel.data_part(path) or ("purelib", path)
            folder, _, name = inside.rpartition("/")
            # `.data/data` starts at the prefix, a few folders above site-packages.
            if part in {"purelib", "platlib"} if not folder else part == "data" and folder.endswith("/site-packages"):
                found.append(name)
    return found


def startup_warnings(wheels: Iterable[WheelArchive]) -> Iterator[str]:
    """Yield a warning for every ``.pth`` file of ``wheels``."""
    for wheel in wheels:
        for name in startup_files(wheel):
            yield (
                f"{wheel.metadata.name} {wheel.metadata.version} installs {name}, which Python reads only at startup; "
                "restart to apply it"
            )
