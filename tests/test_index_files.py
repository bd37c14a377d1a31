from __future__ import annotations

import io
import zipfile

from packaging.metadata import Metadata

from tests.harness.index_files import IndexFile, make_wheel, read_wheels


def members(file: IndexFile) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_made_wheel_has_the_given_metadata():
    file = make_wheel("My-App", "1.0", requires=["a>=2", "b; extra == 'x'"], extras=["x"], requires_python=">=3.12")
    assert file.filename == "My_App-1.0-py3-none-any.whl"
    assert file.identity == ("my-app", "1.0")
    assert file.requires_python == ">=3.12"
    assert file.metadata is not None
    metadata = Metadata.from_email(file.metadata)
    assert list(map(str, metadata.requires_dist or ())) == ["a>=2", 'b; extra == "x"']


def test_a_made_wheel_lists_every_member_in_its_record():
    files = members(make_wheel("app", "1", files={"app/__init__.py": "", "app/data.bin": b"\0\1"}))
    recorded = [row.split(",")[0] for row in files["app-1.dist-info/RECORD"].decode().splitlines()]
    assert sorted(recorded) == sorted(files)


def test_a_made_wheel_is_the_same_each_time():
    assert make_wheel("app", "1").sha256 == make_wheel("app", "1").sha256


def test_a_build_tag_is_in_the_filename():
    assert make_wheel("app", "1", build="2a").filename == "app-1-2a-py3-none-any.whl"


def test_an_sdist_has_a_name_and_no_metadata():
    file = IndexFile("app-1.0.tar.gz", b"")
    assert file.identity == ("app", "1.0")
    assert file.metadata is None
    assert file.requires_python is None


def test_wheels_are_read_from_a_folder(tmp_path):
    made = make_wheel("app", "1")
    (tmp_path / made.filename).write_bytes(made.content)
    assert read_wheels(tmp_path) == (made,)
