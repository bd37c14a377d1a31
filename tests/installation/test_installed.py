from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

from wherry.installation.installed import find_installed, read_installed

if TYPE_CHECKING:
    from pathlib import Path

METADATA = b"Metadata-Version: 2.4\nName: My.App\nVersion: 1.0\nRequires-Dist: b\n"


def write(folder: Path, **files: bytes) -> str:
    folder.mkdir()
    for name, content in files.items():
        (folder / name.replace("_json", ".json")).write_bytes(content)
    return str(folder)


def test_a_distribution_is_read_from_its_folder(tmp_path):
    folder = write(
        tmp_path / "My.App-1.0.dist-info",
        METADATA=METADATA,
        INSTALLER=b"pip\n",
        REQUESTED=b"",
        direct_url_json=b'{"url": "https://example.org/a.whl", "archive_info": {}}',
    )
    distribution = find_installed(str(tmp_path))["my-app"]  # type: ignore[index]
    assert (distribution.name, distribution.version) == ("my-app", "1.0")
    assert distribution.metadata.requires_dist == (Requirement("b"),)
    assert (distribution.location, distribution.installer) == (folder, "pip")
    assert distribution.requested
    assert distribution.source == "https://example.org/a.whl"
    assert str(distribution) == "my-app 1.0"


def test_notes_of_the_installation_are_optional(tmp_path):
    distribution = read_installed(write(tmp_path / "a.dist-info", METADATA=METADATA, INSTALLER=b"\n"))
    assert distribution is not None
    assert (distribution.installer, distribution.requested, distribution.source) == (None, False, None)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"7", b'{"url": 7}', b"\xff", b"[" * 99_999], ids=range(7))
def test_a_broken_direct_url_is_ignored(tmp_path, content):
    distribution = read_installed(write(tmp_path / "a.dist-info", METADATA=METADATA, direct_url_json=content))
    assert distribution is not None
    assert distribution.source is None


def test_folders_that_are_no_distributions_are_skipped(tmp_path):
    write(tmp_path / "empty-1.dist-info")
    write(tmp_path / "broken-1.dist-info", METADATA=b"Name: broken")
    write(tmp_path / "binary-1.dist-info", METADATA=bytes(range(256)) * 99)
    write(tmp_path / "huge-1.dist-info", METADATA=METADATA + b"Description: " + b"a" * 2**25)
    (tmp_path / "folder-1.dist-info" / "METADATA").mkdir(parents=True)
    write(tmp_path / "old-1.egg-info", METADATA=METADATA)
    (tmp_path / "file-1.dist-info").write_bytes(METADATA)
    assert find_installed(str(tmp_path)) == {}


def test_metadata_with_faults_is_read_as_far_as_possible(tmp_path):
    folder = tmp_path / "a.dist-info"
    distribution = read_installed(
        write(folder, METADATA=METADATA + b"Requires-Dist: c>dev\nAuthor: \xff\nRequires-Python: 3\n")
    )
    assert distribution is not None
    assert distribution.metadata.requires_dist == (Requirement("b"),)
    assert distribution.metadata.warnings == (
        "a.dist-info: Requires-Python '3' is not a version specifier; it is ignored",
    )


def test_a_missing_site_packages_has_no_distributions(tmp_path):
    assert find_installed(str(tmp_path / "absent")) == {}
