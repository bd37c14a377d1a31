"""Where the parts of a wheel belong."""

from __future__ import annotations

import os
import sysconfig
from dataclasses import dataclass

__all__ = ["Scheme"]


@dataclass(frozen=True, slots=True)
class Scheme:
    """The folders of an installation, absolute paths.

    ``site_packages`` takes the roots of wheels (purelib and platlib are one in Pyodide), ``libraries`` the shared
    libraries of the distribution; the others take the ``.data`` parts of the same names.
    """

    site_packages: str
    scripts: str
    headers: str
    data: str
    libraries: str = "/usr/lib"

    def __post_init__(self) -> None:
        for name in ("site_packages", "scripts", "headers", "data"):
            # Pyodide's prefix is "/", its sysconfig says "//bin", and POSIX normalization keeps two leading slashes.
            folder = os.path.normpath(getattr(self, name)).replace("//", "/")
            object.__setattr__(self, name, folder)

    @classmethod
    def current(cls) -> Scheme:
        """Return the running interpreter's folders."""
        paths = {key: os.path.abspath(path) for key, path in sysconfig.get_paths().items()}
        return cls(paths["purelib"], paths["scripts"], paths["include"], paths["data"])

    def folder(self, part: str) -> str | None:
        """Return where the ``.data`` part (``purelib``, ``scripts``, …) belongs; ``None`` for an unknown one."""
        return {
            "purelib": self.site_packages,
            "platlib": self.site_packages,
            "scripts": self.scripts,
            "headers": self.headers,
            "data": self.data,
        }.get(part)

    def owns(self, path: str) -> bool:
        """Whether ``path`` (absolute) may belong to a distribution, rather than to Python or to nobody."""
        return self.root(path) is not None

    def root(self, path: str) -> str | None:
        """Return which folder of the scheme ``path`` (absolute) is in, the innermost; ``None`` as for :meth:`owns`."""
        path = os.path.normpath(path)
        if _is_inside(path, self.site_packages):
            return self.site_packages
        library = os.path.dirname(self.site_packages)
        if path == library or _is_inside(path, library):
            return None
        roots = [root for root in (self.scripts, self.headers, self.data) if _is_inside(path, root)]
        return max(roots, key=len, default=None)

    def leads_out(self, folder: str) -> str | None:
        """Return where ``folder`` (absolute) really is, if a symbolic link takes it out of its folder of the scheme."""
        root = self.root(os.path.join(folder, "file"))
        if root is None:
            return None
        really, allowed = os.path.realpath(folder), os.path.realpath(root)
        return None if really == allowed or _is_inside(really, allowed) else really


def _is_inside(path: str, folder: str) -> bool:
    prefix = folder.rstrip("/") + "/"
    return path.startswith(prefix) and path != prefix
