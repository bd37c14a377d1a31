"""What is to be placed, as it lies aside: for each wheel a tree in the shape of the file system."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["StagedTree"]


@dataclass(slots=True)
class StagedTree:
    """The files of one ``owner``, a wheel's filename or a library's name; ``name`` is the project's, normalized.

    What belongs at ``/a/b`` lies at ``root + "/a/b"``. ``files`` has the names of files by their folder, ``folders``
    those of the folders in it; all folders are absolute, and where they belong.
    """

    owner: str
    name: str
    root: str
    files: dict[str, list[str]] = field(default_factory=dict)
    folders: dict[str, list[str]] = field(default_factory=dict)

    def names_in(self, folder: str) -> list[str]:
        """Return the list of the files in ``folder``, which is there from then on, and may be added to."""
        names = self.files.get(folder)
        if names is None:
            names = self.files[folder] = []
            self._connect(folder)
        return names

    def targets(self) -> Iterator[str]:
        """Yield where the files belong."""
        return (f"{folder.rstrip('/')}/{name}" for folder, names in self.files.items() for name in names)

    def covers(self, path: str) -> bool:
        """Tell whether a file or a folder of these belongs at ``path``."""
        folder, _, name = path.rpartition("/")
        return path in self.folders or path in self.files or name in self.files.get(folder or "/", ())

    def contents(self, folder: str) -> dict[str, list[str]]:
        """Return the names of all files below ``folder``, by their folders relative to it."""
        found: dict[str, list[str]] = {}
        pending = [""]
        while pending:
            inside = pending.pop()
            found[inside] = self.files.get(folder + inside, [])
            pending += [f"{inside}/{name}" for name in self.folders.get(folder + inside, ())]
        return found

    def _connect(self, folder: str) -> None:
        """Note a folder in the one above, and that one in the next."""
        if folder in self.folders:
            return
        self.folders[folder] = []
        above, _, name = folder.rpartition("/")
        if name:
            self._connect(above or "/")
            self.folders[above or "/"].append(name)
