from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tests.harness.side_modules import (
    CUSTOM,
    ELF,
    EXPORT_INFO,
    IMPORT_INFO,
    MEM_INFO,
    NEEDED,
    PREAMBLE,
    RUNTIME_PATH,
    dylink,
    leb,
    section,
    side_module,
    string,
    strings,
)
from wherry.errors import InvalidWheel
from wherry.formats.dylink import Linking, head_size, read_linking

MODULE = side_module(["liba.so", "libb.so.1"], ["$ORIGIN", "$ORIGIN/../app.libs"])
LINKING = Linking(("liba.so", "libb.so.1"), ("$ORIGIN", "$ORIGIN/../app.libs"))


def read(content: bytes) -> Linking:
    return read_linking(content, path="app/_ext.so", filename="app.whl")


def with_subsections(*subsections: bytes) -> bytes:
    return PREAMBLE + section(CUSTOM, string("dylink.0") + b"".join(subsections))


def test_needed_libraries_and_runtime_paths_are_read():
    assert read(MODULE) == LINKING
    assert read(side_module()) == Linking()


def test_only_the_head_is_read():
    size = head_size(MODULE[:32])
    assert size == len(PREAMBLE + dylink(LINKING.needed, LINKING.runtime_paths))
    assert read(MODULE[:size]) == LINKING


def test_other_subsections_are_skipped():
    exports = section(EXPORT_INFO, leb(1) + string("answer") + b"\0")
    imports = section(IMPORT_INFO, leb(1) + string("env") + string("answer") + b"\1")
    content = with_subsections(
        section(MEM_INFO, bytes(4)), exports, strings(NEEDED, ["liba.so"]), imports, section(9, b"?")
    )
    assert read(content) == Linking(("liba.so",))


def test_numbers_may_be_padded():
    padded = strings(NEEDED, ["liba.so"]).replace(b"\1\7", b"\x81\x80\x80\x80\x00\7").replace(b"\2\x09", b"\2\x0d")
    assert read(with_subsections(padded)) == Linking(("liba.so",))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(ELF, id="ELF"),
        pytest.param(PREAMBLE, id="no section"),
        pytest.param(b"\0asm\x0d\0\1\0" + dylink(), id="a component"),
        pytest.param(PREAMBLE + section(1, b"\0"), id="another section first"),
        pytest.param(PREAMBLE + section(CUSTOM, string("dylink") + bytes(5)), id="the section of an older convention"),
        pytest.param(PREAMBLE + b"\0\2\x08dylink.0", id="a name beyond the section"),
        pytest.param(PREAMBLE + b"\0\xff\xff\xff\xff\xff\x08dylink.0", id="endless size"),
    ],
)
def test_a_file_that_is_no_shared_library_has_no_head(content):
    assert head_size(content) is None
    with pytest.raises(InvalidWheel, match=r"app/_ext\.so is not a complete shared library"):
        read(content)


def test_a_head_that_is_cut_off_is_refused():
    with pytest.raises(InvalidWheel, match="not a complete"):
        read(MODULE[:40])


@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        pytest.param(b"\2", "beyond its end", id="no size"),
        pytest.param(b"\2\7\0", "beyond its end", id="size beyond the section"),
        pytest.param(section(NEEDED, b""), "beyond its end", id="no count"),
        pytest.param(section(NEEDED, b"\2" + string("a")), "beyond its end", id="count too great"),
        pytest.param(section(NEEDED, leb(2**32 - 1)), "beyond its end", id="count beyond reason"),
        pytest.param(section(NEEDED, b"\1\7liba"), "beyond its end", id="name beyond the list"),
        pytest.param(section(NEEDED, b"\0" + string("a")), "bytes follow a list of names", id="count too small"),
        pytest.param(section(NEEDED, b"\x80\x80\x80\x80\x80\0"), "does not end", id="number of six bytes"),
        pytest.param(section(NEEDED, b"\xff\xff\xff\xff\x1f"), "more than 32 bits", id="number of 33 bits"),
        pytest.param(section(NEEDED, b"\1\1\xff"), "not UTF-8", id="encoding"),
        pytest.param(strings(NEEDED, [""]), "is empty", id="empty name"),
        pytest.param(strings(NEEDED, ["a\0b"]), "contains a NUL", id="NUL"),
        pytest.param(strings(NEEDED, ["a"]) * 2, "subsection 2 occurs twice", id="twice"),
        pytest.param(strings(RUNTIME_PATH, ["/a"]) * 2, "subsection 5 occurs twice", id="paths twice"),
    ],
)
def test_a_malformed_section_is_refused_and_named(content, fragment):
    with pytest.raises(InvalidWheel, match=fragment) as caught:
        read(with_subsections(content))
    assert caught.value.filename == "app.whl"
    assert "app/_ext.so" in str(caught.value)


@given(st.binary())
def test_any_section_is_read_or_refused(content):
    assert_read_or_refused(with_subsections(content))


POSITIONS = st.integers(0, len(MODULE) - 1)


@given(st.lists(st.tuples(POSITIONS, st.integers(0, 255)), min_size=1, max_size=4), POSITIONS, st.binary(max_size=3))
def test_a_damaged_library_is_read_or_refused(changes, cut, patch):
    damaged = bytearray(MODULE)
    for position, value in changes:
        damaged[position] = value
    damaged[cut:cut] = patch
    assert_read_or_refused(bytes(damaged))


def assert_read_or_refused(content: bytes) -> None:
    """Read ``content``; any exception other than InvalidWheel fails, and so does a name that no loader can find."""
    try:
        linking = read(content)
    except InvalidWheel:
        return
    assert all(name and "\0" not in name for name in (*linking.needed, *linking.runtime_paths))
