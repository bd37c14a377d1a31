"""Trees of staged files, one for each wheel, in the shape of the file system."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["StagedTree"]


@dataclass(slots=True)
class StagedTree:
    """The files of one ``owner``, a wheel's filename or a library's name; ``name`` is the project's, normalized.

    The file for ``/a/b`` is staged at ``root + "/a/b"``. ``files`` has the names of files by folder, ``folders`` the
    names of subfolders by folder; folders are absolute paths of targets.
    """

    owner: str
    name: str
    root: str
    files: dict[str, list[str]] = field(default_factory=dict)
    folders: dict[str, list[str]] = field(default_factory=dict)

    def names_in(self, folder: str) -> list[str]:
        """Return the list of file names in ``folder``, which the caller may extend; add the folder if it is new."""
        names = self.files.get(folder)
        if names is None:
            names = self.files[folder] = []
            self._connect(folder)
        return names

    def targets(self) -> Iterator[str]:
        """Yield the target paths of the files."""
        return (f"{folder.rstrip('/')}/{name}" for folder, names in self.files.items() for name in names)

    def covers(self, path: str) -> bool:
        """Return whether ``path`` is the target of a file or folder of the tree."""
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
        """Add a folder to its parent, and so on up to the root."""
        if folder in self.folders:
            return
        self.folders[folder] = []
        above, _, name = folder.rpartition("/")
        if name:
            self._connect(above or "/")
            self.folders[above or "/"].append(name)
