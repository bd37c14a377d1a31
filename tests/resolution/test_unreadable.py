"""Texts that are no requirements, and the advice for each."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st
from packaging.requirements import Requirement

from tests.harness.environments import PYODIDE_314
from wherry.errors import InvalidRequirement, UnsupportedRequirement, WherryError
from wherry.resolution.problem import ResolveOptions, pose
from wherry.resolution.requirements import parse_requirements

WHEEL = "x-1.0-py3-none-any.whl"


def refusal(text: str) -> WherryError:
    with pytest.raises((InvalidRequirement, UnsupportedRequirement)) as caught:
        pose(ResolveOptions(requirements=[text]), environment=PYODIDE_314, installed={}, distribution={})
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "git+https://example.org/x.git@main",
        "x @ git+https://example.org/x.git",
        "svn+ssh://example.org/x",
        "hg+https://example.org/x",
        "git@example.org:x/y.git",
        "https://example.org/x/y",
        "https://example.org/x-1.tar.gz",
        "x @ https://example.org/x-1.zip#sha256=ab",
        "x-1.0.tar.gz",
        "x.zip",
        "./x.egg",
        "-e ./x",
        "--editable .",
        "./x",
        "x @ ./x",
        "..",
        ".",
        "/home/x",
        "~/x",
        "x/y",
        "file:///home/x",
    ],
)
def test_requirements_that_need_a_build_are_refused_with_advice(text):
    error = refusal(text)
    assert isinstance(error, UnsupportedRequirement)
    assert "wherry never builds: build a wheel elsewhere (python3 -m pip wheel --no-deps …)" in str(error)


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("x=1.0", "x==1.0"),
        ("x 1.0", "x==1.0"),
        ("x@1.0", "x==1.0"),
        ("x[a]@v1.0", "x[a]==1.0"),
        ("x:1.0", "x==1.0"),
        ("x@^1.2", "x~=1.2"),
        ("x~1.0", "x~=1.0"),
        ("x@latest", "x"),
        ("x==latest", "x"),
        ("x==", "x"),
        ("x=>1.0", "x>=1.0"),
        ("x>=1.0 <2", "x>=1.0,<2"),
        ("pip install x", "x"),
        ("%pip install x>=1", "x>=1"),
        ("python -m pip install 'x'", "x"),
        ('await micropip.install("x")', "x"),
        ("uv add x", "x"),
        ('"x>=1"', "x>=1"),
        ("import x", "x"),
        ("from x.y import z", "x"),
    ],
)
def test_a_slip_is_corrected(text, instead):
    reason = str(vars(refusal(text))["reason"])
    assert re.findall(r"'([^']*)'", reason) == [instead]
    Requirement(instead)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("x y", ["x", "y"]),
        ("x,y", ["x", "y"]),
        ("x>1.0 y", ["x>1.0", "y"]),
        ("x>=1.0,y", ["x>=1.0", "y"]),
        (f"./{WHEEL} ./y-1-py3-none-any.whl", [f"./{WHEEL}", "./y-1-py3-none-any.whl"]),
    ],
)
def test_several_requirements_in_one_text_are_separated(text, pieces):
    assert str(refusal(text)).endswith(f"give each requirement as a text of its own: {', '.join(map(repr, pieces))}")


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("-r dev.txt", "requirements_files=['dev.txt']"),
        ("requirements.txt", "requirements_files=['requirements.txt']"),
        ("./pyproject.toml", "requirements_files=['./pyproject.toml']"),
        ("./app.py", "requirements_files=['./app.py']"),
        ("-c constraints.txt", "constraints=[…]"),
        ("--index-url https://example.org/", "index_urls=['https://example.org/']"),
        ("x --pre", "pre=True"),
        ("x==1 --hash=sha256:ab", "requirements_files=[…]"),
        ("emfs:/package.whl", "a wheel needs its full name"),
        ("x @ ./package.whl", "a wheel needs its full name"),
        (rf"C:\Users\{WHEEL}", f"'file:///C:/Users/{WHEEL}'"),
        (f"C:/Users/{WHEEL}", f"'file:///C:/Users/{WHEEL}'"),
        (rf"dist\{WHEEL}", f"'dist/{WHEEL}'"),
        (f"y @ ./{WHEEL}", "write 'x @ …', or the address alone"),
        ("x @ y", "after '@' comes the address of a wheel"),
        ("x>=1.*", "write '>=1.0' for '>=1.*'"),
        ("x; python_version", 'python_version >= "3.12"'),
        ("['x', 'y']", "as a list or as several arguments"),
        ("x[a", "'name[extra]>=1.0,<2'"),
    ],
)
def test_every_error_has_advice(text, advice):
    assert advice in str(refusal(text))


@pytest.mark.parametrize(
    ("text", "requirement"),
    [
        (f"https://example.org/{WHEEL}[a,b]", f"x[a,b] @ https://example.org/{WHEEL}"),
        (f"https://example.org/{WHEEL}?t=a/b#sha256=ab", f"x @ https://example.org/{WHEEL}?t=a/b#sha256=ab"),
        (f"https://example.org/{WHEEL}?t=1[a]", f"x[a] @ https://example.org/{WHEEL}?t=1"),
        (f"x[a] @ ./{WHEEL}[b]", f"x[a,b] @ ./{WHEEL}"),
        (f"./{WHEEL} ; python_version > '3'", f'x @ ./{WHEEL} ; python_version > "3"'),
        (f"./my wheels/{WHEEL}", f"x @ ./my wheels/{WHEEL}"),
        ("./X-1.0-py3-none-any.WHL", "x @ ./X-1.0-py3-none-any.WHL"),
        ("./x-1.0%2Bcpu-py3-none-any.whl", "x @ ./x-1.0%2Bcpu-py3-none-any.whl"),
        (f"emfs:{WHEEL}", f"x @ emfs:{WHEEL}"),
        (f"http://[::1]:80/{WHEEL}", f"x @ http://[::1]:80/{WHEEL}"),
        ("web.py", "web.py"),
    ],
)
def test_addresses_of_wheels_are_parsed(text, requirement):
    assert [str(one) for one in parse_requirements([text])] == [requirement]


@given(st.text(alphabet="ax1. @=<>[];,/\\\"'-whl#?:~\n", max_size=25))
def test_any_text_is_a_requirement_or_an_error_of_wherry(text):
    try:
        list(parse_requirements([text]))
    except (InvalidRequirement, UnsupportedRequirement) as error:
        assert "Expected" not in error.reason  # noqa: PT017 - it need not be raised


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a" * 5000, "it has 5000 characters, above the limit of 4300"),
        ("a @ https://example.org/" + "a/" * 3000 + "a-1-py3-none-any.whl", "above the limit of 4300"),
        (f"a; {'(' * 100}os_name == 'x'{')' * 100}", "its parentheses nest deeper than 50 levels"),
        ("[" * 4000, "its parentheses nest deeper than 50 levels"),
    ],
)
def test_an_error_names_the_limit_and_shortens_the_text(text, problem):
    with pytest.raises(InvalidRequirement) as caught:
        list(parse_requirements([text]))
    assert problem in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_long_run_of_spaces_gets_the_advice_of_a_short_one():
    # Without shortening, the search would take minutes.
    assert refusal(f"a{' ' * 900}!").facts()["reason"] == refusal("a !").facts()["reason"]
    assert refusal(f"a{' ' * 900}^ 1.0").facts()["reason"] == refusal("a ^ 1.0").facts()["reason"]
