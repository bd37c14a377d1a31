from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from wherry.errors import InvalidWheel
from wherry.formats.record import RecordEntry, encode_digest
from wherry.formats.wheel_record import match_record, read_wheel_record

GOOD = RecordEntry("a", "sha256", "digest", 1)
DEEP = RecordEntry("b/c", "sha256", "digest", 1)
SIZES = {"a": 1, "b/": 0, "b/c": 1, "i/RECORD": 9, "i/RECORD.jws": 9}
UNLISTED = frozenset({"i/RECORD", "i/RECORD.jws", "i/RECORD.p7s"})


def match(*entries: RecordEntry) -> tuple[dict[str, RecordEntry], list[str], list[str]]:
    problems: list[str] = []
    warnings: list[str] = []
    return match_record(entries, SIZES, UNLISTED, problems, warnings), problems, warnings


@pytest.mark.parametrize(
    "more",
    [
        (),
        (GOOD,),
        (RecordEntry("i/RECORD"),),
        (RecordEntry("i/RECORD", "sha256", "any", 3), RecordEntry("i/RECORD.p7s")),
    ],
)
def test_the_files_of_a_wheel_have_one_line_each(more):
    assert match(GOOD, DEEP, *more) == ({"a": GOOD, "b/c": DEEP}, [], [])


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ([DEEP], "a is not in RECORD"),
        ([GOOD, DEEP, RecordEntry("d", "sha256", "digest")], "RECORD lists d, which is missing"),
        ([GOOD, DEEP, RecordEntry("../b")], "RECORD lists '../b', which does not stay below its folder"),
        ([GOOD, DEEP, RecordEntry("/d")], "RECORD lists '/d', which is absolute"),
        ([GOOD, DEEP, RecordEntry("a", "sha384", "digest")], "RECORD lists a twice"),
        ([GOOD, DEEP, RecordEntry("./a", "sha384", "digest")], "RECORD lists a twice"),
        ([DEEP, RecordEntry("a")], "RECORD has no SHA-256 or stronger hash of a"),
        ([DEEP, RecordEntry("a", "md5", "digest", 1)], "RECORD has no SHA-256 or stronger hash of a"),
        ([DEEP, RecordEntry("a", "shake_128", "digest", 1)], "RECORD has no SHA-256 or stronger hash of a"),
        (
            [DEEP, RecordEntry("a", "sha256", "digest", 2)],
            "a is not the file that RECORD lists: it has 1 bytes instead of 2",
        ),
        ([GOOD, DEEP, RecordEntry("b/", size=1)], "RECORD gives the folder b/ a size"),
    ],
)
def test_a_mismatch_is_a_problem(entries, problem):
    assert match(*entries)[1] == [problem]


@pytest.mark.parametrize(
    ("more", "warning"),
    [
        (RecordEntry("b"), "its RECORD lists folders: b"),
        (RecordEntry("b/", size=0), "its RECORD lists folders: b/"),
        (RecordEntry("./b/"), "its RECORD lists folders: ./b/"),
        (RecordEntry("i"), "its RECORD lists folders: i"),
        (GOOD._replace(path="/a"), "its RECORD has paths in another spelling: /a"),
        (DEEP._replace(path="b\\c"), "its RECORD has paths in another spelling: b\\c"),
        (DEEP._replace(path=".//b/./c"), "its RECORD has paths in another spelling: .//b/./c"),
        (RecordEntry("/i/RECORD"), "its RECORD has paths in another spelling: /i/RECORD"),
    ],
)
def test_a_harmless_fault_is_a_warning(more, warning):
    assert match(GOOD, DEEP, more) == ({"a": GOOD, "b/c": DEEP}, [], [warning])


def test_rare_algorithms_give_a_warning():
    rare = [GOOD._replace(algorithm="blake2s"), DEEP._replace(algorithm="sha3_256")]
    assert match(*rare)[2] == ["its RECORD has hashes of rare algorithms: blake2s, sha3_256"]


def test_a_record_without_a_line_for_each_file_is_refused():
    with pytest.raises(InvalidWheel) as caught:
        read_wheel_record("a,,1\nd,,\n", SIZES, UNLISTED, filename="app.whl", warnings=[])
    assert len(caught.value.problems) == 3
    assert caught.value.filename == "app.whl"


DIGEST = encode_digest(b"d" * 32)
PATHS = st.sampled_from([*SIZES, "./a", "/a", "b", "/b/", "b\\c", "../a", "", ".", "/", "d"]) | st.text(
    "ab/.\\", max_size=6
)
ENTRIES = st.builds(
    RecordEntry,
    PATHS,
    st.sampled_from(["sha256", "sha256", "blake2b", "md5", ""]),
    st.sampled_from([DIGEST, ""]),
    st.sampled_from([None, 1, 0]),
)


@given(st.lists(ENTRIES, max_size=6), st.booleans())
def test_a_matching_record_has_a_strong_hash_for_every_file_and_no_other(entries, complete):
    record, problems, _ = match(*entries, *([GOOD, DEEP] if complete else ()))
    if not problems:
        assert record.keys() == {"a", "b/c"}
        assert all(entry.path == path and entry.algorithm in {"sha256", "blake2b"} for path, entry in record.items())


@pytest.mark.parametrize(
    "path",
    ["y" * 100_000, "../" + "x" * 100_000, "b" + "/" * 100_000],
    ids=["missing", "escaping", "folder"],
)
def test_no_row_about_a_line_is_long(path):
    with pytest.raises(InvalidWheel) as caught:
        read_wheel_record(
            f"{path},sha256=a,1\n", {"b/": 0, "b/c": 1}, (), filename="app-1-py3-none-any.whl", warnings=[]
        )
    assert max(map(len, caught.value.problems)) < 350
