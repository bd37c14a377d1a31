"""Every input of the standards' list is refused, for the reason that is its own."""

from __future__ import annotations

import pytest

from tests.harness.hostile_wheel import FILENAME, FILES, good_wheel
from tests.harness.hostile_wheels import hostile_wheels
from wherry.formats.wheel_archive import open_wheel


@pytest.mark.parametrize("hostile", list(hostile_wheels()), ids=lambda hostile: hostile.name)
def test_a_hostile_wheel_is_refused_for_what_it_is(hostile):
    with pytest.raises(hostile.error) as caught:
        list(open_wheel(hostile.content, filename=hostile.filename).contents())
    assert hostile.phrase in str(caught.value)


def test_without_the_lies_it_is_a_good_wheel():
    wheel = open_wheel(good_wheel(), filename=FILENAME)
    assert {entry.path: content for entry, content in wheel.contents()} == FILES
