from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

import pytest

from tests.harness.index_files import make_wheel
from tests.installation.places import deliver, install, stage, tree
from wherry.errors import InstallConflict, InvalidWheel
from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages

PARTS = {
    "app/__init__.py": "",
    "app-1.data/purelib/pure.py": "pure",
    "app-1.data/platlib/plat.so": "plat",
    "app-1.data/scripts/run": "#!/bin/sh",
    "app-1.data/headers/app.h": "h",
    "app-1.data/data/share/app/readme": "data",
}


@pytest.fixture
def staging_root(tmp_path):
    return tmp_path / "staging_root"


def test_every_part_has_its_target(scheme, staging_root, tmp_path):
    staged = stage([deliver(make_wheel("app", "1", files=PARTS))], scheme, str(staging_root))
    site = "lib/python3.14/site-packages"
    assert {os.path.relpath(file.target, tmp_path) for file in staged} == {
        f"{site}/app/__init__.py",
        f"{site}/pure.py",
        f"{site}/plat.so",
        "bin/run",
        "include/app/app.h",
        "share/app/readme",
        *(f"{site}/app-1.dist-info/{name}" for name in ("METADATA", "WHEEL", "INSTALLER", "RECORD")),
    }
    contents = {Path(file.target).name: Path(file.path).read_bytes() for file in staged}
    assert contents["pure.py"] == b"pure"
    assert contents["app.h"] == b"h"
    assert contents["readme"] == b"data"


def test_staged_files_are_not_visible_at_their_targets(scheme, staging_root, tmp_path):
    before = tree(tmp_path)
    stage([deliver(make_wheel("app", "1", files=PARTS))], scheme, str(staging_root))
    assert {path for path in tree(tmp_path) if not path.startswith("staging_root")} == before.keys()


def test_only_scripts_are_executable(scheme, staging_root):
    staged = stage([deliver(make_wheel("app", "1", files=PARTS))], scheme, str(staging_root))
    executable = {Path(file.target).name for file in staged if os.access(file.path, os.X_OK)}
    assert executable == {"run"}


def test_notes_of_another_installation_are_not_copied(scheme, staging_root):
    names = ("INSTALLER", "REQUESTED", "direct_url.json")
    file = make_wheel("app", "1", files={f"app-1.dist-info/{name}": "pip" for name in names})
    staged = {
        Path(file.target).name: Path(file.path).read_text(encoding="utf-8")
        for file in stage([deliver(file)], scheme, str(staging_root))
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
        ("app-1.data/data/lib/python3.14.zip", "belongs to Python itself"),
        ("app-1.data/platlib/other-2.dist-info/METADATA", "would be the metadata of another distribution"),
        ("app-1.data/purelib/App-1.DIST-INFO/METADATA", "would be a file of App-1.DIST-INFO"),
        ("app-1.data/purelib/App.py", "collide"),
        ("app-1.data/purelib/app.py/x", "is a file and a folder"),
        ("app-1.data/purelib/app-1.dist-info/installer", "collide"),
        (".wherry/new/1", "would be in the staging folder of wherry"),
        ("app-1.data/scripts/python3", "has the name of Python itself"),
    ],
)
def test_members_without_a_valid_target_are_refused(scheme, staging_root, path, fragment):
    file = make_wheel("app", "1", files={"app.py": "", path: ""})
    with pytest.raises(InvalidWheel, match=fragment) as caught:
        stage([deliver(file)], scheme, str(staging_root))
    assert caught.value.filename == file.filename


def test_two_wheels_with_a_file_of_different_content_conflict(scheme):
    first, second = (make_wheel(name, "1", files={"same.py": name}) for name in ("a", "b"))
    with pytest.raises(InstallConflict) as caught:
        install(SitePackages(scheme), first, second)
    assert (caught.value.owner, caught.value.newcomer) == (first.filename, second.filename)
    assert caught.value.path == f"{scheme.site_packages}/same.py"


ENTRY_POINTS = """\
[console_scripts]
app = app.cli:main
app-admin = app.cli:Admin.run [extra]

[gui_scripts]
app-window = app.gui:main
"""


def contents(staged):
    return {Path(file.target).name: Path(file.path).read_bytes() for file in staged}


def test_entry_points_become_executable_scripts(scheme, staging_root):
    file = make_wheel("app", "1", files={"app-1.dist-info/entry_points.txt": ENTRY_POINTS})
    staged = {file.target: file for file in stage([deliver(file)], scheme, str(staging_root))}
    scripts = [staged[f"{scheme.scripts}/{name}"] for name in ("app", "app-admin", "app-window")]
    assert all(os.access(script.path, os.X_OK) for script in scripts)
    assert contents(scripts)["app-admin"].decode() == (
        "#!/usr/bin/env python3\nimport sys\n\nfrom app.cli import Admin\n\n"
        'if __name__ == "__main__":\n    sys.exit(Admin.run())\n'
    )


