from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from tests.harness.environments import PYODIDE_314
from wherry.formats.lenient import evaluate, read_requirement, read_requires_python, undefined_comparisons

ENVIRONMENT = {**PYODIDE_314.markers, "extra": ""}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (">=3.6.*", ">=3.6"),
        (">= 3.5.*", ">=3.5"),
        (">3.*,<4.*", "<4,>3"),
        ("<=3.9.*", "<3.10"),
        ("~=3.6.*", "==3.6.*"),
        ("!=3.3*", "!=3.3.*"),
        (">=2.7,!=3.0*,!=3.1.*.", "!=3.0.*,!=3.1.*,>=2.7"),
        ('">=3.6"', ">=3.6"),
        ("'>=3.6','<4'", "<4,>=3.6"),
        (">=3.6,", ">=3.6"),
        (",>=3.6", ">=3.6"),
        (">=3.6;", ">=3.6"),
        ("(>=3.6)", ">=3.6"),
        (">=3.6<4", "<4,>=3.6"),
        (">=3.6 <4", "<4,>=3.6"),
        ("> = 3.6", ">=3.6"),
        ("=>3.6", ">=3.6"),
        ("=<3.14", "<=3.14"),
        (">=3.x", ">=3"),
        ("Python >=3.6", ">=3.6"),
        (">=3.6, three, !=", ">=3.6"),
        ("!=~3.0", "!=3.0.*"),
        (">=3.9.0a1.0", ">=3.9.0a1"),
    ],
)
def test_the_valid_part_of_a_requires_python_is_read(text, read):
    specifier, warning = read_requires_python(text)
    assert specifier == SpecifierSet(read)
    assert warning == f"Requires-Python {text!r} is not a version specifier; it is read as '{SpecifierSet(read)}'"


@pytest.mark.parametrize(
    "text", ["3", "3.6", "~=3", "^3.7", "~3.7", "3.6+", "*", "UNKNOWN", "py3", ">>3", ">3 or <2", ">3|<2"]
)
def test_a_requires_python_without_a_valid_part_is_ignored(text):
    assert read_requires_python(text) == (None, f"Requires-Python {text!r} is not a version specifier; it is ignored")


def test_a_long_requires_python_is_ignored_and_shortened_in_the_warning():
    specifier, warning = read_requires_python(">=" + "1" * 5000)
    assert specifier is None
    assert warning == f"Requires-Python '>={'1' * 78}'… is not a version specifier; it is ignored"


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("a>=4.0.*", "a>=4.0"),
        ("a<=2.*", "a<3"),
        ("a~=1.4.*", "a==1.4.*"),
        ("a!=3.3*", "a!=3.3.*"),
        ("a==1.x", "a==1.*"),
        ("a>=1,", "a>=1"),
        ("a (>=1.0,)", "a>=1.0"),
        ("a (>=1.0) (<2)", "a>=1.0,<2"),
        ("a>=7.2.0<8.0.0", "a>=7.2.0,<8.0.0"),
        ("a2>=1 <2", "a2>=1,<2"),
        ("a=>1", "a>=1"),
        ("a>='1.0'", "a>=1.0"),
        ('"a>=1"', "a>=1"),
        ("\"a>=1; python_version<'3'\"", "a>=1; python_version<'3'"),
        ("a[x,]>=1", "a[x]>=1"),
        ("a[x,,y]", "a[x,y]"),
        ("a>=1;", "a>=1"),
        ("a>=1.*; extra == 'x',", "a>=1; extra == 'x'"),
        ("a!=~5.0", "a!=5.0.*"),
        ("a>=9.0.0a1.0", "a>=9.0.0a1"),
        ("a\t(>= 1.0 , < 2.0.* , )", "a>=1.0,<2.0"),
    ],
)
def test_a_requirement_of_clear_meaning_is_repaired(line, read):
    requirement = Requirement(read)
    assert read_requirement(line) == (
        requirement,
        [f"Requires-Dist {line!r} is not a requirement; it is read as '{requirement}'"],
    )


@pytest.mark.parametrize(
    "line",
    [
        *(
            "pytz>dev",
            "a ~= 1",
            "a 1.0",
            "a (1.0)",
            "a b",
            "a>=1, b",
            "a^1",
            "a=1",
            "a>>1",
            "a[",
            "a[x y]>=1",
            "(",
            "",
            ">=1",
        ),
        *("a>=1 or <2", "a; python_version < 3", "a; os_name", "a==1.*.*", "a @", "a>=", f"a; {'(' * 3999}"),
    ],
)
def test_a_requirement_that_cannot_be_repaired_is_none(line):
    assert read_requirement(line) is None


