from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from wherry.errors import UninstallRefused
from wherry.installation.exchange.claims import changed_files, files_of
from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution

if TYPE_CHECKING:
    from wherry.installation.scheme import Scheme

METADATA = CoreMetadata(canonicalize_name("app"), Version("1"))


def recorded(scheme: Scheme, record: bytes | None) -> InstalledDistribution:
    location = Path(scheme.site_packages, "app-1.dist-info")
    location.mkdir()
    if record is not None:
        (location / "RECORD").write_bytes(record)
    return InstalledDistribution(METADATA, str(location))


def test_files_are_those_of_record_in_any_folder(scheme, tmp_path):
    absolute = f"{scheme.site_packages}/absolute.py"
    distribution = recorded(scheme, f"app.py,,\n../../../bin/app,,\n../../../share/app,,\n{absolute},,\n".encode())
    assert sorted(os.path.relpath(path, tmp_path) for path in files_of(distribution, scheme)) == [
        "bin/app",
        "lib/python3.14/site-packages/absolute.py",
        "lib/python3.14/site-packages/app-1.dist-info/RECORD",
        "lib/python3.14/site-packages/app.py",
        "share/app",
    ]


def test_unrecorded_files_in_dist_info_belong_to_the_distribution(scheme):
    distribution = recorded(scheme, b"app-1.dist-info/RECORD,,\n")
    location = Path(str(distribution.location))
    (location / "licenses").mkdir()
    (location / "licenses" / "LICENSE").touch()
    (location / "PYODIDE_SOURCE").touch()
    found = {str(Path(path).relative_to(location)) for path in files_of(distribution, scheme)}
    assert found == {"RECORD", "PYODIDE_SOURCE", "licenses/LICENSE"}


@pytest.mark.parametrize(
    ("record", "fragment"),
    [
        pytest.param(None, "cannot be read", id="absent"),
        pytest.param(b"\xff,,\n", "cannot be read", id="no text"),
        pytest.param(b'"', "cannot be read", id="no CSV"),
        pytest.param(b"../../../../outside,,\n", "outside the installation", id="out of the prefix"),
        pytest.param(b"/etc/passwd,,\n", "outside the installation", id="absolute"),
        pytest.param(b"../os.py,,\n", "outside the installation", id="of Python's own"),
        pytest.param(b"../site-packages-evil/a,,\n", "outside the installation", id="beside site-packages"),
        pytest.param(b".,,\n", "outside the installation", id="site-packages itself"),
    ],
)
def test_an_unusable_record_is_refused(scheme, record, fragment):
    with pytest.raises(UninstallRefused, match=fragment) as caught:
        files_of(recorded(scheme, record), scheme)
    assert caught.value.distribution == "app 1"


def test_distributions_of_the_runtime_cannot_be_uninstalled(scheme):
    with pytest.raises(UninstallRefused, match="the runtime itself provides it"):
        files_of(InstalledDistribution(METADATA), scheme)


@pytest.mark.parametrize("algorithm", ["sha256", "shake_128", "blake2b", "md5"])
def test_hashes_of_record_are_compared_in_every_notation(scheme, algorithm):
    hashed = hashlib.new(algorithm, b"content", usedforsecurity=False)
    digest = hashed.hexdigest(32) if algorithm.startswith("shake") else hashed.hexdigest()  # type: ignore[call-arg]
    distribution = recorded(scheme, f"app.py,{algorithm}={digest},7\n".encode())
    path = Path(scheme.site_packages, "app.py")
    path.write_bytes(b"content")
    files = files_of(distribution, scheme)
    assert changed_files(distribution, files) == []
    path.write_bytes(b"changed")
    assert changed_files(distribution, files) == [str(path)]
