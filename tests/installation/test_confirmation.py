from __future__ import annotations

import pytest

from tests.harness.index_files import make_wheel
from tests.installation.places import deliver
from wherry.errors import InvalidWheel
from wherry.installation.confirmation import READER, confirm_all

WHEEL = deliver(make_wheel("app", "1.0")).wheel
GOOD = "Metadata-Version: 2.1\nName: App\nVersion: 1\n"


@pytest.fixture(params=[True, False], ids=["importlib.metadata", "its rules"])
def confirm(request, tmp_path):
    """Write files of a ``.dist-info`` folder and confirm them, with and without importlib.metadata imported."""
    info = tmp_path / "app-1.0.dist-info"
    info.mkdir()

    def confirm(**files: str) -> str:
        for name, content in files.items():
            (info / name.replace("_txt", ".txt")).write_bytes(content.encode())
        try:
            confirm_all([WHEEL], str(tmp_path), {READER} if request.param else ())
        except InvalidWheel as error:
            return str(error)
        return ""

    return confirm


def test_expected_metadata_is_confirmed(confirm):
    assert confirm(METADATA=GOOD) == ""
    assert confirm(METADATA=GOOD, entry_points_txt="[console_scripts]\nrun = app:main\n") == ""


@pytest.mark.parametrize(
    ("metadata", "problem"),
    [
        (GOOD.replace("\n", "\r\r\n"), "its name as None and its version as None"),
        (GOOD.replace("App", "Other"), "its name as 'Other' and its version as '1'"),
        (GOOD.replace(": 1", ": 2"), "its name as 'App' and its version as '2'"),
        (GOOD.replace(": 1", ": one"), "its name as 'App' and its version as 'one'"),
        (GOOD.replace("Name:", "Name :"), "its name as None and its version as None"),
        ("", "its name as None and its version as None"),
    ],
)
def test_another_name_or_version_is_refused(confirm, metadata, problem):
    assert problem in confirm(METADATA=metadata)


def test_entry_points_that_cannot_be_read_are_refused(confirm):
    assert "entry_points.txt" in confirm(METADATA=GOOD, entry_points_txt="[console_scripts]\n; a comment\n")
