"""Every input of the standards' list is refused, for the reason that is its own."""

from __future__ import annotations

import pytest

from tests.harness.hostile_wheel import FILENAME, FILES, good_wheel
from tests.harness.hostile_wheels import hostile_wheels
from wherry.formats.wheel_archive import open_wheel


def contents(archive: bytes, filename: str) -> dict[str, bytes]:
    wheel = open_wheel(archive, filename=filename)
    return {path: wheel.read(path) for path in wheel.record}


@pytest.mark.parametrize("hostile", list(hostile_wheels()), ids=lambda hostile: hostile.name)
def test_a_hostile_wheel_is_refused_for_what_it_is(hostile):
    with pytest.raises(hostile.error) as caught:
        contents(hostile.content, hostile.filename)
    assert hostile.phrase in str(caught.value)


def test_without_the_lies_it_is_a_good_wheel():
    assert contents(good_wheel(), FILENAME) == FILES
