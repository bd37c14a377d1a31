"""Hostile wheels are refused; odd wheels are accepted, with their warnings, if any."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.harness.hostile_wheel import DEFLATED_PATH, FILENAME, FILES, STORED_PATH, good_wheel
from tests.harness.hostile_wheels import hostile_wheels
from tests.harness.odd_wheels import odd_wheels
from tests.installation.places import deliver
from wherry.formats.wheel_archive import open_wheel
from wherry.installation.scheme import Scheme
from wherry.installation.staging.scripts import ScriptOwners
from wherry.installation.staging.staging import Staging

if TYPE_CHECKING:
    from tests.harness.index_files import IndexFile

PYODIDE = Scheme("/lib/python3.14/site-packages", "/bin", "/include/python3.14", "/")


def contents(archive: bytes, filename: str) -> dict[str, bytes]:
    wheel = open_wheel(archive, filename=filename)
    return {path: wheel.read(path) for path in wheel.record}


def stage(file: IndexFile, folder: Path) -> tuple[dict[str, str], list[str]]:
    """Return the staged paths by their targets in Pyodide, and all warnings."""
    staging = Staging(PYODIDE, str(folder))
    delivery = deliver(file)
    (tree,) = staging.finish([delivery], (), ScriptOwners())
    return {target: tree.root + target for target in tree.targets()}, [*delivery.warnings, *staging.warnings]


@pytest.mark.parametrize("hostile", list(hostile_wheels()), ids=lambda hostile: hostile.name)
def test_a_hostile_wheel_is_refused_with_its_problem(hostile, tmp_path):
    with pytest.raises(hostile.error) as caught:
        stage(hostile.file, tmp_path) if hostile.in_staging else contents(hostile.content, hostile.filename)
    assert hostile.phrase in str(caught.value)


@pytest.mark.parametrize("odd", list(odd_wheels()), ids=lambda odd: odd.name)
def test_an_odd_wheel_is_accepted_with_its_warnings(odd, tmp_path):
    staged, warnings = stage(odd.file, tmp_path)
    assert warnings == [f"{odd.filename}: {warning}" for warning in odd.warnings]
    for path in (STORED_PATH, DEFLATED_PATH):
        assert Path(staged[f"{PYODIDE.site_packages}/{path}"]).read_bytes() == FILES[path]


def test_the_wheel_without_faults_is_accepted():
    assert contents(good_wheel(), FILENAME) == FILES
    assert open_wheel(good_wheel(), filename=FILENAME).warnings == ()
