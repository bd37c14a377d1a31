"""Installation scheme: the folders that the parts of a wheel belong to."""

from __future__ import annotations

import os
import sys
import sysconfig
from dataclasses import dataclass, replace

from wherry.formats.wheel_data import SHARED_FOLDERS

__all__ = ["Scheme"]

# Pyodide has no program to start a script with; this line must work on any other system.
ANY_PYTHON = "/usr/bin/env python3"
# For a prefix that is the root of the file system, as in Pyodide: folders of devices, and folders that exist before the
# first installation and stay.
DEVICES = frozenset({"dev", "proc", "sys"})
LASTING = ("/home/pyodide", "/home/web_user", "/home", "/tmp")  # noqa: S108 - no file is made here


@dataclass(frozen=True, slots=True)
class Scheme:
    """The folders of an installation, absolute paths.

    ``site_packages`` takes the roots of wheels (purelib and platlib are one in Pyodide), ``libraries`` the shared
    libraries of the distribution; the others take the ``.data`` parts of the same names. ``interpreter`` is the program
    in the first line of scripts.
    """

    site_packages: str
    scripts: str
    headers: str
    data: str
    libraries: str = "/usr/lib"
    interpreter: str = ANY_PYTHON

    def __post_init__(self) -> None:
        for name in ("site_packages", "scripts", "headers", "data"):
            # Pyodide's prefix is "/", its sysconfig says "//bin", and POSIX normalization keeps two leading slashes.
            folder = os.path.normpath(getattr(self, name)).replace("//", "/")
            object.__setattr__(self, name, folder)

    @classmethod
    def current(cls) -> Scheme:
        """Return the running interpreter's folders."""
        paths = {key: os.path.abspath(path) for key, path in sysconfig.get_paths().items()}
        interpreter = ANY_PYTHON if sys.platform == "emscripten" else sys.executable
        return cls(paths["purelib"], paths["scripts"], paths["include"], paths["data"], interpreter=interpreter)

    def inside_site_packages(self) -> Scheme:
        """Return a scheme with all folders inside site-packages, as with ``pip install --target``."""
        site = self.site_packages
        return replace(self, scripts=f"{site}/bin", headers=f"{site}/include", data=site)

    def folder(self, part: str) -> str | None:
        """Return the folder of a ``.data`` part (``purelib``, ``scripts``, …); ``None`` for an unknown one."""
        return {
            "purelib": self.site_packages,
            "platlib": self.site_packages,
            "scripts": self.scripts,
            "headers": self.headers,
            "data": self.data,
        }.get(part)

    def owns(self, path: str) -> bool:
        """Return whether ``path`` (absolute) may belong to a distribution."""
        return self.root(path) is not None

    def root(self, path: str) -> str | None:
        """Return the folder of the scheme that ``path`` (absolute) is in; ``None`` where :meth:`owns` is false.

        The folder is one that stays when the last distribution is removed. The folder of scripts need not stay if it is
        below the prefix.
        """
        path = os.path.normpath(path)
        if _is_inside(path, self.site_packages):
            return self.site_packages
        if self.refusal(path) is not None:
            return None
        roots = (*(LASTING if self.data == "/" else ()), self.data, self.scripts, self.headers)
        return next((root for root in roots if _is_inside(path, root)), None)

    def refusal(self, path: str) -> str | None:
        """Return the reason why a file outside of site-packages may not be at ``path`` (absolute), or ``None``.

        Files may be neither in Python's own library nor among devices.
        """
        if self._is_of_python(path):
            return "belongs to Python itself"
        if not any(_is_inside(path, folder) for folder in (self.scripts, self.headers, self.data)):
            return "is outside of the installation"
        if self.data == "/" and path.split("/")[1] in DEVICES:
            return "belongs to the runtime itself"
        return None

    def leads_out(self, folder: str) -> str | None:
        """Return the real path of ``folder`` (absolute) if a symbolic link takes it outside the installation.

        If the prefix is the root of the file system, folders of the host may be mounted below; these count as outside.
        """
        root = self.root(os.path.join(folder, "file"))
        if root is None:
            return None
        really, allowed = os.path.realpath(folder), os.path.realpath(root)
        if self.data == "/" and root != self.site_packages and _is_mounted(really):
            return really
        seen = os.path.normpath(os.path.join(root, os.path.relpath(really, allowed)))
        return None if really == allowed or self.root(os.path.join(seen, "file")) == root else really

    def _is_of_python(self, path: str) -> bool:
        library = os.path.dirname(self.site_packages)
        folders = (self.scripts, self.headers, self.data, library)
        if path == library or max((f for f in folders if _is_inside(path, f)), key=len, default="") == library:
            return True
        # Libraries of other versions, and the archive of the standard library: "lib/python314.zip".
        around = os.path.dirname(library)
        return _is_inside(library, self.data) and _is_inside(path, around) and path[len(around) :].startswith("/python")


def _is_mounted(folder: str) -> bool:
    """Return whether ``folder`` is on another file system than the root, and in no folder that packages share."""
    if folder.split("/")[1] in SHARED_FOLDERS or not os.path.isdir(folder):
        return False
    return os.stat(folder).st_dev != os.stat("/").st_dev


def _is_inside(path: str, folder: str) -> bool:
    """Return whether ``path`` is below ``folder``; both are absolute and normal."""
    prefix = folder.rstrip("/") + "/"
    return path.startswith(prefix) and path != prefix