def test_record_lists_generated_files_after_the_wheels_files(scheme, staging_root):
    files = {
        "app.py": "",
        "app-1.data/scripts/tool": "#!python\n1",
        "app-1.dist-info/entry_points.txt": "[console_scripts]\napp = app:main\n",
    }
    staged = stage([deliver(make_wheel("app", "1", files=files), requested=True)], scheme, str(staging_root))
    record = contents(staged)["RECORD"].decode()
    assert [line.partition(",")[0] for line in record.splitlines()] == [
        "app.py",
        *(f"app-1.dist-info/{name}" for name in ("entry_points.txt", "METADATA", "WHEEL")),
        *(f"../../../bin/{name}" for name in ("tool", "app")),
        *(f"app-1.dist-info/{name}" for name in ("INSTALLER", "REQUESTED", "RECORD")),
    ]


@pytest.mark.parametrize(
    ("content", "placed"),
    [
        (b"#!python\nprint(1)\n", b"#!/usr/bin/env python3\nprint(1)\n"),
        (b"#!pythonw\r\nprint(1)\r\n", b"#!/usr/bin/env python3\nprint(1)\r\n"),
        (b"#!python -O\n1", b"#!/usr/bin/env python3\n1"),
        (b"#!python3", b"#!/usr/bin/env python3"),
        (b"#!python-like\n", b"#!python-like\n"),
        (b"#!/usr/bin/python\n", b"#!/usr/bin/python\n"),
        (b" #!python\n", b" #!python\n"),
        (b"1\n#!python\n", b"1\n#!python\n"),
        (b"\x7fELF\x00", b"\x7fELF\x00"),
        (b"", b""),
    ],
)
def test_the_placeholder_interpreter_of_a_script_is_replaced(scheme, staging_root, content, placed):
    staged = stage(
        [deliver(make_wheel("app", "1", files={"app-1.data/scripts/run": content}))], scheme, str(staging_root)
    )
    assert contents(staged)["run"] == placed
    digest = base64.urlsafe_b64encode(hashlib.sha256(placed).digest()).rstrip(b"=").decode()
    assert f"../../../bin/run,sha256={digest},{len(placed)}\n" in contents(staged)["RECORD"].decode()


def test_files_like_scripts_in_other_folders_are_unchanged(scheme, staging_root):
    staged = stage([deliver(make_wheel("app", "1", files={"run.py": "#!python\n"}))], scheme, str(staging_root))
    assert contents(staged)["run.py"] == b"#!python\n"


def test_the_script_of_an_entry_point_replaces_a_packed_one(scheme, staging_root):
    files = {
        "app-1.data/scripts/app": "#!python\npacked",
        "app-1.dist-info/entry_points.txt": "[console_scripts]\napp = app:main\n",
    }
    staged = contents(stage([deliver(make_wheel("app", "1", files=files))], scheme, str(staging_root)))
    assert b"from app import main" in staged["app"]
    assert staged["RECORD"].count(b"bin/app,") == 1


@pytest.mark.parametrize(
    ("entry_points", "fragment"),
    [
        ("[console_scripts]\n../app = app:main\n", "would not be a file in the folder of scripts"),
        ("[gui_scripts]\npython = app:main\n", "has the name of Python itself"),
        (b"\xff", "entry_points.txt is not UTF-8"),
        ("[console_scripts]\nRUN = app:main\n", "collide"),
    ],
)
@pytest.mark.parametrize("folder", ["app-1.dist-info", "app-1.data/purelib/app-1.dist-info"])
def test_entry_points_with_unsafe_names_are_refused(scheme, staging_root, folder, entry_points, fragment):
    files = {"app-1.data/scripts/run": "", f"{folder}/entry_points.txt": entry_points}
    with pytest.raises(InvalidWheel, match=fragment):
        stage([deliver(make_wheel("app", "1", files=files))], scheme, str(staging_root))


def test_data_of_any_name_is_placed_below_a_prefix_that_is_the_root(staging_root):
    scheme = Scheme("/lib/python3.14/site-packages", "/bin", "/include/python3.14", "/")
    below = ("etc/app/conf", "share/app/x", "docs/x", "home/pyodide/app.txt", "LICENSE")
    good = make_wheel("app", "1", files={f"app-1.data/data/{path}": path for path in below})
    staged = contents(stage([deliver(good)], scheme, str(staging_root)))
    targets = {file.target for file in stage([deliver(good)], scheme, str(staging_root))}
    assert {f"/{path}" for path in below} < targets
    assert staged["LICENSE"] == b"LICENSE"
    record = [line.partition(",")[0] for line in staged["RECORD"].decode().splitlines()]
    assert {f"../../../{path}" for path in below} < {*record}
    for path in ("dev/app", "proc/app", "lib/python314.zip", "bin/python"):
        bad = make_wheel("app", "1", files={f"app-1.data/data/{path}": ""})
        with pytest.raises(InvalidWheel, match="itself"):
            stage([deliver(bad)], scheme, str(staging_root))
