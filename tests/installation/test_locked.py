"""The answer of a lock, compared with what is installed."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import make_wheel
from tests.harness.locks import lock_file
from tests.installation.places import deliver
from wherry.errors import IntegrityError, InvalidLock
from wherry.index.lock_files import GivenLock, ReadLock
from wherry.installation.acquisition import Acquired
from wherry.installation.locked import answer_lock, left_out, naming_lock, unmet_beside
from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution

LIB = make_wheel("lib", "1")


def present(name: str, *requires: str, location: str | None = "/site") -> InstalledDistribution:
    requirements = tuple(map(Requirement, requires))
    return InstalledDistribution(CoreMetadata(canonicalize_name(name), Version("2"), requirements), location=location)


def acquired(*installed: InstalledDistribution, given: GivenLock | None = None) -> Acquired:
    """Return the answer of a lock of lib 1."""
    return answer_lock(
        ReadLock(lock_file(LIB), given=given),
        PYODIDE_314,
        installed={one.name: one for one in installed},
        distribution={},
        locate=lambda url: (url, ""),
    )


def names(found: object) -> list[str]:
    return [one.name for one in found]  # type: ignore[attr-defined]


def test_the_answer_depends_on_no_page_and_has_no_files_yet() -> None:
    found = acquired()
    assert (found.resolution.pins, found.snapshot.pages, found.deliveries) == ({"lib": "1"}, {}, ())


def test_a_lock_must_meet_the_requirements_that_are_given_with_it() -> None:
    assert acquired(given=GivenLock(lock="", requirements=["lib"], asker="app.py")).deliveries == ()
    with pytest.raises(InvalidLock, match=r"it no longer meets app\.py: other is not in it"):
        acquired(given=GivenLock(lock="", requirements=["other"], asker="app.py"))


def test_exact_leaves_out_what_is_installed_and_not_locked() -> None:
    found = acquired(present("lib"), present("other"), present("own", location=None))
    assert names(left_out(found, exact=True)) == ["other"]
    assert names(left_out(found, exact=False)) == []


def test_exact_keeps_wherry_and_what_it_requires() -> None:
    found = acquired(present("wherry", "Needed>=1", "lib"), present("needed"), present("other"))
    assert names(left_out(found, exact=True)) == ["other"]


def test_only_requirements_that_become_unmet_are_told() -> None:
    user, broken = present("user", "lib>=2", "other"), present("broken", "absent")
    found = acquired(present("lib"), user, broken)
    found = Acquired(found.problem, found.resolution, found.snapshot, (deliver(LIB),))
    said = "user 2 requires lib>=2, but lib 1 is installed"
    assert list(unmet_beside(found, [present("lib")])) == [said]
    assert list(unmet_beside(found, [])) == []
    assert list(unmet_beside(found, [present("lib"), user, broken])) == []


def test_files_that_differ_name_the_lock() -> None:
    with pytest.raises(IntegrityError, match=r"^x does not match pylock\.toml: expected a, got b$"):  # noqa: SIM117
        with naming_lock(ReadLock(lock_file(LIB))):
            raise IntegrityError("x", "a", "b")
