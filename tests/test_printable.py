"""Foreign text cannot control the terminal that shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st
from packaging.utils import canonicalize_name
from packaging.version import Version

from wherry.errors import InvalidIndexPage
from wherry.model.check import BrokenDistribution, CheckReport, UnmetRequirement
from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution
from wherry.model.progress import Progress
from wherry.model.report import InstallReport, UninstallReport
from wherry.printable import printable
from wherry.progress.phases import Phases
from wherry.resolution.graph.graph import Graph, Reason
from wherry.resolution.graph.tree import draw_tree
from wherry.resolution.resolution import Pin, Resolution

A = canonicalize_name("a")
EVIL = "\x1b[2J\x9b1m\u202e\u2028\ud800"
SHOWN = r"\x1b[2J\x9b1m\u202e\u2028\ud800"
INSTALLED = InstalledDistribution(CoreMetadata(A, Version("1")))


def requiring(text: str) -> Resolution:
    return Resolution((Pin(A, "1", INSTALLED, reasons=(Reason(text, canonicalize_name("b")),)),))


@given(st.text())
def test_only_unprintable_characters_are_escaped(text: str) -> None:
    shown = printable(text)
    assert all(line.isprintable() for part in shown.split("\n") for line in part.split("\t"))
    assert (shown == text) == all(each.isprintable() or each in "\n\t" for each in text)


@pytest.mark.parametrize(
    "value",
    [
        InstallReport(warnings=(EVIL,)),
        UninstallReport(warnings=[EVIL]),
        CheckReport(broken=(BrokenDistribution(EVIL, "/x", "gone"),)),
        CheckReport(missing=(UnmetRequirement(A, "1", EVIL, "b"),)),
        requiring(EVIL),
        draw_tree(Graph({A: "1"}, {A: (Reason(EVIL),)})),
        InvalidIndexPage("https://example.org/", EVIL),
        replace(BrokenDistribution("a 1", "/x", EVIL)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_show_foreign_text_escaped(value: object) -> None:
    assert SHOWN in str(value)
    assert EVIL not in repr(value)


def test_progress_messages_are_printable() -> None:
    told: list[Progress] = []
    Phases(told.append).tell(Progress("resolving", EVIL))
    assert told[0].message == SHOWN
