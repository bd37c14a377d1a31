from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, strategies as st

from wherry.errors import InvalidWheel
from wherry.formats.record import PROTECTING, RecordEntry, digest_of, encode_digest, parse_record, write_record


def read(text: str) -> list[RecordEntry]:
    return parse_record(text, filename="app.whl")


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("a.py,sha256=AbC_-,12", RecordEntry("a.py", "sha256", "AbC_-", 12)),
        ("a.py,SHA256=AbC=,0", RecordEntry("a.py", "sha256", "AbC", 0)),
        ("a.py,sha256=AbC,", RecordEntry("a.py", "sha256", "AbC")),
        ("app-1.dist-info/RECORD,,", RecordEntry("app-1.dist-info/RECORD")),
        ('"a,""b"".py",,', RecordEntry('a,"b".py')),
        ("../../bin/app,,1", RecordEntry("../../bin/app", size=1)),
        ("ä/ö.py,,", RecordEntry("ä/ö.py")),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", ""])
def test_a_line_is_a_file(line, entry, newline):
    assert read(line + newline) == [entry]


@pytest.mark.parametrize("algorithm", sorted(PROTECTING))
@pytest.mark.parametrize("write", [bytes.hex, lambda raw: raw.hex().upper(), lambda raw: f"{encode_digest(raw)}="])
def test_a_digest_is_read_in_any_notation(algorithm, write):
    hashed = hashlib.new(algorithm, b"content")
    raw = hashed.digest(20) if algorithm.startswith("shake") else hashed.digest()  # type: ignore[call-arg]
    (entry,) = read(f"a.py,{algorithm}={write(raw)},7\n")
    assert entry == RecordEntry("a.py", algorithm, encode_digest(raw), 7)
    assert digest_of(b"content", entry) == entry.digest
    assert digest_of(b"other", entry) != entry.digest


def test_another_notation_gives_one_warning():
    digest = hashlib.sha256(b"").hexdigest()
    warnings: list[str] = []
    lines = "".join(f"{name},sha256={digest},0\n" for name in "abcde")
    parse_record(f"{lines}f,sha256={encode_digest(bytes.fromhex(digest))},0\n", filename="app.whl", warnings=warnings)
    assert warnings == ["its RECORD has hashes in another notation: a, b, c and 2 more"]


def test_a_byte_order_mark_is_ignored():
    assert read("\ufeffa.py,,\n") == read("a.py,,\n")


def test_empty_lines_are_skipped():
    assert [entry.path for entry in read("\na,,\n\nb,,\n")] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("a.py\n", "1 instead of 3 fields"),
        ("a.py,,,\n", "4 instead of 3 fields"),
        ('"a.py,,\n', "not CSV"),
        ("a.py,,many\n", "a.py the invalid size 'many'"),
        ("a.py,,-1\n", "a.py the invalid size '-1'"),
        ("a.py,,²\n", "a.py the invalid size '²'"),
        (f"a.py,,{'1' * 5000}\n", "a.py the invalid size"),
        (f"{'a' * 200_000},,\n", "not CSV"),
    ],
    ids=range(8),
)
def test_the_invalid_line_is_named(text, fragment):
    with pytest.raises(InvalidWheel) as caught:
        read(text)
    assert caught.value.filename == "app.whl"
    assert fragment in str(caught.value)


def test_the_problems_of_all_lines_are_listed():
    with pytest.raises(InvalidWheel) as caught:
        read("a\nb,,\nc,,many\n")
    assert len(caught.value.problems) == 2


def test_a_digest_is_written_in_the_notation_of_the_specification():
    digest = hashlib.sha256(b"").digest()
    assert encode_digest(digest) == "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"


# Control characters are refused in paths before a RECORD is ever written.
PATHS = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1)
CHECKSUMS = st.just(("", "")) | st.tuples(
    st.sampled_from(["sha256", "sha512"]), st.binary(min_size=1, max_size=64).map(encode_digest)
)
ENTRIES = st.builds(
    lambda path, checksum, size: RecordEntry(path, checksum[0], checksum[1], size),
    PATHS,
    CHECKSUMS,
    st.none() | st.integers(0, 2**64),
)


@given(st.lists(ENTRIES))
def test_written_entries_are_read_back(entries):
    assert read(write_record(entries)) == entries


@given(st.lists(ENTRIES), st.text(alphabet='a,"=1\n', max_size=4))
def test_lines_are_read_alike_however_they_end(entries, more):
    def outcome(text: str) -> object:
        try:
            return read(text)
        except InvalidWheel as error:
            # Within quotation marks a line end is text, and is shown as it is.
            return [problem.replace(r"\r\n", r"\n") for problem in error.problems]

    text = write_record(entries) + more
    # Only lines of the usual kind are read all at once, and they end with a line feed.
    assert outcome(text) == outcome(text.replace("\n", "\r\n"))


@given(st.text() | st.text(alphabet='a,"=1\r\n'))
def test_any_text_is_refused_or_read(text):
    try:
        entries = read(text)
    except InvalidWheel:
        return
    assert all(entry.size is None or entry.size >= 0 for entry in entries)


@pytest.mark.parametrize(
    "line",
    ["x" * 100_000, f"{'x' * 100_000},,{'9' * 100_000}", "," * 100_000, f"x,,{'a' * 100_000}"],
    ids=["one field", "path", "many fields", "size"],
)
def test_no_row_of_an_error_is_long(line):
    with pytest.raises(InvalidWheel) as caught:
        parse_record(f"{line}\n", filename="app-1-py3-none-any.whl")
    assert max(map(len, caught.value.problems)) < 350
