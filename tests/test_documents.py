"""The documents agree with each other and with the code."""

from __future__ import annotations

import dataclasses
import re
from pathlib import PurePosixPath

import pytest

from tests.harness.documents import DOCUMENTS, Document
from tests.harness.paths import JS, ROOT
from wherry import errors

EXAMPLES = Document(ROOT / "examples" / "README.md")
ERRORS = Document(ROOT / "docs" / "errors.md")


def existing(*documents):
    return [document for document in documents if document.path.exists()]


@pytest.mark.parametrize("document", existing(*DOCUMENTS, EXAMPLES), ids=str)
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
