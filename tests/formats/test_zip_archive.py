"""Valid archives are read; ambiguous archives are refused. tests/harness/hostile_archives.py has the faults one by one;
here they are combined."""

from __future__ import annotations

import io
import warnings
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.harness.hostile_wheel import members
from tests.harness.raw_zip import (
    DEFLATED,
    IN_ZIP64,
    STORED,
    STREAMED,
    UTF_8,
    Entry,
    Framing,
    build,
    deflate,
    descriptor,
    extra,
    unicode_path_extra,
    zip64_extra,
)
from wherry.errors import InvalidWheel
from wherry.formats.library_archive import read_library_archive
from wherry.formats.zip_archive import open_zip
from wherry.model.archive_limits import ArchiveLimits

CONTENT = b"answer = 42\n" * 9
PACKED = deflate(CONTENT)
ENTRY = Entry(b"a.py", CONTENT)
UNKNOWN = {"checksum": 0, "packed": 0, "size": 0}
IN_EXTRA = {"packed": IN_ZIP64, "size": IN_ZIP64}
BOTH_SIZES = zip64_extra(len(CONTENT), len(PACKED))


def read(archive: bytes, limits: ArchiveLimits | None = None) -> dict[str, bytes]:
    opened = open_zip(archive, filename="app.zip", limits=limits)
    return {path: opened.read(path) for path in opened.files}


def refusal(archive: bytes, limits: ArchiveLimits | None = None) -> str:
    with pytest.raises(InvalidWheel) as caught:
        read(archive, limits)
    return str(caught.value)


def read_by_zipfile(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {member.filename: opened.read(member) for member in opened.infolist() if not member.is_dir()}


def streamed(**facts: Any) -> Entry:
    usual: dict[str, Any] = {"flags": STREAMED, "local": UNKNOWN, "descriptor": descriptor(ENTRY)}
    return replace(ENTRY, **(usual | facts))


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(ENTRY, id="deflated"),
        pytest.param(replace(ENTRY, method=STORED), id="stored"),
        pytest.param(replace(ENTRY, content=b""), id="empty"),
        pytest.param(replace(ENTRY, content=b"", method=STORED), id="empty and stored"),
        pytest.param(replace(ENTRY, flags=0b110), id="compressed with great effort"),
        pytest.param(replace(ENTRY, local={"needed": 45}), id="more needed than the directory says"),
        pytest.param(replace(ENTRY, central={"attributes": 0}), id="no attributes"),
        pytest.param(replace(ENTRY, central={"attributes": 0o600 << 16}), id="a mode without a type"),
        pytest.param(streamed(), id="data descriptor"),
        pytest.param(streamed(local={}), id="data descriptor of known values"),
        pytest.param(streamed(descriptor=descriptor(ENTRY, signed=False)), id="data descriptor without signature"),
        pytest.param(
            streamed(
                local=IN_EXTRA | {"extra": zip64_extra(0, 0), "checksum": 0}, descriptor=descriptor(ENTRY, zip64=True)
            ),
            id="data descriptor of ZIP64",
        ),
        pytest.param(replace(ENTRY, local=IN_EXTRA | {"extra": BOTH_SIZES}), id="ZIP64 in the local header alone"),
        pytest.param(replace(ENTRY, local={"extra": BOTH_SIZES}), id="ZIP64 that nothing needs in the local header"),
        pytest.param(replace(ENTRY, central=IN_EXTRA | {"extra": BOTH_SIZES}), id="ZIP64 in the directory alone"),
        pytest.param(
            replace(ENTRY, central={"packed": IN_ZIP64, "extra": zip64_extra(len(PACKED))}), id="ZIP64 of one size"
        ),
        pytest.param(replace(ENTRY, central={"offset": IN_ZIP64, "extra": zip64_extra(0)}), id="ZIP64 offset"),
        pytest.param(replace(ENTRY, local={"extra": extra(0x5455, b"\1time")}), id="local extra"),
        pytest.param(replace(ENTRY, central={"extra": extra(0x5455, b"") + extra(0x6666, b"x")}), id="extras"),
        pytest.param(
            replace(ENTRY, central={"extra": unicode_path_extra(ENTRY.name, ENTRY.name)}), id="Unicode path that agrees"
        ),
    ],
)
def test_a_valid_entry_is_read(entry):
    archive = build([entry, Entry(b"b.py", b"b")])
    assert read(archive) == {"a.py": entry.content, "b.py": b"b"} == read_by_zipfile(archive)


@pytest.mark.parametrize(
    "framing",
    [
        pytest.param(Framing(), id="plain"),
        pytest.param(Framing(comment=b"made by hand"), id="comment"),
        pytest.param(Framing(zip64={}), id="ZIP64 beside the same values"),
        pytest.param(
            Framing(zip64={}, end={"entries": 0xFFFF, "here": 0xFFFF, "size": IN_ZIP64, "offset": IN_ZIP64}), id="ZIP64"
        ),
    ],
)
def test_valid_framing_is_read(framing):
    archive = build([ENTRY], framing)
    assert read(archive) == {"a.py": CONTENT} == read_by_zipfile(archive)


