from __future__ import annotations

from hypothesis import given, strategies as st

from wherry.formats.unneeded_files import find_matching, find_tests


def found_in(files: dict[str, str]) -> set[str]:
    return set(find_tests(files, lambda path: files[path].encode()))


def test_folders_of_tests_are_found_at_any_depth() -> None:
    files = dict.fromkeys(["a/__init__.py", "a/tests/test_a.py", "a/b/tests/data/x.json", "tests/__init__.py"], "")
    assert found_in(files) == {"a/tests/test_a.py", "a/b/tests/data/x.json", "tests/__init__.py"}


def test_public_modules_with_similar_names_are_kept() -> None:
    kept = ["a/testing.py", "a/testing/__init__.py", "a/tests.py", "a/test_utils.py", "a/test.py", "a/latests/x.py"]
    assert found_in(dict.fromkeys(kept, "")) == set()


def test_a_folder_called_test_needs_test_modules() -> None:
    assert found_in({"django/test/client.py": "", "django/test/__init__.py": ""}) == set()
    files = {"a/test/__init__.py": "", "a/test/deep/test_x.py": "", "b/test/x_test.py": ""}
    assert found_in(files) == set(files)


def test_the_configuration_of_pytest_is_found() -> None:
    assert found_in({"a/conftest.py": "", "conftest.py": "", "a/b.py": ""}) == {"a/conftest.py", "conftest.py"}


def test_a_folder_of_tests_that_a_module_imports_is_kept() -> None:
    for module, statement in {
        "a/__init__.py": "from .tests.runner import TestRunner",
        "a/b.py": "def test():\n    from a.tests import runner",
        "a/c/d.py": "from .. import (\n    other,  # (a comment)\n    tests,\n)",
        "e.py": "import os, a.tests.runner as runner",
    }.items():
        files = {module: statement, "a/tests/__init__.py": "", "a/tests/runner.py": "", "a/tests/tests/test_x.py": ""}
        assert found_in(files) == {"a/tests/tests/test_x.py"}, statement


def test_what_a_kept_folder_imports_is_kept_too() -> None:
    files = {"a/__init__.py": "from .tests import x", "a/tests/x.py": "from b.tests import y", "b/tests/y.py": ""}
    assert found_in(files) == set()


def test_mentions_of_tests_keep_nothing() -> None:
    source = "# from .tests import x\ntext = 'import a.tests'\nfrom .testing import y\nimport a.tester\n"
    assert found_in({"a/__init__.py": source, "a/tests/x.py": ""}) == {"a/tests/x.py"}


def test_a_glob_matches_files_and_folders() -> None:
    paths = ["a/data/x.bin", "a/data/deep/y.bin", "a/x.py", "b/data.py"]
    for glob, matching in {
        "a/data": paths[:2],
        "a/data/": paths[:2],
        "*.bin": paths[:2],
        "*/deep": paths[1:2],
        "a/x.py": paths[2:3],
        "A/x.py": [],
        "data": [],
    }.items():
        assert find_matching(paths, glob) == {*matching}, glob


@given(st.text(max_size=200))
def test_any_text_can_be_a_module(source: str) -> None:
    assert found_in({"a/b.py": f"test {source}", "a/tests/x.py": ""}) <= {"a/tests/x.py"}
