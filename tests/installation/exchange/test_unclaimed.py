from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.harness.index_files import make_wheel
from tests.installation.places import install, tree, uninstall
from wherry.errors import InstallConflict
from wherry.installation.exchange.overlap import Collision
from wherry.installation.exchange.unclaimed import refuse_unclaimed

APP = make_wheel("app", "1", files={"app/__init__.py": "app", "app-1.data/data/share/app": "shared"})


@pytest.fixture
def place(scheme, tmp_path):
    """Return a function that writes a file into the environment that no RECORD lists."""

    def put(path: str, content: str = "the user's") -> Path:
        file = Path(scheme.site_packages, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
        return file

    return put


def conflict(site, *files):
    before = tree(Path(site.scheme.data))
    with pytest.raises(InstallConflict) as caught:
        install(site, *files)
    assert tree(Path(site.scheme.data)) == before
    assert (caught.value.owner, caught.value.newcomer) == ("no RECORD", files[-1].filename)
    return caught.value


@pytest.mark.parametrize("path", ["app/__init__.py", "../../../share/app"])
def test_an_unclaimed_file_is_not_overwritten(site, place, path):
    file = place(path)
    error = conflict(site, APP)
    assert error.path == os.path.normpath(file)
    assert str(error) == (
        f"app-1-py3-none-any.whl would overwrite {error.path}, which is in no RECORD and has other "
        "content; move it away if it is not needed"
    )


def test_an_unclaimed_script_is_not_overwritten(site, place):
    place("../../../bin/app", "#!/bin/sh")
    files = {"app-1.dist-info/entry_points.txt": "[console_scripts]\napp = app:main\n"}
    assert conflict(site, make_wheel("app", "1", files=files)).path == f"{site.scheme.scripts}/app"


def test_a_file_with_the_same_content_is_taken_over(site, place, tmp_path):
    before = tree(tmp_path)
    place("app/__init__.py", "app")
    install(site, APP)
    uninstall(site, "app")
    assert tree(tmp_path) == before


def test_an_unclaimed_file_of_the_same_length_is_not_overwritten(site, place):
    place("app/__init__.py", "APP")
    conflict(site, APP)


def test_a_link_to_the_same_content_is_not_overwritten(site, place):
    elsewhere = place("elsewhere.py", "app")
    Path(site.scheme.site_packages, "app").mkdir()
    Path(site.scheme.site_packages, "app", "__init__.py").symlink_to(elsewhere)
    conflict(site, APP)


def test_a_broken_link_is_not_overwritten(site, place):
    Path(site.scheme.site_packages, "app").mkdir()
    Path(site.scheme.site_packages, "app", "__init__.py").symlink_to("nothing")
    with pytest.raises(InstallConflict, match="no RECORD"):
        install(site, APP)


@pytest.mark.parametrize("path", ["app/__init__.py/file", "app"])
def test_unclaimed_files_and_folders_in_the_way_are_named(site, place, path):
    file = place(path)
    assert conflict(site, APP).path == str(file)


def test_an_empty_folder_in_the_way_is_named(site):
    folder = Path(site.scheme.site_packages, "app", "__init__.py")
    folder.mkdir(parents=True)
    assert conflict(site, APP).path == str(folder)


def test_bytecode_is_replaced(site, place):
    place("app/__pycache__/a.cpython-314.pyc")
    install(site, make_wheel("app", "1", files={"app/__pycache__/a.cpython-314.pyc": "theirs"}))
    assert Path(site.scheme.site_packages, "app/__pycache__/a.cpython-314.pyc").read_text() == "theirs"


def test_remains_of_a_dist_info_folder_are_replaced(site, place):
    place("app-1.dist-info/RECORD", "torn")
    place("app-1.dist-info/WHEEL", "torn")
    install(site, APP)
    assert [str(found) for found in site.installed().values()] == ["app 1"]


def test_a_folder_is_removed_with_its_last_file(site, place):
    install(site, APP)
    place("app/__pycache__/__init__.cpython-314.pyc")
    install(site, make_wheel("app", "2", files={"app": "a file"}))
    assert Path(site.scheme.site_packages, "app").read_text() == "a file"


def test_a_folder_with_an_unclaimed_file_stays(site, place):
    install(site, APP)
    notes = place("app/notes.txt")
    assert conflict(site, make_wheel("app", "2", files={"app": "a file"})).path == str(notes)


def test_data_that_pyodide_unpacked_for_a_leaving_distribution_is_replaced(scheme, tmp_path):
    # Pyodide's loader puts `.data/data` below the prefix, and does not update RECORD.
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "app").write_text("old")
    (tmp_path / "new").write_text("new")
    found = [Collision(str(tmp_path / "share" / "app"), "app-2-py3-none-any.whl", str(tmp_path / "new"))]
    refuse_unclaimed(found, {f"{scheme.site_packages}/app-1.data/data/share/app"}, scheme)
    with pytest.raises(InstallConflict):
        refuse_unclaimed(found, {f"{scheme.site_packages}/app-1.data/data/share/other"}, scheme)


def test_unrecorded_shared_libraries_of_the_distribution_are_replaced(scheme, tmp_path):
    libraries = tmp_path / "usr"
    libraries.mkdir()
    (libraries / "lib.so").write_text("old")
    (tmp_path / "new").write_text("new")
    found = [Collision(str(libraries / "lib.so"), "lib", str(tmp_path / "new"))]
    with pytest.raises(InstallConflict):
        refuse_unclaimed(found, (), scheme)
    scheme = type(scheme)(scheme.site_packages, scheme.scripts, scheme.headers, scheme.data, str(libraries))
    refuse_unclaimed(found, (), scheme)
