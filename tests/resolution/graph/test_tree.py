"""Trees and chains of installed distributions, as text and JSON."""

from __future__ import annotations

import json

import pytest

from tests.harness.environments import PYODIDE_314
from tests.harness.html import unstyled
from tests.harness.plain_installed import plain_installed
from wherry.resolution.graph.installed import installed_graph
from wherry.resolution.graph.tree import draw_tree
from wherry.resolution.graph.why import explain_presence

WEB = {
    "fastapi 0.115": ["starlette<1,>=0.40", "pydantic>=2", 'httpx>=0.23; extra == "standard"'],
    "starlette 0.41": ["anyio<5,>=3.4"],
    "pydantic 2.9": ["annotated-types>=0.6", "pydantic-core==2.23.4", "typing-extensions>=4.6"],
    "pydantic-core 2.23.4": ["typing-extensions!=4.7.0,>=4.6"],
    "annotated-types 0.7": ['typing-extensions>=4; python_version < "3.9"'],
    "anyio 4.6": ["idna>=2.8", "sniffio"],
    "httpx 0.27": ["anyio", "idna"],
    "idna 3.10": [],
    "typing-extensions 4.12": [],
    "app 1": ["fastapi[standard]"],
    "left-over 1": ["idna<4"],
}
REQUESTED = ("app", "anyio")


def graph(distributions=WEB, requested=REQUESTED):
    return installed_graph(plain_installed(distributions, requested=requested), PYODIDE_314)


def test_the_roots_of_a_tree_are_the_requested_and_the_unrequired_projects():
    assert str(draw_tree(graph())).splitlines() == [
        "anyio 4.6",
        "├── idna 3.10 (idna>=2.8)",
        "└── sniffio is missing",
        "app 1",
        "└── fastapi[standard] 0.115",
        "    ├── httpx 0.27 (httpx>=0.23)",
        "    │   ├── anyio 4.6 (*)",
        "    │   └── idna 3.10",
        "    ├── pydantic 2.9 (pydantic>=2)",
        "    │   ├── annotated-types 0.7 (annotated-types>=0.6)",
        "    │   ├── pydantic-core 2.23.4 (pydantic-core==2.23.4)",
        "    │   │   └── typing-extensions 4.12 (typing-extensions!=4.7.0,>=4.6)",
        "    │   └── typing-extensions 4.12 (typing-extensions>=4.6)",
        "    └── starlette 0.41 (starlette<1,>=0.40)",
        "        └── anyio 4.6 (anyio<5,>=3.4) (*)",
        "left-over 1",
        "└── idna 3.10 (idna<4)",
        "(*) its requirements are shown above",
    ]


def test_a_cycle_is_marked_and_not_repeated():
    found = draw_tree(graph({"a 1": ["b"], "b 1": ["c", "a>0"], "c 1": ["b"]}, requested=["a"]))
    assert str(found).splitlines() == [
        "a 1",
        "└── b 1",
        "    ├── a 1 (a>0) (cycle)",
        "    └── c 1",
        "        └── b 1 (cycle)",
    ]


def test_a_cycle_without_a_requested_project_has_a_root():
    assert str(draw_tree(graph({"b 1": ["a"], "a 1": ["b"], "c 1": ["a"]}, requested=()))).splitlines() == [
        "c 1",
        "└── a 1",
        "    └── b 1",
        "        └── a 1 (cycle)",
    ]
    assert str(draw_tree(graph({"b 1": ["a"], "a 1": ["b"]}, requested=()))).splitlines() == [
        "a 1",
        "└── b 1",
        "    └── a 1 (cycle)",
    ]


EXTRAS = {
    "app 1": ["pkg[all]>=1"],
    "pkg 2": [
        "base",
        'pkg[a,b]; extra == "all"',
        'one; extra == "a"',
        'two>=1; extra == "b"',
        'three; extra == "c"',
    ],
    "base 1": [],
    "one 1": [],
    "two 1": ["pkg[c]"],
    "three 1": [],
}


def test_extras_that_ask_for_extras_are_taken_together():
    assert str(draw_tree(graph(EXTRAS, requested=["app"]))).splitlines() == [
        "app 1",
        "└── pkg[all] 2 (pkg[all]>=1)",
        "    ├── base 1",
        "    ├── one 1",
        "    └── two 1 (two>=1)",
        "        └── pkg[c] 2",
        "            ├── base 1",
        "            └── three 1",
    ]


def test_several_requirements_of_one_parent_are_one_branch():
    assert str(draw_tree(graph({"a 1": ["b>=1", "b<3"], "b 2": []}, requested=()))).splitlines() == [
        "a 1",
        "└── b 2 (b<3, b>=1)",
    ]


def test_an_empty_tree_has_a_text():
    assert str(draw_tree(graph({}, requested=()))) == "No projects"


