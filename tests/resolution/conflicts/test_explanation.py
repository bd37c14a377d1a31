from __future__ import annotations

import json

import pytest

from tests.resolution.test_cases import CASES, resolve
from wherry.errors import NoFittingWheel, ResolutionError, UnknownProject


def failure(name: str) -> ResolutionError:
    case = next(case for case in CASES if case.name == name)
    with pytest.raises(ResolutionError) as caught:
        resolve(case)
    return caught.value


def test_each_missing_project_has_its_chain_and_its_files() -> None:
    error = failure("all projects without a wheel are reported at once, each with the chain that leads to it")
    assert isinstance(error, NoFittingWheel)
    assert [(project.name, project.chain) for project in error.missing] == [
        ("nata", ("app", "mid>=1", "nata")),
        ("natb", ("app", "mid>=1", "natb>=1")),
        ("natc", ("app", "mid>=1", "natc")),
    ]
    assert [len(project.rejections) for project in error.missing] == [2, 2, 1]
    assert len(error.files) == 5
    assert ("natc-1.tar.gz", "it is not a wheel, and wherry never builds") in error.files
    assert (error.requirement, error.required_by, error.rejections) == ("nata", ["mid 1"], error.missing[0].rejections)


def test_codes_of_missing_projects_name_the_reason() -> None:
    error = failure("unknown projects and projects without a wheel are reported together")
    assert isinstance(error, NoFittingWheel)
    codes = {project.name: project.code for project in error.missing}
    assert codes == {"nowhere": "unknown-project", "nata": "no-fitting-wheel", "elsewhere": "unknown-project"}


def test_facts_of_missing_projects_are_json() -> None:
    error = failure("several unknown projects are all reported")
    assert isinstance(error, UnknownProject)
    facts = json.loads(json.dumps(error.facts()))
    assert [project["name"] for project in facts["missing"]] == [error.name, "elsewhere"]
    assert facts["missing"][1]["chain"] == ["elsewhere"]
