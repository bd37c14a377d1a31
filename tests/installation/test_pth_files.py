from __future__ import annotations

import pytest

from tests.harness.index_files import make_wheel
from tests.installation.places import deliver
from wherry.installation.pth_files import startup_files, startup_warnings


@pytest.mark.parametrize(
    "path",
    [
        "app.pth",
        "app-1.data/purelib/app.pth",
        "app-1.data/platlib/app.pth",
        "app-1.data/data/lib/py/site-packages/app.pth",
    ],
)
def test_pth_files_that_python_reads_at_startup_are_found(path):
    wheel = deliver(make_wheel("app", "1", files={path: "import app\n", "app.py": ""})).wheel
    assert startup_files(wheel) == ["app.pth"]
    assert list(startup_warnings([wheel])) == [
        "app 1 installs app.pth, which Python reads only at startup; restart to apply it"
    ]


@pytest.mark.parametrize("path", ["app/app.pth", "app-1.data/purelib/app/app.pth", "app-1.data/data/share/app.pth"])
def test_pth_files_in_other_folders_are_ignored(path):
    assert startup_files(deliver(make_wheel("app", "1", files={path: ""})).wheel) == []
