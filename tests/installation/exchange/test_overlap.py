from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.index_files import make_wheel
from tests.installation.places import deliver, install, tree
from wherry.errors import InstallConflict
from wherry.installation.exchange.overlap import survey
from wherry.installation.staging.tree import StagedTree


def staged(root: Path, owner: str, *targets: str) -> StagedTree:
    found = StagedTree(owner, owner, f"{root}/.wherry/{owner}")
    for target in targets:
        folder, _, name = f"{root}/{target}".rpartition("/")
        found.names_in(folder).append(name)
    return found


def surveyed(root: Path, *trees: StagedTree) -> tuple[list[str], list[str]]:
    found = survey(trees, (), lambda path: path.startswith(f"{root}/"))
    targets = [str(Path(target.path).relative_to(root)) + ("/" if target.is_folder else "") for target in found.targets]
    return targets, [str(Path(path).relative_to(root)) for path in found.made]


def test_a_new_folder_of_one_tree_is_placed_as_a_whole(tmp_path):
    (tmp_path / "old").mkdir()
    tree = staged(tmp_path, "a", "new/deep/one", "new/two", "old/fresh/three", "old/four", "five")
    assert surveyed(tmp_path, tree) == (["five", "new/", "old/four", "old/fresh/"], [])


def test_a_folder_of_two_trees_is_made(tmp_path):
    trees = staged(tmp_path, "a", "ns/a/one"), staged(tmp_path, "b", "ns/b/two", "ns/three")
    assert surveyed(tmp_path, *trees) == (["ns/three", "ns/a/", "ns/b/"], ["ns"])


def test_folders_that_must_not_be_moved_are_made(tmp_path):
    found = survey([staged(tmp_path, "a", "lib/one")], (), lambda _: False)
    assert found.made == [f"{tmp_path}/lib"]
    assert [target.path for target in found.targets] == [f"{tmp_path}/lib/one"]


@pytest.mark.parametrize(("first", "second"), [("a", "a/b"), ("a/b", "a")])
def test_a_file_and_a_folder_of_one_name_conflict(tmp_path, first, second):
    trees = staged(tmp_path, "one", first), staged(tmp_path, "two", second)
    with pytest.raises(InstallConflict) as caught:
        survey(trees, (), lambda _: True)
    assert {caught.value.owner, caught.value.newcomer} == {"one", "two"}
    assert caught.value.path == f"{tmp_path}/{min(first, second)}"


def test_a_file_of_two_trees_is_contested(tmp_path):
    first, second = staged(tmp_path, "a", "ns/one", "ns/x"), staged(tmp_path, "b", "ns/two", "ns/x")
    found = survey([first, second], (), lambda _: True)
    assert found.contested == {f"{tmp_path}/ns/x": [first, second]}
    assert [Path(target.path).name for target in found.targets] == ["one", "two"]


def test_a_tree_covers_its_files_and_folders(tmp_path):
    tree = staged(tmp_path, "a", "x/y/z", "x/w")
    assert [tree.covers(f"{tmp_path}/{path}") for path in ("x", "x/y", "x/y/z", "x/w")] == [True] * 4
    assert [tree.covers(f"{tmp_path}/{path}") for path in ("z", "x/z", "x/y/z/a")] == [False] * 3
    assert tree.contents(f"{tmp_path}/x") == {"": ["w"], "/y": ["z"]}


def test_wheels_that_share_a_namespace_are_installed_together(site, tmp_path):
    files = [make_wheel(name, "1", files={f"ns/{name}/deep/x.py": name, f"ns/{name}.py": ""}) for name in "ab"]
    site.exchange([deliver(file) for file in files], [])
    apart = tree(Path(site.scheme.site_packages, "ns"))
    assert apart.keys() == {"a", "a/deep", "a/deep/x.py", "a.py", "b", "b/deep", "b/deep/x.py", "b.py"}
    install(site, make_wheel("c", "1", files={"ns/a/c.py": ""}))
    assert (tmp_path / "lib/python3.14/site-packages/ns/a/c.py").is_file()
