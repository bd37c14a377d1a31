"""The requirements and options of a requirements.txt."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from wherry.errors import InvalidRequirementsFile
from wherry.formats.requirements_txt import NamedFile, RequirementsText, parse_requirements_txt
from wherry.model.requirement_line import RequirementLine

SHA = "a1" * 32
LONG = "b2" * 64


def parse(text: str, **environ: str) -> RequirementsText:
    return parse_requirements_txt(text, "r.txt", environ)


def test_requirements_have_their_line_and_hashes() -> None:
    text = f"# pinned\na==1 ; python_version>'3' \\\n  --hash=sha256:{SHA} \\\n  --hash sha512:{LONG.upper()}\n\nb\n"
    assert parse(text).entries == [
        RequirementLine("a==1 ; python_version>'3'", "r.txt, line 2", (f"sha256:{SHA}", f"sha512:{LONG}")),
        RequirementLine("b", "r.txt, line 6"),
    ]


@pytest.mark.parametrize("form", ["-r{}", "-r {}", "--requirement={}", "--requirement {}", "-r  '{}'", '-r "{}" # so'])
def test_files_are_named_in_every_form(form: str) -> None:
    assert parse(form.format("sub/b.txt")).entries == [NamedFile("sub/b.txt", 1, constrains=False)]


def test_constraints_keep_their_order_among_requirements() -> None:
    assert parse("a\n-c 'my limits.txt'\n").entries == [
        RequirementLine("a", "r.txt, line 1"),
        NamedFile("my limits.txt", 2, constrains=True),
    ]


def test_options_apply_to_the_file() -> None:
    found = parse(
        "-i https://a/\n--extra-index-url=https://b/ --pre\n--require-hashes\n--only-binary :all: --prefer-binary"
    )
    assert (found.index_urls, found.extra_index_urls) == (["https://a/"], ["https://b/"])
    assert (found.pre, found.require_hashes, found.entries) == (True, "r.txt, line 3", [])


def test_variables_are_expanded_if_they_are_set() -> None:
    text = "--index-url https://${USER_1}:${EMPTY}@a/ \na${lower}$USER_1"
    found = parse(text, USER_1="me", EMPTY="", lower="x")
    assert found.index_urls == ["https://me:${EMPTY}@a/"]
    assert found.entries == [RequirementLine("a${lower}$USER_1", "r.txt, line 2")]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("-e .", "the option -e is not supported; build a wheel of the project, and name that"),
        ("--editable=.", "the option --editable is not supported; build a wheel"),
        ("-f https://a/", "the option -f is not supported; name each wheel by its URL"),
        ("--find-links x", "the option --find-links is not supported; name each wheel"),
        ("--no-index", "the option --no-index is not supported; use one of --constraint, --extra"),
        ("-x", "the option -x is not supported"),
        ("a -r b.txt", "--requirement must be on a line with no requirement"),
        (f"--hash=sha256:{SHA}", "--hash must be on a line with a requirement"),
        ("-r", "the option -r takes a value"),
        ("--index-url=", "the option --index-url takes a value"),
        ("--pre=1", "the option --pre takes no value"),
        ("-r 'b.txt", "a quotation mark is not closed"),
        ("a --hash=md5:00", "--hash=md5:00: only sha256, sha384, sha512 are accepted"),
        ("a --hash=sha256:00", "--hash=sha256:00 is not a sha256 in hexadecimal digits"),
        (f"a --hash=sha256:{'g' * 64}", "is not a sha256 in hexadecimal digits"),
    ],
)
def test_an_invalid_line_is_refused_with_its_number(line: str, problem: str) -> None:
    with pytest.raises(InvalidRequirementsFile) as caught:
        parse(f"\n{line}")
    assert (caught.value.file, caught.value.line) == ("r.txt", 2)
    assert problem in str(caught.value)
    assert str(caught.value).startswith("r.txt, line 2: ")


PIECES = [
    "a",
    "==1",
    " ",
    "\n",
    "\\",
    "#",
    "'",
    '"',
    "-r",
    "-c",
    "--hash",
    "=",
    "sha256:",
    "${",
    "X",
    "}",
    "--pre",
    "-",
    SHA,
]


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        entries = parse(text, X="#").entries
    except InvalidRequirementsFile as error:
        assert error.line in range(1, len(text.splitlines()) + 1)  # noqa: PT017 - one of two outcomes
    else:
        assert all(entry.text if isinstance(entry, RequirementLine) else entry.path for entry in entries)