@pytest.mark.parametrize(
    "line",
    [
        *("a", "a[x,y] (>=1,<2) ; extra == 'z'", "a @ https://example.org/a,", "a; extra == 'b,'"),
        *("a; python_version < '3' and (os.name=='nt' or sys_platform not in 'x y')", "a; 'linux' in sys_platform"),
        *("a; python_full_version == '3.*'", "a; python_version ~= '3.6'", "a; python_version >= '3.7.dev0'"),
        "a; implementation_name == 'cpython' or platform_release >= '4.0' or os_name > 'a'",
    ],
)
def test_a_valid_requirement_gives_no_warning(line):
    assert read_requirement(line) == (Requirement(line), [])


@pytest.mark.parametrize(
    "comparison",
    [
        *('python_version ~= "3"', '"x" in extras', '"x" not in extras', 'extras == "x"', '"x" in dependency_groups'),
        *('os_name ~= "x"', 'extra ~= "x"', '"a" == "b"', 'python_version > "abc"', 'python_full_version <= "3.6.*"'),
        *('"abc" <= python_version', 'platform_release >= "x"', 'implementation_version < ""'),
    ],
)
def test_an_undefined_comparison_is_false_and_named(comparison):
    line = f"a; {comparison}"
    assert read_requirement(line) == (
        Requirement(line),
        [f"{comparison} is undefined and counts as false, in Requires-Dist {line!r}"],
    )
    assert not evaluate(Marker(comparison), ENVIRONMENT)
    assert evaluate(Marker(f"{comparison} or os_name == 'posix'"), ENVIRONMENT)
    assert not evaluate(Marker(f"(os_name == 'posix' or {comparison}) and {comparison}"), ENVIRONMENT)


def test_text_in_quotes_is_not_read_as_a_comparison():
    marker = Marker("""extra == "os_name ~= 'x' and (" or python_version ~= "3" or sys_platform == 'emscripten'""")
    assert evaluate(marker, ENVIRONMENT)
    assert undefined_comparisons(Requirement(f"a; {marker}"), f"a; {marker}") == ['python_version ~= "3"']


CLAUSES = st.text(alphabet="13.*x<>=!~, ;()'\"|vadevor", max_size=16)


@given(CLAUSES)
def test_any_requires_python_is_read_in_part_or_ignored(text):
    specifier, warning = read_requires_python(text)
    try:
        expected = SpecifierSet(text)
    except InvalidSpecifier:
        assert warning
        assert specifier is None or SpecifierSet(str(specifier)) == specifier
    else:
        assert specifier == expected or "," in text


@given(st.sampled_from(["a", "a[x]", "'a'"]), CLAUSES, st.sampled_from(["", "; os_name == 'x'", ";"]))
def test_any_requirement_is_repaired_or_none(name, clauses, marker):
    line = f"{name}{clauses}{marker}"
    read = read_requirement(line)
    try:
        expected = Requirement(line)
    except InvalidRequirement:
        assert read is None or (read[1] and Requirement(str(read[0])) == read[0])
    else:
        assert read is not None
        assert read[0] == expected


OPERANDS = st.sampled_from(
    [
        "python_version",
        "os_name",
        "extra",
        "extras",
        "platform_release",
        "'3'",
        "'3.*'",
        "'x'",
        "''",
        "'3.14'",
        "'and ('",
    ]
)
OPERATORS = st.sampled_from(["<", "<=", "==", "!=", ">=", ">", "~=", "===", "in", "not in"])
COMPARISONS = st.builds("{} {} {}".format, OPERANDS, OPERATORS, OPERANDS)
MARKERS = st.recursive(
    COMPARISONS, lambda parts: st.builds("({} {} {})".format, parts, st.sampled_from(["and", "or"]), parts)
)


@given(MARKERS)
def test_any_marker_has_a_value(text):
    marker = Marker(text)
    value = evaluate(marker, ENVIRONMENT)
    try:
        expected = marker.evaluate({**ENVIRONMENT})
    except (ValueError, KeyError):
        assert undefined_comparisons(Requirement(f"a; {text}"), f"a; {text}")
    else:
        assert value == expected
