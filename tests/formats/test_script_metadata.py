from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st
from packaging.specifiers import SpecifierSet

from wherry.errors import InvalidScriptMetadata
from wherry.formats.script_metadata import ScriptMetadata, has_block, parse_script_metadata
from wherry.formats.script_slips import find_slip

EXAMPLE = """\
#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "requests<3",
#   "rich",
# ]
#
# [tool.anything]
# dependencies = 7
# ///

import requests
"""


def block(*content: str) -> str:
    return "".join(f"{line}\n" for line in ("# /// script", *(f"# {line}".rstrip() for line in content), "# ///"))


def problem(source: str) -> InvalidScriptMetadata:
    with pytest.raises(InvalidScriptMetadata) as caught:
        parse_script_metadata(source)
    return caught.value


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_the_fields_are_read(newline):
    metadata = parse_script_metadata(EXAMPLE.replace("\n", newline))
    assert metadata == ScriptMetadata(SpecifierSet(">=3.11"), ("requests<3", "rich"))


def test_an_ending_line_needs_no_newline():
    assert parse_script_metadata(EXAMPLE[: EXAMPLE.index("\n\nimport")]) is not None


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("", id="empty file"),
        pytest.param("print('hello')\n", id="no comment"),
        pytest.param(" # /// script\n # dependencies = []\n # ///\n", id="indented"),
        pytest.param('text = """\n# /// script\n"""\n', id="in a string"),
        pytest.param("import a\n# dependencies = []\n", id="a comment below code"),
        pytest.param("# what the script needs\n# dependencies = none so far\n", id="a comment in words"),
        pytest.param("# /// pyproject\n# dependencies = 1\n# ///\n", id="another type"),
    ],
)
def test_text_that_is_no_script_block_is_ignored(source):
    assert parse_script_metadata(source) is None


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        ("# /// script\n# dependencies = []\n", 1, "is not closed: end it with a line `# ///`"),
        ("\n# /// script\n# dependencies = []\n\n# ///\n", 2, "is not closed"),
        ("# /// script\n# ///\n", 2, "is empty"),
        ("# /// script\n#dependencies = []\n# ///\n", 2, "put a space after `#`: `# dependencies = []`"),
        ("# /// script\n# dependencies = []\n#///\n", 3, "`# ///`, exactly, to end the block, not `#///`"),
        ("# /// script \n# dependencies = []\n# ///\n", 1, "`# /// script`, exactly"),
        ("#/// script\n# dependencies = []\n# ///\n", 1, "`# /// script`, exactly"),
        ("# // Script\n# dependencies = []\n# //\n", 1, "`# /// script`, exactly"),
        ("#!/usr/bin/env python3\n#dependencies = ['idna']\n", 2, "is outside a block: put `# /// script` above"),
        ('"""Doc."""\n# requires-python = ">=3"\nimport a\n', 2, "is outside a block"),
        ("# /// other\n# a = 1\n# ///\n\n# /// script\n# a = 1\n", 5, "is not closed"),
    ],
)
def test_a_slip_around_a_block_is_an_error_on_its_line(source, line, text):
    error = problem(source)
    assert (error.line, text in error.problem) == (line, True), error


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("dependecies", "dependencies"),
        ("Dependencies", "dependencies"),
        ("dependency", "dependencies"),
        ("requirements", "dependencies"),
        ("require-python", "requires-python"),
        ("requires_python", "requires-python"),
        ("python-requires", "requires-python"),
        ("tools", "tool"),
    ],
)
def test_a_misspelt_key_is_an_error_that_names_the_right_one(key, meant):
    error = problem(block("# about", f"{key} = 1"))
    assert (error.line, f"did you mean `{meant}`?" in error.problem) == (3, True), error


def test_misspelt_and_foreign_tables_are_errors():
    assert "did you mean `wherry`?" in str(problem(block("[tool.whery]", 'prefer = "index"')))
    assert problem(block("", "[tool.whery]")).line == 3
    assert "write its keys without the table" in str(problem(block("[project]", "dependencies = []")))


def test_tables_of_other_tools_are_ignored():
    assert parse_script_metadata(block("license = 'MIT'", "[project]", "name = 'x'", "[tool.ruff]")) == ScriptMetadata()


def test_a_block_without_fields_requires_nothing():
    assert parse_script_metadata(block("[tool.x]")) == ScriptMetadata()


def test_a_block_of_another_type_is_allowed():
    assert parse_script_metadata("# /// other\n# ][\n# ///\n\n" + EXAMPLE) == parse_script_metadata(EXAMPLE)


def test_the_last_ending_line_of_a_run_of_comments_ends_the_block():
    source = block('dependencies = ["rich"]', 'tool.note = """', "///", '"""')
    assert parse_script_metadata(source) == ScriptMetadata(dependencies=("rich",))


def test_two_script_blocks_are_refused():
    error = problem(block("dependencies = []") + "\n" + block("dependencies = []"))
    assert "more than one" in str(error)
    assert error.line == 5


