from __future__ import annotations

import sysconfig

import pytest

from wherry.install.scheme import Scheme

# As in Pyodide, whose prefix is the root and whose sysconfig doubles the slash.
SCHEME = Scheme("//lib/python3.14/site-packages", "//bin", "//include/python3.14", "/")


@pytest.mark.parametrize(
    ("part", "folder"),
    [
        ("purelib", "/lib/python3.14/site-packages"),
        ("platlib", "/lib/python3.14/site-packages"),
        ("scripts", "/bin"),
        ("headers", "/include/python3.14"),
        ("data", "/"),
        ("stdlib", None),
        ("", None),
    ],
)
def test_a_part_of_data_has_its_folder(part, folder):
    assert SCHEME.folder(part) == folder


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("/lib/python3.14/site-packages/a.py", "/lib/python3.14/site-packages"),
        ("/bin/run", "/bin"),
        ("/include/python3.14/app/a.h", "/include/python3.14"),
        ("/share/doc/a.txt", "/"),
        ("/lib/python3.14/site-packages", None),
        ("/lib/python3.14/site-packages-evil/a.py", None),
        ("/lib/python3.14/site-packages/../os.py", None),
        ("/lib/python3.14", None),
        ("/lib/python3.14/os.py", None),
        ("/", None),
    ],
)
def test_a_distribution_owns_nothing_of_pythons(path, root):
    assert SCHEME.root(path) == root
    assert SCHEME.owns(path) is (root is not None)


def test_what_is_outside_a_prefix_is_nobodys():
    scheme = Scheme("/env/lib/python3.14/site-packages", "/env/bin", "/env/include", "/env")
    assert not scheme.owns("/etc/passwd")
    assert not scheme.owns("/environment/a")


def test_the_running_interpreters_folders_are_those_of_sysconfig():
    paths = sysconfig.get_paths()
    scheme = Scheme.current()
    assert [scheme.folder(part) for part in ("purelib", "scripts", "data")] == [
        paths["purelib"],
        paths["scripts"],
        paths["data"],
    ]
