from __future__ import annotations

import io
from email import message_from_string

import pytest
from hypothesis import given, strategies as st
from packaging.metadata import parse_email
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from wherry.errors import InvalidMetadata
from wherry.formats.core_metadata import parse_core_metadata, parse_headers
from wherry.model.core_metadata import CoreMetadata

LEAST = "Metadata-Version: 2.4\nName: My.App\nVersion: 1.0\n"


def read(text: str) -> CoreMetadata:
    return parse_core_metadata(text.encode(), subject="app.whl")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_fields_that_the_resolver_needs_are_read(newline):
    text = (
        LEAST + "Requires-Python: >=3.9\nProvides-Extra: Fast_IO\nRequires-Dist: a>=2\n"
        "requires-dist: b[x]; extra == 'fast-io'\nClassifier: Private\n\nRequires-Dist: in-the-description\n"
    )
    assert read(text.replace("\n", newline)) == CoreMetadata(
        canonicalize_name("my-app"),
        Version("1.0"),
        (Requirement("a>=2"), Requirement("b[x]; extra == 'fast-io'")),
        SpecifierSet(">=3.9"),
        frozenset({canonicalize_name("fast-io")}),
    )


def test_name_and_version_are_enough():
    assert read(LEAST + "Requires-Python:\n") == CoreMetadata(canonicalize_name("my-app"), Version("1.0"))


@pytest.mark.parametrize("version", ["1.0", "1.2", "2.0", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.99"])
def test_any_minor_version_is_accepted(version):
    assert read(LEAST.replace("2.4", version)).name == "my-app"


def test_a_license_of_several_paragraphs_does_not_end_the_headers():
    license_text = "License: First\n        \n        Second: paragraph\n\t\n"
    assert [str(item) for item in read(f"{LEAST}{license_text}Requires-Dist: a\n").requires_dist] == ["a"]


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        pytest.param("", "Metadata-Version is missing", id="nothing"),
        pytest.param("\n" + LEAST, "Metadata-Version is missing", id="body only"),
        pytest.param(LEAST.replace("2.4", "3.0"), "Metadata-Version '3.0' is unknown", id="version 3"),
        pytest.param(LEAST.replace("2.4", "21.0"), "Metadata-Version '21.0' is unknown", id="version 21"),
        pytest.param(LEAST.replace("Name: My.App\n", ""), "Name is missing", id="nameless"),
        pytest.param(LEAST.replace("My.App", " "), "Name is missing", id="empty name"),
        pytest.param(LEAST.replace("My.App", "../app"), "Name '../app' is invalid", id="path for a name"),
        pytest.param(LEAST + "Name: other\n", "Name is given 2 times", id="two names"),
        pytest.param(LEAST.replace("1.0", "one"), "Version 'one' is invalid", id="version"),
        pytest.param(
            LEAST.replace("1.0", "1" * 256), "Version has 256 characters, above the limit of 255", id="version too long"
        ),
        pytest.param(
            LEAST.replace("My.App", "a" * 60_000),
            "Name has 60000 characters, above the limit of 255",
            id="name too long",
        ),
        pytest.param(
            LEAST + "Requires-Dist: b\n" * 10_001,
            "Requires-Dist is given 10001 times, above the limit of 10000",
            id="too many requirements",
        ),
        pytest.param(
            LEAST + f"Requires-Dist: b @ https://example.org/{'a' * 4000}\n" * 300,
            "characters in all, above the limit of 1000000",
            id="requirements too long together",
        ),
        pytest.param(
            LEAST + f"Requires-Dist: b[{','.join(f'x{i}' for i in range(500))}]\n" * 20,
            "Requires-Dist has 10020 requirements and extras, above the limit of 10000",
            id="too many extras",
        ),
        pytest.param(LEAST + "Requires-Dist: a >\n", "Requires-Dist 'a >' is not a requirement", id="requirement"),
        pytest.param(LEAST + f"Requires-Dist: a; {'(' * 3999}\n", "is not a requirement", id="requirement too deep"),
        pytest.param(LEAST + "Requires-Dist: a>dev\n", "Requires-Dist 'a>dev' is not a requirement", id="no version"),
    ],
)
def test_the_invalid_field_is_named(text, fragment):
    with pytest.raises(InvalidMetadata) as caught:
        read(text)
    assert caught.value.subject == "app.whl"
    assert fragment in caught.value.problem