def test_folders_are_not_listed_as_files():
    folders = [Entry(b"a/", b"", STORED), Entry(b"a/b/", b""), Entry(b"a/b/c.py", b"c")]
    opened = open_zip(build(folders), filename="app.zip")
    assert list(opened.files) == ["a/b/c.py"]
    assert list(opened.members) == ["a/", "a/b/", "a/b/c.py"]


def test_the_directory_may_have_another_order_than_the_entries():
    first, second = Entry(b"a", b"1", STORED), Entry(b"b", b"2", STORED)
    archive = build([replace(second, listed=False), first, replace(second, placed=False, central={"offset": 0})])
    assert list(read(archive).items()) == [("a", b"1"), ("b", b"2")]


def test_names_are_utf_8():
    archive = build([Entry("日本/ä.py".encode(), b"", flags=UTF_8)])
    assert read(archive) == {"日本/ä.py": b""} == read_by_zipfile(archive)


def test_an_archive_may_be_empty():
    assert read(build([])) == {}


def test_an_absent_member_is_an_error():
    with pytest.raises(InvalidWheel, match=r"b\.py is missing"):
        open_zip(build([ENTRY]), filename="app.zip").read("b.py")


class Pipe(io.BytesIO):
    """A stream that cannot seek, as a socket; zipfile writes data descriptors into it."""

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


@pytest.mark.parametrize("into", [io.BytesIO, Pipe])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("zip64", [False, True])
def test_archives_of_zipfile_are_read(into, method, zip64):
    buffer = into()
    with zipfile.ZipFile(buffer, "w", method) as opened:
        opened.mkdir("a")
        for name in ("a/b.py", "ä.py"):
            with opened.open(name, "w", force_zip64=zip64) as file:
                file.write(CONTENT)
    assert read(buffer.getvalue()) == {"a/b.py": CONTENT, "ä.py": CONTENT}


def test_more_entries_than_the_end_record_can_count_are_read():
    count = 0xFFFF + 1
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for number in range(count):
            opened.writestr(zipfile.ZipInfo(f"{number:x}"), b"")
    assert len(open_zip(buffer.getvalue(), filename="app.zip", limits=ArchiveLimits()).members) == count


def test_all_problems_are_listed():
    liar = replace(ENTRY, local={"checksum": 1, "method": STORED}, central={"disk": 1})
    text = refusal(build([liar, replace(ENTRY, name=b"../b", flags=1)], Framing(suffix=b"x", end={"disk": 1})))
    for problem in (
        "there are 1 bytes after its end",
        "it is one of several disks",
        "'a.py' is on another disk",
        "'a.py' has a local header that disagrees about its method and checksum",
        "'../b' is encrypted",
        "'../b' does not stay below its folder",
    ):
        assert problem in text


def test_only_some_of_thousands_of_problems_are_shown():
    text = refusal(build([Entry(f"../{number}".encode()) for number in range(1000)]))
    assert "'../0' does not stay below its folder" in text
    assert "'../999'" not in text
    assert text.endswith("and 980 more")


@pytest.mark.parametrize(
    ("limits", "fragment"),
    [
        (ArchiveLimits(entries=1), "it has 2 entries, above the limit of 1"),
        (ArchiveLimits(total_size=len(CONTENT)), f"it unpacks to {len(CONTENT) + 1} bytes, above the limit of 108"),
        (ArchiveLimits(ratio=0.5, ratio_from=0), "times its size, above the limit of 0.5"),
    ],
)
def test_an_archive_beyond_a_limit_is_refused(limits, fragment):
    assert fragment in refusal(build([ENTRY, Entry(b"b", b"b")]), limits)


def test_an_archive_at_the_limits_is_accepted():
    archive = build([ENTRY, Entry(b"b", b"b")])
    size = len(CONTENT) + 1
    assert read(archive, ArchiveLimits(total_size=size, entries=2, ratio=size / len(archive), ratio_from=0))
    assert read(archive, ArchiveLimits(ratio=0.1, ratio_from=size))


def test_libraries_are_checked_as_wheels_are():
    zeros = build([Entry(b"lib.so", bytes(2**17))])
    assert read_library_archive(zeros, filename="lib.zip") == {"lib.so": bytes(2**17)}
    with pytest.raises(InvalidWheel, match="above the limit of 9"):
        read_library_archive(zeros, filename="lib.zip", limits=ArchiveLimits(total_size=9))
    with pytest.raises(InvalidWheel, match="before the first entry"):
        read_library_archive(b"x" + zeros, filename="lib.zip")


