from __future__ import annotations

import errno
import os
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.harness.crashes import Crash, crashing, failing
from tests.installation.places import tree
from wherry.installation.exchange.journal import Change, carry_out, has_journal, recover

if TYPE_CHECKING:
    from pathlib import Path


class Folder:
    """A folder with a staging_root, and changes in it given by relative paths."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.staging_root = root / ".wherry"
        for folder in ("new", "old"):
            (self.staging_root / folder).mkdir(parents=True)

    def write(self, *paths: str) -> None:
        for path in paths:
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(path)

    def place(self, number: int, path: str) -> Change:
        self.write(f".wherry/new/{number}")
        return Change("place", f"{self.root}/{path}", f"{self.staging_root}/new/{number}")

    def place_folder(self, path: str, *files: str) -> Change:
        self.write(*(f".wherry/new/{path}/{file}" for file in files))
        contents: dict[str, list[str]] = {"": []}
        for file in files:
            below, _, name = f"/{file}".rpartition("/")
            contents.setdefault(below, []).append(name)
        return Change("place", f"{self.root}/{path}", f"{self.staging_root}/new/{path}", contents)

    def away(self, number: int, path: str) -> Change:
        return Change("away", f"{self.root}/{path}", f"{self.staging_root}/old/{number}")

    def make(self, path: str) -> Change:
        return Change("make", f"{self.root}/{path}")

    def empty(self, path: str) -> Change:
        return Change("empty", f"{self.root}/{path}")

    def carry_out(self, *changes: Change) -> None:
        carry_out(changes, str(self.staging_root), "It")

    def recover(self) -> tuple[str, ...]:
        return recover(str(self.staging_root), lambda path: path.startswith(f"{self.root}/"))

    def found(self) -> set[str]:
        return {path for path in tree(self.root) if not path.startswith(".wherry")}


def crossing() -> OSError:
    return OSError(errno.EXDEV, "another file system")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_steps_are_taken_in_order(folder):
    folder.write("a/old", "b")
    changes = [
        folder.away(0, "a/old"),
        folder.away(1, "b"),
        folder.empty("a"),
        folder.make("b"),
        folder.place(0, "a"),
        folder.place(1, "b/new"),
    ]
    folder.carry_out(*changes)
    assert folder.found() == {"a", "b", "b/new"}
    assert (folder.staging_root / "old" / "0").read_text() == "a/old"
    assert not has_journal(str(folder.staging_root))


def test_a_failure_rolls_back_all_changes(folder):
    folder.write("a/old", "b")
    before = folder.found()
    changes = [folder.away(0, "a/old"), folder.empty("a"), folder.place(0, "a"), folder.make("b")]
    with pytest.raises(FileExistsError):
        folder.carry_out(*changes)
    assert folder.found() == before
    assert not has_journal(str(folder.staging_root))


def test_unconfirmed_changes_are_rolled_back(folder):
    folder.write("a/old", "b")
    before = folder.found()
    seen = []

    def confirm() -> None:
        seen.append(folder.found())
        raise LookupError

    changes = [folder.away(0, "a/old"), folder.empty("a"), folder.place(0, "a")]
    with pytest.raises(LookupError):
        carry_out(changes, str(folder.staging_root), "It", confirm)
    assert seen == [{"a", "b"}]
    assert folder.found() == before
    assert not has_journal(str(folder.staging_root))


def test_a_folder_is_moved_to_another_file_system(folder):
    change = folder.place_folder("app", "a", "deep/b")
    with failing(3, error=crossing):
        folder.carry_out(change)
    assert folder.found() == {"app", "app/a", "app/deep", "app/deep/b"}


def test_an_interrupted_copy_of_a_folder_is_rolled_back(folder):
    change = folder.place_folder("app", "a", "deep/b")
    for number in count(3):
        with crashing(before=number) as counter, failing(3, error=crossing):
            folder.carry_out(change)
        if counter.changes < number:
            break
        assert folder.recover() == ("It was interrupted and has been rolled back",)
        assert folder.found() == set()
        change = folder.place_folder("app", "a", "deep/b")


@pytest.mark.parametrize("mine", [(), ("app/deep/mine",)])
def test_a_folder_that_cannot_be_moved_back_is_emptied_of_its_placed_files(folder, mine):
    change = folder.place_folder("app", "a", "deep/b")
    with suppress(Crash), failing(4, 5, error=Crash):  # the journal exists, neither committed nor rolled back
        folder.carry_out(change)
    folder.write(*mine, "app/__pycache__/a.pyc")
    with failing(*() if mine else (1,), error=crossing):
        assert folder.recover() == ("It was interrupted and has been rolled back",)
    assert folder.found() == ({"app", "app/deep", *mine} if mine else set())


def test_without_a_journal_there_is_nothing_to_recover(folder):
    folder.write("a", ".wherry/journal.part")
    assert folder.recover() == ()
    assert folder.found() == {"a"}


@pytest.fixture
def crossings(folder: Folder) -> list[Change]:
    folder.write("replaced", "gone")
    (folder.root / "gone").chmod(0o700)
    changes = [
        folder.away(0, "replaced"),
        folder.away(1, "gone"),
        folder.place(0, "replaced"),
        folder.place(1, "fresh"),
    ]
    (folder.staging_root / "new" / "1").chmod(0o700)
    return changes


# The changes are: opening and renaming the journal, then for each change the rename that fails, opening the copy,
# chmod, and two that end it, after which the journal goes.
FAILING = (3, 8, 13, 18)


def test_files_are_moved_to_another_file_system(folder, crossings):
    with failing(*FAILING, error=crossing) as counter:
        folder.carry_out(*crossings)
    assert counter.changes == 23
    assert folder.found() == {"replaced", "fresh"}
    assert (folder.root / "replaced").read_text() == ".wherry/new/0"
    assert os.access(folder.root / "fresh", os.X_OK)
    assert os.access(folder.staging_root / "old" / "1", os.X_OK)


@pytest.mark.parametrize("number", range(3, 24))
def test_an_interrupted_copy_of_a_file_is_rolled_back(folder, crossings, number):
    before = {path: content for path, content in tree(folder.root).items() if not path.startswith(".wherry")}
    with crashing(before=number), failing(*FAILING, error=crossing):
        folder.carry_out(*crossings)
    assert folder.recover() == ("It was interrupted and has been rolled back",)
    assert tree(folder.root) == before