@pytest.mark.parametrize("field", ["Requires-Dist: b>", "Requires-Python: >"])
def test_a_number_of_too_many_digits_is_refused(field):
    with pytest.raises(InvalidMetadata, match=r"has \d+ characters"):
        parse_core_metadata(f"{LEAST}{field}={'1' * 5000}\n".encode(), subject="app.whl")


def test_harmless_faults_are_warnings_that_name_the_file():
    metadata = read(LEAST + "Requires-Python: >=3.6.*\nRequires-Dist: a>=4.0.*,\nRequires-Dist: b; os_name ~= 'x'\n")
    assert metadata.requires_python == SpecifierSet(">=3.6")
    assert metadata.requires_dist == (Requirement("a>=4.0"), Requirement("b; os_name ~= 'x'"))
    assert metadata.warnings == (
        "app.whl: Requires-Dist 'a>=4.0.*,' is not a requirement; it is read as 'a>=4.0'",
        'app.whl: os_name ~= "x" is undefined and counts as false, in Requires-Dist "b; os_name ~= \'x\'"',
        "app.whl: Requires-Python '>=3.6.*' is not a version specifier; it is read as '>=3.6'",
    )


def test_warnings_are_not_compared():
    assert read(LEAST + "Requires-Python: >=3.6.*\n") == read(LEAST + "Requires-Python: >=3.6\n")


# Headers of real wheels, which have no other fault.
@pytest.mark.parametrize(
    ("headers", "requires_python", "warning"),
    [
        pytest.param(
            "Metadata-Version: 1.2\nName: flit\nVersion: 0.5\nRequires-Python: 3\nRequires-Dist: requests\n",
            None,
            "Requires-Python '3' is not a version specifier; it is ignored",
            id="flit 0.5",
        ),
        pytest.param(
            "Metadata-Version: 2.1\nName: boilerpy3\nVersion: 1.0.6\nRequires-Python: >=3.6.*\n",
            SpecifierSet(">=3.6"),
            "Requires-Python '>=3.6.*' is not a version specifier; it is read as '>=3.6'",
            id="boilerpy3 1.0.6",
        ),
    ],
)
def test_metadata_of_real_wheels_is_accepted(headers, requires_python, warning):
    metadata = read(headers)
    assert metadata.requires_python == requires_python
    assert metadata.warnings == (f"app.whl: {warning}",)


def test_lenient_reading_requires_only_a_valid_name_and_version():
    content = (
        b"Name: my.app\nVersion: 1.0\nAuthor: \xff\nRequires-Dist: a>dev\nRequires-Dist: b>=1,\nRequires-Python: 3\n"
    )
    metadata = parse_core_metadata(content, subject="my_app-1.0.dist-info", lenient=True)
    assert (metadata.name, str(metadata.version)) == ("my-app", "1.0")
    assert metadata.requires_dist == (Requirement("b>=1"),)
    assert metadata.warnings == (
        "my_app-1.0.dist-info: Requires-Dist 'b>=1,' is not a requirement; it is read as 'b>=1'",
        "my_app-1.0.dist-info: Requires-Python '3' is not a version specifier; it is ignored",
    )
    with pytest.raises(InvalidMetadata, match="Version is missing"):
        parse_core_metadata(b"Name: my.app\n", subject="my_app-1.0.dist-info", lenient=True)


def test_all_problems_are_listed():
    with pytest.raises(InvalidMetadata) as caught:
        parse_core_metadata(
            b"Metadata-Version: 3\nVersion: x\nRequires-Dist: b>>1\nRequires-Dist: c]", subject="app.whl"
        )
    for fragment in ("version '3' is", "Name is missing", "'x' is invalid", "'b>>1' is not", "'c]' is not"):
        assert fragment.casefold() in str(caught.value).casefold()


