from __future__ import annotations

import sys
import sysconfig

import pytest

from wherry.installation.scheme import Scheme

# As in Pyodide: its prefix is the root, and its sysconfig doubles the slash.
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
        ("/bin/run", "/"),
        ("/include/python3.14/app/a.h", "/"),
        ("/include/app/a.h", "/"),
        ("/etc/app/a.conf", "/"),
        ("/lib/pkgconfig/app.pc", "/"),
        ("/share/doc/a.txt", "/"),
        ("/lib/python3.14/site-packages", None),
        ("/lib/python3.14/site-packages-evil/a.py", None),
        ("/lib/python3.14/site-packages/../os.py", None),
        ("/lib/python3.14", None),
        ("/lib/python3.14/os.py", None),
        ("/lib/python3.13/os.py", None),
        ("/lib/python314.zip", None),
        ("/home/pyodide/a.py", "/home/pyodide"),
        ("/home/a.py", "/home"),
        ("/home/web_user/a/b", "/home/web_user"),
        ("/usr/lib/a.so", "/"),
        ("/work/app.py", "/"),
        ("/README", "/"),
        ("/dev/a", None),
        ("/proc/self/a", None),
        ("/dev", None),
        ("/", None),
    ],
)
def test_a_distribution_owns_no_files_of_python(path, root):
    assert SCHEME.root(path) == root
    assert SCHEME.owns(path) is (root is not None)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/lib/python3.14/os.py", "belongs to Python itself"),
        ("/dev/null", "belongs to the runtime itself"),
        ("/README", None),
        ("/bin/run", None),
    ],
)
def test_a_refusal_gives_the_reason(path, reason):
    assert SCHEME.refusal(path) == reason


def test_distributions_own_all_folders_of_a_separate_prefix():
    scheme = Scheme("/env/lib/python3.14/site-packages", "/env/bin", "/env/include", "/env")
    assert scheme.root("/env/README") == scheme.root("/env/tests/data/x") == scheme.root("/env/bin/run") == "/env"
    assert scheme.refusal("/env/lib/python3.14/os.py") == "belongs to Python itself"
    assert scheme.refusal("/bin/run") == "is outside of the installation"


def test_folders_that_are_not_below_the_prefix_stay():
    scheme = Scheme("/env/site", "/env/bin", "/env/include", "/env/data")
    paths = ("/env/bin/run", "/env/include/a.h", "/env/data/share/a", "/env/site/a.py", "/env/other")
    assert [scheme.root(path) for path in paths] == ["/env/bin", "/env/include", "/env/data", "/env/site", None]


def test_no_distribution_owns_files_outside_the_prefix():
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
    assert scheme.interpreter == sys.executable


def test_a_link_outside_the_installation_leads_out(scheme, tmp_path):
    (tmp_path / "lib" / "python3.14" / "elsewhere").mkdir()
    (tmp_path / "share").mkdir()
    (tmp_path / "bin").symlink_to("share")
    (tmp_path / "etc").symlink_to(tmp_path / "lib" / "python3.14" / "elsewhere")
    (tmp_path / "man").symlink_to(tmp_path.parent)
    folders = [str(tmp_path / name) for name in ("share", "bin", "etc", "man", "new")]
    assert [scheme.leads_out(folder) for folder in folders] == [
        None,
        None,
        str(tmp_path / "lib" / "python3.14" / "elsewhere"),
        str(tmp_path.parent),
        None,
    ]


def test_all_folders_can_be_inside_site_packages(scheme):
    site = scheme.site_packages
    inside = scheme.inside_site_packages()
    assert [inside.folder(part) for part in ("purelib", "scripts", "headers", "data")] == [
        *(site, f"{site}/bin", f"{site}/include", site)
    ]
    paths = [f"{site}/bin/run", f"{site}/share/app", f"{site}/include/app/a.h", f"{site}/app.py"]
    assert {inside.root(path) for path in paths} == {site}
    assert not inside.owns(f"{scheme.data}/bin/run")
