from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.harness.index_files import make_wheel
from tests.install.places import deliver, tree
from wherry.errors import InstallConflict, InvalidWheel
from wherry.install.staging import stage

PARTS = {
    "app/__init__.py": "",
    "app-1.data/purelib/pure.py": "pure",
    "app-1.data/platlib/plat.so": "plat",
    "app-1.data/scripts/run": "#!/bin/sh",
    "app-1.data/headers/app.h": "h",
    "app-1.data/data/share/app/readme": "data",
}


@pytest.fixture
def workshop(tmp_path):
    return tmp_path / "workshop"


def test_every_part_has_its_target(scheme, workshop, tmp_path):
    staged = stage([deliver(make_wheel("app", "1", files=PARTS))], scheme, str(workshop))
    site = "lib/python3.14/site-packages"
    assert {os.path.relpath(file.target, tmp_path) for file in staged} == {
        f"{site}/app/__init__.py",
        f"{site}/pure.py",
        f"{site}/plat.so",
        "bin/run",
        "include/app.h",
        "share/app/readme",
        *(f"{site}/app-1.dist-info/{name}" for name in ("METADATA", "WHEEL", "INSTALLER", "RECORD")),
    }
    contents = {Path(file.target).name: Path(file.path).read_bytes() for file in staged}
    assert contents["pure.py"] == b"pure"
    assert contents["app.h"] == b"h"
    assert contents["readme"] == b"data"


def test_nothing_shows_where_it_belongs(scheme, workshop, tmp_path):
    before = tree(tmp_path)
    stage([deliver(make_wheel("app", "1", files=PARTS))], scheme, str(workshop))
    assert {path for path in tree(tmp_path) if not path.startswith("workshop")} == before.keys()


def test_scripts_alone_are_executable(scheme, workshop):
    staged = stage([deliver(make_wheel("app", "1", files=PARTS))], scheme, str(workshop))
    executable = {Path(file.target).name for file in staged if os.access(file.path, os.X_OK)}
    assert executable == {"run"}


def test_notes_of_another_installation_are_not_taken_over(scheme, workshop):
    names = ("INSTALLER", "REQUESTED", "direct_url.json")
    file = make_wheel("app", "1", files={f"app-1.dist-info/{name}": "pip" for name in names})
    staged = {
        Path(file.target).name: Path(file.path).read_text(encoding="utf-8")
        for file in stage([deliver(file)], scheme, str(workshop))
    }
    assert staged.keys() == {"METADATA", "WHEEL", "INSTALLER", "RECORD"}
    assert staged["INSTALLER"] == "wherry\n"
    assert staged["RECORD"].count("INSTALLER") == 1


@pytest.mark.parametrize(
    ("path", "fragment"),
    [
        ("app-1.data/stdlib/os.py", "is of an unknown .data scheme"),
        ("app-1.data/readme", "is of an unknown .data scheme"),
        ("app-1.data/purelib", "is of an unknown .data scheme"),
        ("app-1.data/data/lib/python3.14/os.py", "belongs to Python itself"),
        ("app-1.data/data/lib/python3.14/site-packages", "belongs to Python itself"),
        ("app-1.data/purelib/app.py", "is there twice"),
        ("app-1.data/data/lib/python3.14/site-packages/app.py", "is there twice"),
        ("app-1.data/platlib/app-1.dist-info/RECORD", "is there twice"),
    ],
)
def test_a_part_that_belongs_nowhere_is_refused(scheme, workshop, path, fragment):
    file = make_wheel("app", "1", files={"app.py": "", path: ""})
    with pytest.raises(InvalidWheel, match=fragment) as caught:
        stage([deliver(file)], scheme, str(workshop))
    assert caught.value.filename == file.filename


def test_two_wheels_with_the_same_file_conflict(scheme, workshop):
    first, second = (make_wheel(name, "1", files={"same.py": name}) for name in ("a", "b"))
    with pytest.raises(InstallConflict) as caught:
        stage([deliver(first), deliver(second)], scheme, str(workshop))
    assert (caught.value.owner, caught.value.newcomer) == (first.filename, second.filename)
    assert caught.value.path == f"{scheme.site_packages}/same.py"