def test_metadata_that_is_not_utf_8_is_refused():
    with pytest.raises(InvalidMetadata, match="not UTF-8"):
        parse_core_metadata(LEAST.encode() + b"Author: \xff\n", subject="app.whl")


LINES = st.sampled_from(
    [
        "Requires-Dist: a>=1",
        "Requires-Dist:b",
        "requires-dist:\tc ; extra == 'x'",
        "Provides-Extra: x",
        "Description: one",
        "        two: three",
        "        ",
        "\t",
        "\tfour",
        "Classifier: with : colons",
        "no header",
        "",
    ]
)


def unfolded(values: list[str]) -> list[str]:
    return [" ".join(value.split()) for value in values]


@given(st.lists(LINES, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_headers_are_those_of_the_email_parser(lines, newline):
    # The parsers differ at a first line that begins with white space, which no METADATA file has.
    text = newline.join(["Metadata-Version: 2.4", *lines, ""])
    raw, _ = parse_email(text)
    headers = parse_headers(text)
    assert unfolded(headers.get("requires-dist", [])) == unfolded(raw.get("requires_dist", []))
    assert unfolded(headers.get("provides-extra", [])) == unfolded(raw.get("provides_extra", []))
    assert unfolded(headers.get("classifier", [])) == unfolded(raw.get("classifiers", []))


ODD_LINES = LINES | st.sampled_from(
    [
        "Name : x",
        "Two Words: x",
        ": x",
        "From x: y",
        "From",
        "Name: x\rVersion: 2",
        "\ufeffName: x",
        "N\xe4me: x",
        "\x0c",
    ]
)


@given(
    st.lists(ODD_LINES | st.text("aN: \t\r\x0b\x85\u2028", max_size=6), max_size=8),
    st.sampled_from(["\n", "\r\n", "\r\r\n"]),
)
def test_headers_are_those_of_importlib_metadata(lines, newline):
    content = newline.join([*lines, ""]).encode()
    seen = message_from_string(io.TextIOWrapper(io.BytesIO(content), encoding="utf-8").read())
    headers = parse_headers(content.decode())
    assert {name: unfolded(values) for name, values in headers.items()} == {
        key.lower(): unfolded([str(value) for value in seen.get_all(key, [])]) for key in seen
    }


def test_the_headers_are_read_in_linear_time():
    text = LEAST + "Description: a\n" + " b\n" * 200_000
    assert len(parse_headers(text)["description"][0]) == 400_001


def is_read_or_refused(content: bytes) -> bool:
    try:
        return parse_core_metadata(content, subject="app.whl").version is not None
    except InvalidMetadata as error:
        return bool(error.problem)


VALUES = st.text(alphabet="1.0a;()[]<>=~!'\" \\,@-_#\t", max_size=12) | st.text(max_size=6)
FIELDS = st.sampled_from(["Requires-Dist", "Requires-Python", "Provides-Extra", "Version", "Name"])


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_refused_or_read(content):
    assert is_read_or_refused(content)


@given(st.lists(st.tuples(FIELDS, VALUES), max_size=3))
def test_any_values_are_refused_or_read(fields):
    assert is_read_or_refused((LEAST + "".join(f"{key}: {value}\n" for key, value in fields)).encode())


def test_ten_thousand_requirements_are_read():
    lines = "".join(f"Requires-Dist: b{number}; extra == 'all'\n" for number in range(10_000))
    assert len(parse_core_metadata(f"{LEAST}{lines}".encode(), subject="app.whl").requires_dist) == 10_000


def test_only_the_first_of_very_many_problems_are_shown():
    text = LEAST + f"Requires-Dist: ?{'x' * 4000}\n" * 30
    with pytest.raises(InvalidMetadata, match="; and 10 more") as caught:
        parse_core_metadata(text.encode(), subject="app.whl")
    assert len(str(caught.value)) < 4000
