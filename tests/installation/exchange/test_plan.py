from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, strategies as st

from tests.harness.crashes import crashing
from tests.installation.places import tree
from wherry.installation.exchange.journal import carry_out, has_journal, recover
from wherry.installation.exchange.overlap import Survey, survey
from wherry.installation.exchange.plan import plan, with_bytecode
from wherry.installation.staging.tree import StagedTree

if TYPE_CHECKING:
    from collections.abc import Iterable


def write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)


def staged(root: Path, targets: Iterable[str]) -> StagedTree:
    tree = StagedTree("", "", f"{root}/.wherry/new")
    for target in targets:
        folder, _, name = f"{root}/{target}".rpartition("/")
        tree.names_in(folder).append(name)
    return tree


def planned(root: Path, deleted: list[str], targets: list[str], renamed: dict[str, str] | None = None) -> list[str]:
    tree = staged(root, targets)
    aside = {str(root / path): str(root / kept) for path, kept in (renamed or {}).items()}
    gone = {*(str(root / path) for path in deleted), *aside}
    found = survey([tree], gone, lambda path: path.startswith(f"{root}/"))
    changes = plan([str(root / path) for path in deleted], aside, found, str(root / ".wherry"), lambda _: str(root))
    return [f"{change.kind} {Path(change.path).relative_to(root)}" for change in changes]


def test_files_then_empty_folders_are_removed_before_files_are_placed(tmp_path):
    write(tmp_path, "app/a", "app/deep/b", "other/c")
    assert planned(tmp_path, ["app/a", "app/deep/b", "other/absent"], ["new/deep/d", "other/d"]) == [
        "away app/a",
        "away app/deep/b",
        "empty app/deep",
        "empty app",
        "place new",
        "place other/d",
    ]


def test_folders_that_are_needed_or_not_empty_stay(tmp_path):
    write(tmp_path, "app/a", "app/mine/b", "lib/c")
    assert planned(tmp_path, ["app/a", "lib/c"], ["lib/c"]) == ["away app/a", "away lib/c", "place lib/c"]


def test_folders_with_only_an_empty_pycache_are_removed(tmp_path):
    write(tmp_path, "app/a.py")
    (tmp_path / "app" / "__pycache__").mkdir()
    assert planned(tmp_path, ["app/a.py"], []) == ["away app/a.py", "empty app/__pycache__", "empty app"]


def test_empty_folders_are_removed_up_to_a_prefix_that_is_the_root(tmp_path):
    write(tmp_path, "share/man/a.1", "b")
    changes = plan([str(tmp_path / "share/man/a.1")], {}, Survey(), str(tmp_path), lambda _: "/")
    assert [change.path for change in changes[1:]] == [str(tmp_path / "share/man"), str(tmp_path / "share")]


def test_files_in_the_way_are_kept_under_new_names(tmp_path):
    write(tmp_path, "app/a")
    assert planned(tmp_path, [], ["app/a"], {"app/a": "app/a.old"}) == ["away app/a", "place app/a"]


def test_folders_that_a_record_lists_are_skipped(tmp_path):
    write(tmp_path, "app/mine")
    assert planned(tmp_path, ["app"], []) == []


def test_a_link_is_removed_and_its_target_stays(tmp_path):
    write(tmp_path, "elsewhere/a")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert planned(tmp_path, ["link"], []) == ["away link"]


def test_files_do_not_replace_folders_nor_folders_files(tmp_path):
    write(tmp_path, "folder/a", "file")
    with pytest.raises(IsADirectoryError):
        planned(tmp_path, [], ["folder"])
    with pytest.raises(FileExistsError):
        planned(tmp_path, [], ["file/a"])


def test_bytecode_is_removed_with_its_source(tmp_path):
    write(
        tmp_path, "a.py", "__pycache__/a.cpython-314.pyc", "__pycache__/a.cpython-314.opt-1.pyc", "__pycache__/ab.pyc"
    )
    found = with_bytecode([str(tmp_path / "a.py"), str(tmp_path / "a.txt")])
    assert [str(Path(path).relative_to(tmp_path)) for path in found] == [
        "a.py",
        "__pycache__/a.cpython-314.opt-1.pyc",
        "__pycache__/a.cpython-314.pyc",
        "a.txt",
    ]


PATHS = st.sampled_from(["a", "b", "a/a", "a/b", "b/a", "a/a/a", "a/a/b"])


@given(st.lists(PATHS, max_size=4), st.sets(PATHS), st.sets(PATHS, max_size=4), st.integers(1, 20))
def test_any_plan_is_carried_out_or_rolled_back(tmp_path_factory, existing, deleted, targets, end):
    # Of one wheel, none of which has a file that is a folder, too.
    assume(not any(path.startswith(f"{folder}/") for path in targets for folder in targets))
    with tempfile.TemporaryDirectory(dir=tmp_path_factory.getbasetemp()) as name:
        root, staging_root = Path(name), Path(name, ".wherry")
        for path in existing:
            with suppress(OSError):
                write(root, path)
        before = tree(root)
        (staging_root / "old").mkdir(parents=True)
        new = staged(root, targets)
        with suppress(OSError):
            for target in new.targets():
                write(Path(new.root + target).parent, Path(target).name)
        with suppress(OSError), crashing(before=end):
            gone = {f"{root}/{path}" for path in deleted}
            found = survey([new], gone, lambda path: path.startswith(f"{root}/"))
            changes = plan(gone, {}, found, f"{staging_root}/old", lambda _: str(root))
            carry_out(changes, str(staging_root), "It")
        there = {path: content for path, content in tree(root).items() if not path.startswith(".wherry")}
        if has_journal(str(staging_root)):
            assert recover(str(staging_root), lambda path: path.startswith(f"{root}/"))
            assert tree(root) == before
        elif there != before:
            files = {path: content for path, content in there.items() if content is not None}
            old = {path: content for path, content in before.items() if content is not None and path not in deleted}
            assert files == old | {path: Path(path).name.encode() for path in targets}