def test_a_tree_converts_to_json_and_escaped_html():
    found = draw_tree(graph({"a 1": ["b<3"], "b 2": []}, requested=()))
    assert json.loads(json.dumps(found.to_dict())) == {
        "branches": [
            {
                "name": "a",
                "version": "1",
                "extras": [],
                "requirement": "a",
                "repeated": False,
                "cycle": False,
                "cut": False,
                "branches": [
                    {
                        "name": "b",
                        "version": "2",
                        "extras": [],
                        "requirement": "b<3",
                        "repeated": False,
                        "cycle": False,
                        "cut": False,
                        "branches": [],
                    }
                ],
            }
        ]
    }
    assert unstyled(found._repr_html_()) == "<pre>a 1\n└── b 2 (b&lt;3)</pre>"


def row_of(count):
    return {f"p{number} 1": [f"p{number + 1}"] for number in range(count - 1)} | {f"p{count - 1} 1": []}


def test_two_hundred_in_a_row_are_drawn():
    lines = str(draw_tree(graph(row_of(200), requested=()))).splitlines()
    assert len(lines) == 200
    assert lines[-1].endswith("└── p199 1")


def test_a_longer_row_is_cut_at_the_two_hundredth():
    found = draw_tree(graph(row_of(201), requested=()))
    lines = str(found).splitlines()
    assert len(lines) == 201
    assert lines[199].endswith("└── p199 1 (cut)")
    assert lines[200] == "(cut) its requirements, below 200 levels, are not shown"
    branch = found.branches[0]
    while branch.branches:
        assert not branch.cut
        [branch] = branch.branches
    assert (branch.name, branch.cut, branch.to_dict()["cut"]) == ("p199", True, True)


def test_a_project_that_was_cut_is_drawn_where_it_stands_higher():
    found = draw_tree(graph(row_of(201) | {"z 1": ["p199", "p198"]}, requested=()))
    assert str(found).splitlines()[-6:] == [
        "z 1",
        "├── p198 1 (*)",
        "└── p199 1",
        "    └── p200 1",
        "(*) its requirements are shown above",
        "(cut) its requirements, below 200 levels, are not shown",
    ]


def test_a_row_of_thousands_is_drawn_shown_and_explained():
    found = graph(row_of(5000), requested=())
    tree = draw_tree(found)
    assert len(repr(tree).splitlines()) == len(tree._repr_html_().splitlines()) == 201
    assert json.loads(json.dumps(tree.to_dict()))["branches"][0]["name"] == "p0"
    [chain] = explain_presence(found, "p4999").chains
    assert [step.name for step in chain] == [f"p{number}" for number in range(5000)]


WHY = {
    "idna": """\
idna 3.10
  anyio → idna>=2.8
  left-over → idna<4
  app → fastapi[standard] → httpx>=0.23 → idna""",
    "anyio": """\
anyio 4.6
  anyio (asked for)
  app → fastapi[standard] → httpx>=0.23 → anyio
  app → fastapi[standard] → starlette<1,>=0.40 → anyio<5,>=3.4""",
    "Annotated_Types": """\
annotated-types 0.7
  app → fastapi[standard] → pydantic>=2 → annotated-types>=0.6""",
    "sniffio": """\
sniffio is missing
  anyio → sniffio""",
    "left-over": "left-over 1 was not asked for by name, and nothing requires it",
    "numpy": "numpy is not present, and nothing requires it",
}


@pytest.mark.parametrize("name", WHY)
def test_why_gives_the_shortest_chain_to_each_requirement(name):
    assert str(explain_presence(graph(), name)) == WHY[name]


def test_why_goes_through_extras_and_not_through_the_project_itself():
    found = graph(EXTRAS, requested=["app"])
    assert str(explain_presence(found, "two")) == "two 1\n  app → pkg[all]>=1 → pkg[a,b] → two>=1"
    assert str(explain_presence(found, "pkg")) == "pkg 2\n  app → pkg[all]>=1"
    assert str(explain_presence(found, "three")) == "three 1\n  app → pkg[all]>=1 → pkg[a,b] → two>=1 → pkg[c] → three"


def test_why_converts_to_json_and_is_true_if_there_is_a_reason():
    found = explain_presence(graph(), "sniffio")
    assert found
    assert not explain_presence(graph(), "numpy")
    assert json.loads(json.dumps(found.to_dict())) == {
        "name": "sniffio",
        "version": None,
        "chains": [
            [
                {"requirement": "anyio", "name": "anyio", "version": "4.6"},
                {"requirement": "sniffio", "name": "sniffio", "version": None},
            ]
        ],
    }
    assert unstyled(explain_presence(graph(), "left-over")._repr_html_()).startswith("<pre>left-over 1 was")
