from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.install.places import tree
from wherry.install.journal import Journal


class SomethingElse(Exception):
    """No error of a file system."""


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(str(tmp_path / "attic"))


def test_a_file_moves_into_a_folder_that_is_made_for_it(tmp_path, journal):
    (tmp_path / "new").write_bytes(b"new")
    with journal:
        journal.move(str(tmp_path / "new"), str(tmp_path / "a" / "b" / "c"))
    assert tree(tmp_path) == {"attic": None, "a": None, "a/b": None, "a/b/c": b"new"}


def test_what_is_there_already_goes_to_the_attic(tmp_path, journal):
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "old").write_bytes(b"old")
    with journal:
        journal.move(str(tmp_path / "new"), str(tmp_path / "old"))
    assert tree(tmp_path) == {"attic": None, "attic/0": b"old", "old": b"new"}


def test_a_folder_does_not_give_way(tmp_path, journal):
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "old").mkdir()
    with pytest.raises(IsADirectoryError), journal:
        journal.move(str(tmp_path / "new"), str(tmp_path / "old"))
    assert tree(tmp_path) == {"attic": None, "old": None, "new": b"new"}


def test_empty_folders_are_removed_as_far_as_told(tmp_path, journal):
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "d" / "e").mkdir(parents=True)
    (tmp_path / "d" / "full").write_bytes(b"")
    with journal:
        journal.remove_empty_folders(str(tmp_path / "a" / "b" / "c"), below=str(tmp_path / "a"))
        journal.remove_empty_folders(str(tmp_path / "d" / "e"), below=str(tmp_path))
        journal.remove_empty_folders(str(tmp_path / "absent"), below=str(tmp_path))
    assert tree(tmp_path) == {"attic": None, "a": None, "d": None, "d/full": b""}


def test_what_cannot_be_taken_back_is_noted_and_the_rest_is_taken_back(tmp_path, journal):
    failure = SomethingElse()
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "old").write_bytes(b"old")
    with suppress(SomethingElse), journal:
        journal.put_away(str(tmp_path / "old"))
        journal.move(str(tmp_path / "new"), str(tmp_path / "made" / "new"))
        (tmp_path / "made" / "of somebody else").write_bytes(b"")
        raise failure
    assert tree(tmp_path) == {
        "attic": None,
        "new": b"new",
        "old": b"old",
        "made": None,
        "made/of somebody else": b"",
    }
    assert "made" in failure.__notes__[0]


PATHS = st.sampled_from(["a", "b", "a/a", "a/b", "b/a", "a/a/a", "a/a/b"])
STEPS = st.tuples(st.sampled_from(["move", "put away", "remove"]), PATHS)


@given(st.lists(PATHS, max_size=4), st.lists(STEPS, max_size=8))
def test_whatever_was_done_before_a_failure_is_taken_back(files, steps):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "root")
        for path in (*files, *(f"new/{number}" for number in range(len(steps)))):
            with suppress(OSError):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(path)
        folder.mkdir(exist_ok=True)
        before = tree(folder)
        with suppress(OSError, SomethingElse), Journal(str(Path(name, "attic"))) as journal:
            take(journal, folder, steps)
            raise SomethingElse
        assert tree(folder) == before


def take(journal: Journal, folder: Path, steps: list[tuple[str, str]]) -> None:
    for number, (step, path) in enumerate(steps):
        target = str(folder / path)
        if step == "move":
            journal.move(str(folder / "new" / str(number)), target)
        elif step == "put away":
            journal.put_away(target)
        else:
            journal.remove_empty_folders(target, below=str(folder))
