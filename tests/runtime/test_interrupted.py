"""A process that is killed in the middle of an upgrade of a folder that outlives it.

In Node only: a page cannot end there, because no other code runs in it while files move.
"""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

from tests.harness.index_files import make_wheel
from tests.harness.paths import NODE_MODULES
from tests.installation.places import tree

SCRIPT = Path(__file__).with_name("interrupted.mjs")
# The script is placed in /bin, which is on another file system here, and is lost with the process.
OLD, NEW = (
    make_wheel(
        "app",
        version,
        files={"app/__init__.py": version, f"app/only{version}.py": "", f"app-{version}.data/scripts/app": version},
    )
    for version in "12"
)
SAID = f"Installing {NEW.filename} was interrupted and has been rolled back"
# While new files are placed, and after the last change but before the journal is deleted.
ENDS = ("app/only2.py", "os.remove /lib/python3.14/site-packages/.wherry/journal")


def install(folder, index_url, *requirements, end=""):
    node = NODE_MODULES / ".bin" / "node"
    command = (node, SCRIPT, folder, index_url, json.dumps(requirements), end)
    finished = subprocess.run(  # noqa: S603 - our own arguments
        command, capture_output=True, text=True, timeout=300, check=False
    )
    assert finished.returncode == (-signal.SIGKILL if end else 0), finished.stderr
    return json.loads(finished.stdout or "null")


def test_the_next_process_rolls_back_a_killed_upgrade(index_server, tmp_path):
    index_server.files.extend([OLD, NEW])
    url = index_server.json_url
    assert install(tmp_path, url, "app==1") == []
    before = tree(tmp_path)
    for end in ENDS:
        install(tmp_path, url, "app==2", end=end)
        assert tree(tmp_path) != before
        assert install(tmp_path, url, "app") == [SAID]
        assert tree(tmp_path) == before
    assert install(tmp_path, url, "app==2") == []
    assert "app/only2.py" in tree(tmp_path)
    assert "app/only1.py" not in tree(tmp_path)


def test_attaching_rolls_back_a_killed_upgrade(index_server, tmp_path):
    index_server.files.extend([OLD, NEW])
    install(tmp_path, index_server.json_url, "app==1")
    before = tree(tmp_path)
    install(tmp_path, index_server.json_url, "app==2", end=ENDS[0])
    assert tree(tmp_path) != before
    install(tmp_path, index_server.json_url)
    assert tree(tmp_path) == before
