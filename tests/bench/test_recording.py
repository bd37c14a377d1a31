from __future__ import annotations

import hashlib
import json

import pytest

from bench.recording import NothingFits, Recording
from tests.harness.index_files import make_wheel

SERVER = "http://127.0.0.1:1"


def listed(filename, **said):
    return {
        "filename": filename,
        "path": f"/packages/{filename}",
        "sha256": "ab" * 32,
        "size": None,
        "upload_time": None,
        "requires_python": ">=3.9",
        "yanked": False,
        "metadata": None,
        **said,
    }


class Index:
    """The index to record from; `asked` has the requests."""

    def __init__(self, *wheels, listings=None):
        self.wheels = {wheel.filename: wheel for wheel in wheels}
        self.listings = listings or {wheel.identity[0]: [listed(wheel.filename)] for wheel in wheels}
        self.asked = []

    def listing(self, name):
        self.asked.append(name)
        return self.listings.get(name)

    def wheel(self, filename, folder):
        self.asked.append(filename)
        (folder / filename).write_bytes(self.wheels[filename].content)


@pytest.fixture
def wheel():
    return make_wheel("a", "1.0")


def entries(recording, name="a"):
    return json.loads(recording.page(name, SERVER))["files"]


def test_a_page_is_recorded_once(tmp_path, wheel):
    index = Index(wheel)
    entries(Recording(tmp_path, index))
    (entry,) = entries(Recording(tmp_path, index))
    assert entry["url"] == f"{SERVER}/packages/a-1.0-py3-none-any.whl"
    assert index.asked == ["a"]


def test_a_wheel_is_recorded_at_its_first_request(tmp_path, wheel):
    index = Index(wheel)
    Recording(tmp_path, index).wheel(wheel.filename)
    assert Recording(tmp_path).wheel(wheel.filename) == wheel


def test_a_recorded_wheel_has_its_true_size_and_the_true_hash_of_its_metadata(tmp_path, wheel):
    recording = Recording(tmp_path, Index(wheel))
    recording.page("a", SERVER)
    recording.wheel(wheel.filename)
    (entry,) = entries(Recording(tmp_path))
    assert entry["size"] == len(wheel.content)
    assert entry["core-metadata"] == {"sha256": hashlib.sha256(wheel.metadata).hexdigest()}


def test_while_recording_unknown_sizes_and_hashes_are_left_out(tmp_path, wheel):
    (entry,) = entries(Recording(tmp_path, Index(wheel)))
    assert entry["core-metadata"] is True
    assert "size" not in entry


def test_values_of_the_index_are_kept(tmp_path):
    said = {"size": 7, "upload_time": "2026-01-01T00:00:00.000000Z", "yanked": "broken", "metadata": "cd" * 32}
    index = Index(listings={"a": [listed("a-1.0-py3-none-any.whl", **said)]})
    Recording(tmp_path, index).page("a", SERVER)
    (entry,) = entries(Recording(tmp_path))
    assert entry["size"] == 7
    assert entry["upload-time"] == "2026-01-01T00:00:00.000000Z"
    assert entry["yanked"] == "broken"
    assert entry["core-metadata"] == {"sha256": "cd" * 32}


def test_a_project_that_does_not_exist_is_recorded_too(tmp_path):
    index = Index()
    assert Recording(tmp_path, index).page("b", SERVER) is None
    assert Recording(tmp_path, index).page("b", SERVER) is None
    assert index.asked == ["b"]


def test_a_project_without_a_wheel_for_pyodide_stops_the_recording(tmp_path):
    index = Index(listings={"a": [listed("a-1.0-cp314-cp314-win_amd64.whl"), listed("a-1.0.tar.gz")]})
    recording = Recording(tmp_path, index)
    with pytest.raises(NothingFits):
        recording.page("a", SERVER)
    recording.elsewhere = {"a"}
    assert len(entries(recording)) == 2
    assert len(entries(Recording(tmp_path))) == 2