NUMBERS = st.sampled_from([0, 1, 2, 8, 9, 20, 45, 108, 0xFFFF]) | st.integers(0, 0xFFFF)
LONG = NUMBERS | st.sampled_from([len(PACKED), len(CONTENT), IN_ZIP64, 2**31 - 1, 2**31]) | st.integers(0, IN_ZIP64)
NAMES = st.sampled_from([b"a", b"b", b"A", b"a/", b"a/b", b"../a", b"\xff", "ä".encode(), b"", b"a\0b"])
CONTENTS = st.sampled_from([b"", b"a", CONTENT, b"PK\5\6" + bytes(18), build([ENTRY])])
EXTRAS = st.lists(
    st.sampled_from([b"", BOTH_SIZES, zip64_extra(0), zip64_extra(1, 2, 3), b"abc", extra(0x6666, b"x"), extra(1, b"")])
    | NAMES.map(lambda name: unicode_path_extra(b"a", name)),
    max_size=2,
).map(b"".join)
LIES: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.fixed_dictionaries(
    {},
    optional={
        "needed": NUMBERS,
        "flags": NUMBERS,
        "method": NUMBERS,
        "checksum": LONG,
        "packed": LONG,
        "size": LONG,
        "name": NAMES,
        "extra": EXTRAS,
    },
)
CENTRAL_LIES = LIES | st.fixed_dictionaries(
    {},
    optional={"offset": LONG, "attributes": LONG, "disk": NUMBERS, "comment": st.just(b"PK\1\2"), "made_by": NUMBERS},
)
STRAY = st.just(b"") | st.sampled_from([b"x", b"PK\3\4", b"PK\5\6", build([]), build([ENTRY]), descriptor(ENTRY)])
ENTRIES = st.builds(
    Entry,
    name=NAMES,
    content=CONTENTS,
    method=st.sampled_from([STORED, DEFLATED]),
    flags=st.sampled_from([0, 0, STREAMED, UTF_8]),
    packed=st.none() | st.sampled_from([PACKED, PACKED + b"x", deflate(b""), b""]),
    local=LIES,
    central=CENTRAL_LIES,
    descriptor=STRAY | st.just(descriptor(ENTRY, signed=False)),
    stray=STRAY,
    listed=st.booleans() | st.just(value=True),
    placed=st.booleans() | st.just(value=True),
)
ENDS: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.dictionaries(
    st.sampled_from(["disk", "directory_disk", "here", "entries", "size", "offset"]), NUMBERS, max_size=2
)
FRAMINGS = st.just(Framing()) | st.builds(
    Framing,
    end=ENDS | ENDS.map(lambda end: end | {"size": IN_ZIP64, "offset": IN_ZIP64}),
    zip64=st.none()
    | st.just({})
    | st.dictionaries(st.sampled_from(["locator", "entries", "size", "rest"]), LONG, max_size=1),
    prefix=STRAY,
    before_directory=STRAY,
    gap=STRAY,
    before_end=STRAY,
    comment=STRAY,
    suffix=STRAY,
)


def check(archive: bytes) -> bool:
    """Return whether the archive is accepted; if so, zipfile must read the same."""
    try:
        contents = read(archive, ArchiveLimits(total_size=2**20))
    except InvalidWheel:
        return False
    with warnings.catch_warnings():
        # zipfile only warns of duplicate names and empty Unicode paths.
        warnings.simplefilter("error")
        assert read_by_zipfile(archive) == contents
    return True


@given(st.lists(ENTRIES, max_size=3), FRAMINGS)
def test_an_inconsistent_archive_is_refused_or_read_as_zipfile_does(entries, framing):
    check(build(entries, framing))


@given(st.lists(st.builds(Entry, st.binary(max_size=5), st.binary(), st.sampled_from([STORED, DEFLATED])), max_size=3))
def test_any_names_and_contents_are_refused_or_read_as_zipfile_does(entries):
    check(build(entries))


GOOD = build(
    [
        *members(),
        streamed(name=b"streamed.py"),
        replace(ENTRY, name=b"zip64.py", central=IN_EXTRA | {"extra": BOTH_SIZES}),
    ],
    Framing(zip64={}, comment=b"comment"),
)
INTENDED = read(GOOD)
CHANGES = st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=4)


@given(CHANGES, st.integers(0, len(GOOD)), st.integers(0, 40), st.binary(max_size=3))
def test_a_damaged_archive_is_refused_or_has_the_same_contents(changes, cut, length, patch):
    damaged = bytearray(GOOD)
    for position, value in changes:
        damaged[position] = value
    damaged[cut : cut + length] = patch
    if check(bytes(damaged)):
        # Both headers may have another name, which RECORD detects; the contents of the files must be the same.
        assert sorted(read(bytes(damaged)).values()) == sorted(INTENDED.values())
