"""The Markdown documents of the project: their blocks of code, links and headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from tests.harness.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from markdown_it.token import Token

__all__ = ["DOCUMENTS", "Block", "Document"]


@dataclass(frozen=True)
class Block:
    """A fenced block: ``language`` and ``name`` are the two words after the fence; ``line`` is that of the fence.

    A block with a name is a file of that name.
    """

    language: str
    name: str
    text: str
    line: int


@dataclass(frozen=True)
class Document:
    """A Markdown file of the project."""

    path: Path

    def __str__(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The fenced blocks, in their order."""
        return tuple(_block(token) for token in self._tokens if token.type == "fence")

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """The targets of links and images."""
        return tuple(str(target) for token in _inline(self._tokens) for target in _targets(token))

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """The texts of the headings, with their marks."""
        following = zip(self._tokens, self._tokens[1:], strict=False)
        return tuple(text.content for token, text in following if token.type == "heading_open")

    @property
    def anchors(self) -> frozenset[str]:
        """The anchors that can follow ``#`` in a link to this document."""
        return frozenset(map(anchor_of, self.headings))

    def of(self, *languages: str) -> list[Block]:
        """Return the blocks in these languages that are not files."""
        return [block for block in self.blocks if block.language in languages and not block.name]

    @property
    def files(self) -> dict[str, str]:
        """The texts of the blocks that are files."""
        return {block.name: block.text for block in self.blocks if block.name}

    @cached_property
    def _tokens(self) -> list[Token]:
        return MarkdownIt("commonmark").enable("table").parse(self.path.read_text(encoding="utf-8"))


def anchor_of(heading: str) -> str:
    """Return the name that GitHub gives to a heading: letters, digits and hyphens in lower case."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _block(token: Token) -> Block:
    language, _, name = token.info.strip().partition(" ")
    assert token.map
    return Block(language, name, token.content, token.map[0] + 1)


def _inline(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _inline(token.children or ())


def _targets(token: Token) -> Iterator[object]:
    yield from (token.attrs[name] for name in ("href", "src") if name in token.attrs)


DOCUMENTS = tuple(
    Document(path) for path in (ROOT / "README.md", ROOT / "js" / "README.md", *sorted((ROOT / "docs").glob("*.md")))
)
