from __future__ import annotations

import pytest

from wherry.errors import InvalidRequirement
from wherry.installation.overwrite import read_overwrite, unknown_names


@pytest.mark.parametrize("names", [["My.App", "lib"], ("my_app", " lib "), {"my-app", "lib"}, iter(["My-App", "LIB"])])
def test_names_are_normalized(names):
    assert read_overwrite(names) == {"my-app", "lib"}


def test_a_string_is_one_name():
    assert read_overwrite("my_app") == {"my-app"}


@pytest.mark.parametrize("name", ["app==1", "app[extra]", "a, b", "", "-", 1, None])
def test_invalid_names_are_refused(name):
    with pytest.raises(InvalidRequirement) as caught:
        read_overwrite([name])
    assert caught.value.requirement == f"overwrite={name!r}"
    assert caught.value.reason == "name projects, without versions or extras"


def test_unknown_names_are_warned_about_in_order():
    said = list(unknown_names(read_overwrite(["z", "a", "b"]), read_overwrite("b")))
    assert said == [f"overwrite names {name}, which is neither installed nor being installed" for name in "az"]
