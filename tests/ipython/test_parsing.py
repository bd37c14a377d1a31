"""The words of a command, and the options of pip."""

from __future__ import annotations

import pytest

from wherry.errors import InvalidCommand
from wherry.ipython.parsing import REFUSED, VALUES_WITHOUT_EFFECT, WITHOUT_EFFECT, parse
from wherry.ipython.words import split_words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("install boat", ["install", "boat"]),
        ("""install 'boat; python_version > "3"'""", ["install", 'boat; python_version > "3"']),
        ("install boat # don't", ["install", "boat"]),
        ("install https://example.org/boat.whl#sha256=0", ["install", "https://example.org/boat.whl#sha256=0"]),
        ("install boat > /dev/null 2>&1", ["install", "boat"]),
        ("install boat>=2", ["install", "boat>=2"]),
        ("install boat;", ["install", "boat"]),
        ("install boat \\", ["install", "boat"]),
        ("install boat ;", ["install", "boat"]),
    ],
)
def test_a_line_is_split_as_in_a_shell(line, words):
    assert split_words("%pip", line) == words


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("install 'boat", "%pip: a quotation mark has no counterpart"),
        ("install boat && ls", "%pip: there is no shell here for '&&'; write the command alone on its line"),
        ("freeze > boats.txt", "%pip: there is no shell here for '>'; write the command alone on its line"),
    ],
)
def test_a_line_for_a_shell_is_explained(line, sentence):
    with pytest.raises(InvalidCommand) as caught:
        split_words("%pip", line)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("words", [[], ["help"], ["install", "--help"], ["-h"], ["lock", "-h"]])
def test_help_is_no_command(words):
    assert parse("%wherry", words) is None


@pytest.mark.parametrize("option", [*WITHOUT_EFFECT, *(f"{option}=1" for option in VALUES_WITHOUT_EFFECT)])
def test_options_without_a_meaning_here_are_accepted(option):
    options = parse("%pip", [option, "install", "oar"])
    assert options is not None
    assert options.requirements == ["oar"]


@pytest.mark.parametrize("option", REFUSED)
def test_options_that_cannot_work_here_are_explained(option):
    with pytest.raises(InvalidCommand) as caught:
        parse("%pip", ["install", "oar", option, "."])
    assert str(caught.value) == f"%pip install: {option} is not supported: {REFUSED[option]}"


def test_the_value_of_an_option_before_the_command_is_not_the_command():
    options = parse("%pip", ["--timeout", "60", "install", "install"])
    assert options is not None
    assert (options.command, options.requirements) == ("install", ["install"])


def test_requirements_may_stand_between_options():
    options = parse("%pip", ["install", "a", "-U", "b", "-r", "c.txt", "d"])
    assert options is not None
    assert (options.requirements, options.requirement, options.upgrade) == (["a", "b", "d"], ["c.txt"], True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["install", "-r"], "%pip install: argument --requirement/-r: expected one argument"),
        (["why"], "%pip why: the following arguments are required: NAME"),
        (["uninstall", "-r", "needs.txt"], "%pip uninstall: -r is not supported: name the packages"),
    ],
)
def test_a_mistake_is_an_error_of_wherry(words, sentence):
    with pytest.raises(InvalidCommand) as caught:
        parse("%pip", words)
    assert str(caught.value) == sentence


def test_an_unknown_option_names_those_that_exist():
    with pytest.raises(InvalidCommand) as caught:
        parse("%pip", ["uninstall", "--all", "oar"])
    assert caught.value.facts() == {
        "command": "%pip uninstall",
        "reason": "there is no option --all",
        "options": ["--quiet/-q"],
    }
