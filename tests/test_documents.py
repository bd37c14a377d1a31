"""The documents agree with each other and with the code."""

from __future__ import annotations

import csv
import dataclasses
import re
from pathlib import PurePosixPath

import pytest

from tests.harness.documents import DOCUMENTS, Document
from tests.harness.paths import JS, ROOT
from tests.test_floors import ROOMS, SOURCE
from wherry import errors
from wherry.formats import (
    core_metadata,
    entry_points,
    filenames,
    member_paths,
    nesting,
    record,
    requirement_text,
    shallow_source,
    simple_html,
    wheel_archive,
    wording,
)
from wherry.index import forgiving, resolve as resolving
from wherry.index.network import Network
from wherry.index.prefetch import last_answer
from wherry.model.archive_limits import DEFAULT_LIMITS
from wherry.resolution.conflicts import resolver
from wherry.resolution.graph import tree

OTHERS = [
    Document(ROOT / path)
    for path in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "examples/README.md", "tests/cases/README.md")
]
ERRORS = Document(ROOT / "docs" / "errors.md")
ARCHITECTURE = ROOT / "docs" / "architecture.md"


def existing(*documents):
    return [document for document in documents if document.path.exists()]


@pytest.mark.parametrize("name", ["from-micropip.md", "front-ends.md"])
def test_the_times_beside_micropip_are_those_of_the_readme(name):
    measured = re.compile(r"\b\d+\.\d\d s\b")
    told = set(measured.findall((ROOT / "docs" / name).read_text(encoding="utf-8")))
    assert told
    assert told <= set(measured.findall((ROOT / "README.md").read_text(encoding="utf-8")))


@pytest.mark.parametrize("document", existing(*DOCUMENTS, *OTHERS), ids=str)
def test_links_have_existing_targets(document):
    broken = []
    for target in document.targets:
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        path = (document.path.parent / place).resolve() if place else document.path
        if not path.exists() or (anchor and anchor not in Document(path).anchors):
            broken.append(target)
    assert broken == []


def test_every_page_of_the_guide_is_linked_from_the_readme():
    targets = set(DOCUMENTS[0].targets)
    pages = [str(document) for document in DOCUMENTS if PurePosixPath(str(document)).parent.name == "docs"]
    assert pages
    assert set(pages) <= targets


def error_types():
    named = (getattr(errors, name) for name in vars(errors))
    return {item for item in named if isinstance(item, type) and issubclass(item, errors.WherryError)}


def sections():
    """Return the sections of errors.md that begin with a code, by the code."""
    text = ERRORS.path.read_text(encoding="utf-8")
    return dict(re.findall(r"^### `([a-z-]+)`\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL))


def test_every_error_code_and_no_other_is_explained():
    sources = [path.read_text(encoding="utf-8") for path in (JS / "src").rglob("*.ts")]
    in_javascript = {code for source in sources for code in re.findall(r'\bcode: "([a-z-]+)"', source)}
    assert set(sections()) == {item.code for item in error_types()} | in_javascript


def test_every_section_names_the_class_and_its_facts():
    written = sections()
    for item in error_types():
        facts = dataclasses.fields(item) if dataclasses.is_dataclass(item) else ()
        words = {item.__name__, *(fact.name for fact in facts)}
        missing = {word for word in words if f"`{word}`" not in written[item.code]}
        assert not missing, item.code


NETWORK = Network()
LIMITS = {
    "an answer to begin, and its next bytes to come": [NETWORK.answer_timeout],
    "an answer as a whole": [NETWORK.total_timeout],
    "attempts of a request": [NETWORK.attempts],
    "a project page": [NETWORK.max_page_size],
    "a metadata file, a requirements file": [NETWORK.max_metadata_size],
    "an archive": [NETWORK.max_archive_size],
    "a cache to answer": [forgiving.PATIENCE],
    "content of a cache": [last_answer.MAX_SIZE],
    "the unpacked size of an archive": [DEFAULT_LIMITS.total_size, DEFAULT_LIMITS.ratio, DEFAULT_LIMITS.ratio_from],
    "files and folders of an archive": [DEFAULT_LIMITS.entries],
    "a path in an archive": [member_paths.LONGEST_PATH, member_paths.LONGEST_NAME, member_paths.DEEPEST],
    "METADATA, WHEEL, RECORD": [wheel_archive.LARGEST_DESCRIPTION],
    f"a line of RECORD with quotes, or of more than {record.LONGEST_LINE:,} characters": [csv.field_size_limit()],
    "`entry_points.txt`": [entry_points.LARGEST, entry_points.MOST_SCRIPTS],
    "a name or a version in metadata; a file's name": [core_metadata.LONGEST_VALUE],
    "a requirement, a specifier": [requirement_text.LONGEST],
    "requirements of a release": [core_metadata.MOST_REQUIREMENTS, core_metadata.MOST_CHARACTERS],
    "tags that a file's name stands for": [filenames.MOST_TAGS],
    "brackets of JSON, TOML and requirements": [nesting.LIMIT],
    "values of JSON, tags of an HTML page": [nesting.MOST_VALUES, simple_html.MOST_TAGS],
    "Python source that wherry compiles": [shallow_source.MOST],
    "a search for versions": [resolving.MAX_REQUESTS, resolver.MAX_ROUNDS],
    "levels of `tree()`": [tree.MOST_LEVELS],
    "problems and texts that an error shows": [wording.SHOWN_PROBLEMS, wording.SHOWN_LENGTH],
}


def test_the_limits_are_those_of_the_code():
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8").partition("## Limits")[2]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    stated = {
        of: [int(number.replace(",", "")) for number in re.findall(r"\b\d[\d,]*\b", limit)]
        for of, limit, *_ in rows[1:]
    }
    assert stated == LIMITS


def test_every_limit_that_can_be_set_is_in_the_table():
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8").partition("## Limits")[2]
    at_once = {"archives_at_once", "pages_at_once"}
    names = [field.name for kind in (Network, type(DEFAULT_LIMITS)) for field in dataclasses.fields(kind)]
    assert [name for name in names if f"{name}=" not in text and name not in at_once] == []


@pytest.mark.parametrize(("room", "floor"), ROOMS.items())
def test_the_drawing_has_every_room_on_its_floor(room, floor):
    drawn = re.findall(
        r"^ {4}│ (\d) (.*?)^ {4}[├└]", ARCHITECTURE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert f" {room}/ " in dict(drawn)[str(floor)]


def test_the_drawing_has_every_folder():
    folders = {path.parent.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("__init__.py")} - {"."}
    drawn = re.findall(r"^ {4}│.*", ARCHITECTURE.read_text(encoding="utf-8"), re.MULTILINE)
    missing = [folder for folder in folders if not any(f" {PurePosixPath(folder).name}/ " in line for line in drawn)]
    assert missing == []


def test_the_architecture_names_modules_that_exist():
    named = re.findall(rf"`((?:{'|'.join(ROOMS)})/[\w/.]*)`", ARCHITECTURE.read_text(encoding="utf-8"))
    assert named
    assert [name for name in named if not (SOURCE / name).exists() and not (SOURCE / f"{name}.py").exists()] == []
