"""Where the members of a wheel belong once they are installed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wherry.errors import InvalidWheel
from wherry.formats.entry_points import script_name_problem
from wherry.install.workshop import WORKSHOP

if TYPE_CHECKING:
    from wherry.formats.wheel_archive import WheelArchive
    from wherry.install.scheme import Scheme

__all__ = ["target_of"]


def target_of(path: str, wheel: WheelArchive, scheme: Scheme) -> str:
    """Return where the member at ``path`` belongs: site-packages, or where the scheme puts its ``.data`` part.

    Raises :class:`~wherry.errors.InvalidWheel` where nothing of this wheel may go there.
    """
    if path.startswith(wheel.data_folder + "/"):
        target = _data_target(path, wheel, scheme)
    else:
        target = os.path.join(scheme.site_packages, path)
    if target.startswith(scheme.site_packages + "/"):
        first = target[len(scheme.site_packages) + 1 :].partition("/")[0]
        if first.lower().endswith(".dist-info") and first != wheel.dist_info:
            raise InvalidWheel(wheel.filename, [f"{path} would pass for a file of {first}"])
        if first == WORKSHOP:
            raise InvalidWheel(wheel.filename, [f"{path} would go to where wherry does its work"])
    return target


def _data_target(path: str, wheel: WheelArchive, scheme: Scheme) -> str:
    part, _, rest = path.removeprefix(wheel.data_folder + "/").partition("/")
    folder = scheme.folder(part)
    if folder is None or not rest:
        raise InvalidWheel(wheel.filename, [f"{path} is of an unknown .data scheme"])
    if part == "scripts" and "/" not in rest and (problem := script_name_problem(rest)):
        raise InvalidWheel(wheel.filename, [f"the script {rest!r} {problem}"])
    if part == "headers":
        # As every installer has it since distutils: "#include <numpy/…>" says whose header it is.
        folder = os.path.join(folder, wheel.metadata.name)
    target = os.path.join(folder, rest)
    if not scheme.owns(target):
        raise InvalidWheel(wheel.filename, [f"{path} would go to {target}, which {scheme.refusal(target)}"])
    return target
