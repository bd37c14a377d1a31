"""Where the parts of a wheel belong."""

from __future__ import annotations

import os
import sysconfig
from dataclasses import dataclass

__all__ = ["Scheme"]


@dataclass(frozen=True, slots=True)
class Scheme:
    """The folders of an installation, absolute paths.

    ``site_packages`` takes the roots of wheels (purelib and platlib are one in Pyodide); the others take the ``.data``
    parts of the same names.
    """

    site_packages: str
    scripts: str
    headers: str
    data: str

    @classmethod
    def current(cls) -> Scheme:
        """Return the running interpreter's folders."""
        paths = {key: os.path.abspath(path) for key, path in sysconfig.get_paths().items()}
        return cls(paths["purelib"].replace("//", "/"), paths["scripts"], paths["include"], paths["data"])

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
        library = os.path.dirname(self.site_packages)
        if _is_inside(path, self.site_packages):
            return True
        roots = (self.scripts, self.headers, self.data)
        return any(_is_inside(path, root) for root in roots) and not _is_inside(path, library)


def _is_inside(path: str, folder: str) -> bool:
    return os.path.normpath(path).startswith(os.path.normpath(folder).rstrip("/") + "/")
