"""Find the ``.data`` folder of a wheel, whose parts do not go into the root of site-packages.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/#the-data-directory
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wherry.formats.wording import some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["SHARED_FOLDERS", "find_data_folders", "is_data_folder"]

SCHEMES = frozenset({"purelib", "platlib", "headers", "scripts", "data"})
# Where packages put files below a prefix that are not Python; files beside these folders are usually a mistake.
SHARED_FOLDERS = frozenset({"bin", "etc", "include", "lib", "libexec", "man", "sbin", "share"})


def find_data_folders(
    paths: Iterable[str],
    dist_info: str,
    is_own: Callable[[str], bool],
    problems: list[str],
    warnings: list[str],
) -> frozenset[str]:
    """Return the ``.data`` folders among ``paths``, those of a wheel's files.

    The specification has one, spelled as ``dist_info``; ``is_own`` returns whether another spelling is of the same
    release. ``warnings`` receives other spellings, and files beside the folders that packages share.
    """
    usual = dist_info.removesuffix(".dist-info") + ".data"
    found: dict[str, bool] = {}
    unshared: list[str] = []
    for path in paths:
        if ".data/" not in path:
            continue
        folder, _, below = path.partition("/")
        if not folder.endswith(".data"):
            continue
        if folder not in found:
            found[folder] = folder == usual or is_own(folder)
        scheme, _, rest = below.partition("/")
        if not found[folder]:
            continue
        if scheme not in SCHEMES or not rest:
            problems.append(f"{path} is of an unknown .data scheme")
        elif any(part.endswith(".dist-info") and part != dist_info for part in rest.split("/")):
            problems.append(f"{path} would be the metadata of another distribution")
        elif scheme == "data" and ("/" not in rest or rest.partition("/")[0] not in SHARED_FOLDERS):
            unshared.append(rest)
    problems += (f"its folder {folder} belongs to another release" for folder in found if not found[folder])
    warnings += (f"its folder {folder} is read as {usual}" for folder in found if found[folder] and folder != usual)
    if unshared:
        warnings.append(f"it has files directly below sys.prefix: {some(unshared)}")
    return frozenset(found)


def is_data_folder(folder: str, release: tuple[NormalizedName, Version], builds: Iterable[str]) -> bool:
    """Return whether a ``.data`` folder is that of ``release``, in any spelling, with or without one of ``builds``.

    Some backends spell it as the project does, or add the build number of the wheel.
    """
    stem = folder.removesuffix(".data")
    spellings = (stem, *(stem.removesuffix(f"-{build}") for build in builds))
    return any(_is_release(spelling, release) for spelling in spellings)


def _is_release(text: str, release: tuple[NormalizedName, Version]) -> bool:
    name, _, version = text.rpartition("-")
    try:
        return (canonicalize_name(name), Version(version)) == release
    except ValueError:  # InvalidVersion, or a number of more digits than Python reads
        return False