@pytest.mark.parametrize(
    ("content", "line", "fragment"),
    [
        pytest.param(["", "dependencies = [rich]"], 3, "not valid TOML", id="bad TOML"),
        pytest.param(['dependencies = ["rich"'], 2, "not valid TOML", id="TOML that ends too early"),
        pytest.param(
            ["a = 1", "requires-python = 3.12"], 3, "`requires-python` must be a string, not a float", id="float"
        ),
        pytest.param(
            ['requires-python = "3.12"'], 2, "`requires-python` is not a version specifier: '3.12'", id="bare"
        ),
        pytest.param(["requires-python = 2026-01-01"], 2, "must be a string, not a date", id="date"),
        pytest.param(
            ['dependencies = "rich"'], 2, "`dependencies` must be an array of strings, not a string", id="string"
        ),
        pytest.param(["dependencies = [1]"], 2, "`dependencies` must hold strings only, not an integer", id="integer"),
        pytest.param(
            ["dependencies = [", '"rich",', '"rich >",', "]"],
            4,
            "'rich >' is not a valid requirement",
            id="requirement",
        ),
    ],
)
def test_an_error_names_field_and_line(content, line, fragment):
    error = problem(block(*content))
    assert error.line == line
    assert fragment in str(error)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_line_counts_from_the_top_of_the_file(newline):
    assert problem(newline.join(["# a", "", "import os", block("x = ]").replace("\n", newline)])).line == 5


def reference_content(lines: list[str]) -> list[str] | None:
    """Find the first script block by walking the lines, independently of the expression."""
    end = start = 0
    while start < len(lines):
        end = start + 1
        while end < len(lines) and (lines[end] == "#" or lines[end].startswith("# ")):
            end += 1
        closing = [index for index in range(start + 2, end) if lines[index] == "# ///"]
        if lines[start] in ("# /// script", "# /// other") and closing:
            if lines[start] == "# /// script":
                return lines[start + 1 : closing[-1]]
            start = closing[-1]
        start += 1
    return None


LINE = st.sampled_from(["# /// script", "# /// other", "# ///", "#", "# a = 1", "# # note", "#x", "", "x = 1"])


@given(st.lists(LINE, max_size=12))
def test_blocks_are_found_as_the_specification_describes(lines):
    content = reference_content(lines)
    try:
        metadata = parse_script_metadata("\n".join(lines))
    except InvalidScriptMetadata:
        # An opening line that begins nothing is an error.
        assert content is not None or "# /// script" in lines
    else:
        assert (metadata is None) == (content is None)


@given(
    st.lists(st.sampled_from(["rich", "a[b]>=1", "c; sys_platform == 'emscripten'"])), st.sampled_from(["\n", "\r\n"])
)
def test_any_list_of_requirements_is_read_back(requirements, newline):
    source = block(
        "dependencies = [",
        *(f"  {requirement!r}," if "'" not in requirement else f'  "{requirement}",' for requirement in requirements),
        "]",
    )
    metadata = parse_script_metadata(source.replace("\n", newline))
    assert metadata is not None
    assert metadata.dependencies == tuple(requirements)


def test_a_script_may_prefer_the_index():
    script = """
# /// script
# dependencies = ["a"]
# [tool.wherry]
# prefer = "index"
# [tool.other]
# prefer = 7
# ///
"""
    assert parse_script_metadata(script) == ScriptMetadata(None, ("a",), "index")


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ('wherry = "index"', "`wherry` must be a table, not a string"),
        ('wherry.prefer = "conda"', '`prefer` must be "distribution" or "index", not \'conda\''),
        ("wherry.prefers = 1", "`prefers` is not an option of `tool.wherry`; its only option is `prefer`"),
    ],
)
def test_an_invalid_tool_table_is_refused(table, problem):
    with pytest.raises(InvalidScriptMetadata) as caught:
        parse_script_metadata(f"# /// script\n# [tool]\n# {table}\n# ///\n")
    assert caught.value.problem == problem


# The specification's own expression.
BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
LINES = st.lists(
    st.sampled_from(
        ["# /// script", "# /// other", "# ///", "#", '# prefer = "index"', "", "x", "#x", "# [tool.wherry]"]
    )
)


@given(LINES)
def test_blocks_agree_with_the_expression_of_the_specification(lines):
    source = "\n".join(lines)
    blocks = list(BLOCK.finditer(source))
    assert has_block(source) == bool(blocks)
    scripts = [block["content"] for block in blocks if block["type"] == "script"]
    places = [(source.count("\n", 0, block.start()) + 1, source.count("\n", 0, block.end()) + 1) for block in blocks]
    slip = find_slip(source, places)
    try:
        found = parse_script_metadata(source) is not None
    except InvalidScriptMetadata as error:
        assert scripts or slip
        assert slip or ("more than one" in str(error)) == (len(scripts) > 1)  # noqa: PT017
    else:
        assert not slip
        assert found == (len(scripts) == 1)


def test_a_deep_block_is_refused():
    with pytest.raises(InvalidScriptMetadata, match="it nests deeper than 50 levels"):
        parse_script_metadata(f"# /// script\n# dependencies = {'[' * 10_000}\n# ///\n")


def test_a_requirement_that_is_too_long_is_refused():
    with pytest.raises(InvalidScriptMetadata, match="it has 5000 characters, above the limit of 4300"):
        parse_script_metadata(f'# /// script\n# dependencies = ["{"a" * 5000}"]\n# ///\n')
