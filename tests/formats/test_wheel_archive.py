from __future__ import annotations

import io
import stat
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st
from packaging.requirements import Requirement
from packaging.version import Version

from tests.harness.index_files import make_wheel
from wherry.errors import InvalidWheel
from wherry.formats.core_metadata import parse_core_metadata
from wherry.formats.wheel_archive import WheelArchive, open_wheel, read_wheel_metadata
from wherry.model.archive_limits import ArchiveLimits

if TYPE_CHECKING:
    from collections.abc import Mapping

MADE = make_wheel("App", "1.0", files={"app/__init__.py": "answer = 42\n", "app/empty": ""}, requires=["b>2"])
NAME = MADE.filename
INFO = "App-1.0.dist-info"


def archive(members: Mapping[str, bytes], **properties: int) -> bytes:
    """Zip members; ``properties`` are set on the entry of the first."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for path, content in members.items():
            entry = zipfile.ZipInfo(path)
            for key, value in properties.items():
                setattr(entry, key, value)
            properties = {}
            opened.writestr(entry, content)
    return buffer.getvalue()


def members(content: bytes = MADE.content) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def changed(**changes: bytes | None) -> bytes:
    """The wheel with members of its .dist-info replaced, or left out where ``None``."""
    new = members() | {f"{INFO}/{name}": content for name, content in changes.items() if content is not None}
    for name, content in changes.items():
        if content is None:
            del new[f"{INFO}/{name}"]
    return archive(new)


def record(old: str, new: str) -> bytes:
    text = members()[f"{INFO}/RECORD"].decode()
    assert old in text
    return changed(RECORD=text.replace(old, new).encode())


def contents(wheel: WheelArchive) -> dict[str, bytes]:
    return {path: wheel.read(path) for path in wheel.record}


def problems(content: bytes, filename: str = NAME) -> str:
    with pytest.raises(InvalidWheel) as caught:
        contents(open_wheel(content, filename=filename))
    assert caught.value.filename == filename
    return str(caught.value)


def test_the_facts_of_a_wheel_are_read():
    wheel = open_wheel(MADE.content, filename=NAME)
    assert (wheel.filename, wheel.dist_info, wheel.data_folders, wheel.warnings) == (NAME, INFO, frozenset(), ())
    assert (wheel.metadata.name, wheel.metadata.version) == ("app", Version("1.0"))
    assert wheel.metadata.requires_dist == (Requirement("b>2"),)
    assert wheel.root_is_purelib
    assert read_wheel_metadata(MADE.content, filename=NAME) == wheel.metadata


def test_metadata_that_is_known_already_is_not_read_again():
    known = read_wheel_metadata(MADE.content, filename=NAME)
    assert open_wheel(MADE.content, filename=NAME, promised=known).metadata is known


def test_metadata_is_read_if_other_metadata_was_promised():
    promised = parse_core_metadata(b"Metadata-Version: 2.1\nName: app\nVersion: 1.0\n", subject=NAME)
    metadata = open_wheel(MADE.content, filename=NAME, promised=promised).metadata
    assert metadata.requires_dist == (Requirement("b>2"),)


def test_known_metadata_of_another_release_is_refused():
    other = NAME.replace("1.0", "2.0")
    known = read_wheel_metadata(MADE.content, filename=NAME)
    with pytest.raises(InvalidWheel, match="belongs to another release"):
        open_wheel(MADE.content, filename=other, promised=known)


def test_contents_are_all_members_but_record():
    expected = members()
    del expected[f"{INFO}/RECORD"]
    assert contents(open_wheel(MADE.content, filename=NAME)) == expected


def test_the_head_of_a_member_is_read():
    wheel = open_wheel(MADE.content, filename=NAME)
    assert wheel.head("app/__init__.py", 6) == b"answer"
    assert wheel.head("app/__init__.py", 100) == b"answer = 42\n"
    with pytest.raises(InvalidWheel, match="app/other is missing"):
        wheel.head("app/other", 6)


def test_signatures_and_folders_need_no_line_in_record():
    signed = members() | {f"{INFO}/RECORD.jws": b"{}", f"{INFO}/RECORD.p7s": b"", "app/": b"", f"{INFO}/": b""}
    assert (
        contents(open_wheel(archive(signed), filename=NAME)).keys()
        == contents(open_wheel(MADE.content, filename=NAME)).keys()
    )


@pytest.mark.parametrize(
    ("made_as", "filename"),
    [
        (("My.App", "1.0"), "my_app-1.0-py3-none-any.whl"),
        (("app", "1.0"), "app-1.0.0-py3-none-any.whl"),
        (("app", "1.0+local.1"), "app-1.0+local.1-py3-none-any.whl"),
        (("app", "1!2.0rc1"), "app-1!2.0rc1-py3-none-any.whl"),
        (("app", "1.0"), "app-1.0-7-py3-none-any.whl"),
    ],
)
def test_names_and_versions_are_compared_in_their_normal_form(made_as, filename):
    wheel = open_wheel(make_wheel(*made_as).content, filename=filename)
    assert wheel.metadata == read_wheel_metadata(make_wheel(*made_as).content, filename=filename)


@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        pytest.param(b"", "cannot be read", id="nothing"),
        pytest.param(b"<html>", "cannot be read", id="HTML"),
        pytest.param(MADE.content[:-30], "cannot be read", id="truncated"),
        pytest.param(archive({}), "0 .dist-info folders", id="empty"),
        pytest.param(archive(members() | {"b-1.dist-info/METADATA": b""}), "2 .dist-info folders", id="two dist-infos"),
        pytest.param(make_wheel("app", "2").content, "app-2.dist-info belongs to another release", id="other version"),
        pytest.param(make_wheel("b", "1.0").content, "b-1.0.dist-info belongs to another release", id="other name"),
        pytest.param(
            archive({"app-one.dist-info/METADATA": b""}), "app-one.dist-info belongs to another", id="no version"
        ),
        pytest.param(
            archive({f"app-{'1' * 200}.dist-info/METADATA": b""}), "belongs to another release", id="long version"
        ),
        pytest.param(changed(METADATA=None), f"{INFO}/METADATA is missing", id="no METADATA"),
        pytest.param(changed(METADATA=b"Name: app"), "METADATA: Metadata-Version is missing", id="bad METADATA"),
        pytest.param(
            changed(METADATA=b"Metadata-Version: 2.1\nName: app\nVersion: 2"), "that of app 2", id="METADATA's version"
        ),
        pytest.param(
            changed(METADATA=b"Metadata-Version: 2.1\nName: b\nVersion: 1.0"), "that of b 1.0", id="METADATA's name"
        ),
        pytest.param(changed(WHEEL=None), f"{INFO}/WHEEL is missing", id="no WHEEL"),
        pytest.param(changed(WHEEL=b""), "unknown Wheel-Version nothing", id="empty WHEEL"),
        pytest.param(changed(WHEEL=b"Wheel-Version: 2.0"), "unknown Wheel-Version '2.0'", id="WHEEL 2"),
        pytest.param(changed(WHEEL=b"\xff"), "WHEEL is not UTF-8", id="WHEEL is no text"),
        pytest.param(changed(RECORD=None), f"{INFO}/RECORD is missing", id="no RECORD"),
        pytest.param(changed(RECORD=b"a"), "1 instead of 3 fields", id="bad RECORD"),
        pytest.param(changed(RECORD=b""), "app/empty is not in RECORD", id="empty RECORD"),
        pytest.param(record("app/empty", "app/ghost"), "lists app/ghost, which is missing", id="ghost"),
        pytest.param(
            record("app/empty", "../empty"), "'../empty', which does not stay below its folder", id="RECORD escapes"
        ),
        pytest.param(record("app/empty,sha256=", "app/empty,md5="), "stronger hash of app/empty", id="MD5"),
        pytest.param(record("app/empty,sha256=", "app/empty,sha1="), "stronger hash of app/empty", id="SHA-1"),
        pytest.param(record("app/empty,sha256=47", "app/empty,sha256=48"), "app/empty is not the file", id="hash"),
        pytest.param(record(",0\n", ",1\n"), "app/empty is not the file", id="size"),
        pytest.param(record("app/empty,", "app/empty,,\napp/empty,"), "lists app/empty twice", id="listed twice"),
        pytest.param(archive(members() | {"../evil": b""}), "'../evil' does not stay below", id="path"),
        pytest.param(archive(members() | {"APP/EMPTY": b""}), "'APP/EMPTY' and 'app/empty' collide", id="case"),
        pytest.param(
            archive(members(), external_attr=(stat.S_IFLNK | 0o777) << 16), "is a symbolic link", id="symbolic link"
        ),
        pytest.param(archive(members(), compress_type=zipfile.ZIP_BZIP2), "is neither stored nor deflated", id="bzip2"),
        pytest.param(archive(members(), compress_type=zipfile.ZIP_LZMA), "is neither stored nor deflated", id="lzma"),
        pytest.param(
            MADE.content.replace(b"app/empty", b"app/em\0ty"), "has a backslash or a control character", id="NUL"
        ),
    ],
)
def test_a_wheel_that_breaks_the_specification_is_refused(content, fragment):
    assert fragment in problems(content)


def test_a_repeated_member_is_refused():
    buffer = io.BytesIO(MADE.content)
    with zipfile.ZipFile(buffer, "a") as opened, pytest.warns(UserWarning, match="Duplicate name"):
        opened.writestr("app/empty", b"")
    assert "'app/empty' occurs twice" in problems(buffer.getvalue())


def test_an_encrypted_member_is_refused():
    position = MADE.content.index(b"PK\1\2") + 8
    flags = bytes([MADE.content[position] | 1])
    assert "encrypted" in problems(MADE.content[:position] + flags + MADE.content[position + 1 :])


@pytest.mark.parametrize(
    "filename",
    [
        "app.whl",
        "app-1.0.tar.gz",
        "app-one-py3-none-any.whl",
        pytest.param(f"app-{'1' * 5000}-py3-none-any.whl", id="long version"),
    ],
)
def test_a_filename_of_another_kind_is_refused(filename):
    assert problems(MADE.content, filename)


def test_all_problems_of_a_record_are_listed():
    text = problems(changed(RECORD=b"ghost,,\nbanshee,,\n"))
    assert all(f"RECORD lists {name}, which is missing" in text for name in ("ghost", "banshee"))
    assert "app/empty is not in RECORD" in text


def test_the_problems_of_all_files_are_listed_at_once():
    wheel = b"Wheel-Version: 2.0\nTag: py2-none-any\nBuild: 1\nBuild: 2\n"
    metadata = b"Metadata-Version: 3.0\nVersion: one\nRequires-Dist: b>>1\nRequires-Dist: c]\n"
    text = problems(changed(WHEEL=wheel, METADATA=metadata, RECORD=b"ghost,,\n"))
    for problem in (
        "unknown Wheel-Version '2.0'",
        "WHEEL has the tags 'py2-none-any'",
        "WHEEL has the build '1', '2'",
        "Metadata-Version '3.0' is unknown",
        "Name is missing",
        "Version 'one' is invalid",
        "Requires-Dist 'b>>1' is not a requirement",
        "Requires-Dist 'c]' is not a requirement",
        "RECORD lists ghost, which is missing",
        "app/empty is not in RECORD",
    ):
        assert problem in text


def test_one_member_is_read_and_compared_with_record():
    wheel = open_wheel(MADE.content, filename=NAME)
    assert wheel.read("app/__init__.py") == b"answer = 42\n"
    assert wheel.read(f"{INFO}/RECORD") == members()[f"{INFO}/RECORD"]
    with pytest.raises(InvalidWheel, match="app/ghost is missing"):
        wheel.read("app/ghost")
    other = open_wheel(record("app/empty,sha256=47", "app/empty,sha256=48"), filename=NAME)
    with pytest.raises(InvalidWheel, match="app/empty is not the file that RECORD lists"):
        other.read("app/empty")


def test_metadata_of_a_wheel_beyond_a_limit_can_be_read():
    with pytest.raises(InvalidWheel, match="above the limit of 1"):
        open_wheel(MADE.content, filename=NAME, limits=ArchiveLimits(entries=1))
    assert read_wheel_metadata(MADE.content, filename=NAME).name == "app"


def test_metadata_that_is_too_large_is_not_unpacked():
    vast = make_wheel("App", "1.0", description="a" * 2**25).content
    with pytest.raises(InvalidWheel, match="METADATA is larger than"):
        read_wheel_metadata(vast, filename=NAME)


@given(st.binary())
def test_any_bytes_are_refused(content):
    assert problems(content)


INTENDED = contents(open_wheel(MADE.content, filename=NAME))
CHANGES = st.lists(st.tuples(st.integers(0, len(MADE.content) - 1), st.integers(0, 255)), min_size=1, max_size=4)


@given(CHANGES, st.integers(0, len(MADE.content)), st.binary(max_size=3))
def test_a_damaged_wheel_is_refused_or_read_correctly(changes, cut, patch):
    damaged = bytearray(MADE.content)
    for position, value in changes:
        damaged[position] = value
    damaged[cut:cut] = patch
    try:
        wheel = open_wheel(bytes(damaged), filename=NAME)
        found = contents(wheel)
    except InvalidWheel:
        return
    assert found == INTENDED
    assert wheel.metadata == read_wheel_metadata(MADE.content, filename=NAME)


@given(CHANGES)
def test_metadata_of_a_damaged_wheel_is_refused_or_correct(changes):
    damaged = bytearray(MADE.content)
    for position, value in changes:
        damaged[position] = value
    try:
        metadata = read_wheel_metadata(bytes(damaged), filename=NAME)
    except InvalidWheel:
        return
    assert metadata == read_wheel_metadata(MADE.content, filename=NAME)
