"""Whether a lock meets requirements."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import make_wheel
from tests.harness.locks import lock_file, url_of, wheel_table
from wherry.errors import InvalidLock, InvalidRequirement
from wherry.resolution.locks.meeting import check_meets
from wherry.resolution.locks.selection import select

LIB = make_wheel("lib", "1b1")
DIRECT = make_wheel("direct", "1")
PACKAGES = (LIB, {"name": "direct", "archive": wheel_table(DIRECT)})


def problems(*requirements: str, recorded: list[str] | None = None) -> str:
    """Return the problems of a lock of lib 1b1 and of direct, by its URL, that was made of ``recorded``."""
    tool: dict[str, Any] = {"wherry": {"requirements": recorded}}
    lock = lock_file(*PACKAGES, tool=None if recorded is None else tool)
    try:
        check_meets(lock, select(lock, PYODIDE_314), requirements, "app.py", PYODIDE_314)
    except InvalidLock as error:
        return error.problem.removeprefix("it no longer meets app.py: ") if "app.py" in error.hint else ""
    return ""


@pytest.mark.parametrize(
    ("requirements", "found"),
    [
        ([], ""),
        (["lib", "Direct"], ""),
        (["lib>=1a1"], ""),
        (["lib<1"], "it has lib 1b1, and lib<1 is required"),
        (["absent", "lib==2"], "absent is not in it; it has lib 1b1, and lib==2 is required"),
        (["absent; sys_platform == 'win32'"], ""),
        (["lib @ https://example.org/lib-1b1-py3-none-any.whl"], "lib is required from https://example.org/lib-1b1-py3-none-any.whl"),
        ([f"direct @ {url_of(DIRECT)}"], ""),
        ([f"direct @ {url_of(DIRECT)}#sha256={DIRECT.sha256}"], ""),
        ([f"direct @ {url_of(DIRECT).replace('//', '//tom:s3cr3t@')}"], ""),
        ([f"direct @ {url_of(DIRECT)}#sha256=00"], f"direct is required from {url_of(DIRECT)}#sha256=00"),
        ([f"direct @ https://tom:s3cr3t@example.org/{DIRECT.filename}"], f"direct is required from https://example.org/{DIRECT.filename}"),
        ([f"./wheels/{DIRECT.filename}"], ""),
        (["./wheels/direct-2-py3-none-any.whl"], "direct is required from ./wheels/direct-2-py3-none-any.whl"),
    ],
)  # fmt: skip
def test_each_requirement_that_is_not_met_is_a_problem(requirements: list[str], found: str) -> None:
    assert problems(*requirements) == found


def test_what_the_lock_was_made_of_is_met() -> None:
    recorded = ["ssl", "lib[a]<1", "lib", "not a requirement ?"]
    assert problems("ssl", "lib[a]<1", recorded=recorded) == ""
    assert problems("json", recorded=recorded) == "json is not in it"


def test_an_extra_that_the_lock_was_made_without_is_a_problem() -> None:
    assert problems("lib[a,b]", recorded=["lib[b]"]) == "it was made without the extra a of lib"
    assert problems("lib[B]>=0", recorded=["lib[b]"]) == ""
    # Locks of other tools do not tell.
    assert problems("lib[a]") == ""


def test_an_invalid_requirement_is_an_error_of_its_own() -> None:
    with pytest.raises(InvalidRequirement):
        problems("lib>>1")
