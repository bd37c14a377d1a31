"""Resolver cases: an index, what is asked of it, what must come out. tests/cases/README.md has the keys."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from tests.harness.index_files import IndexFile, make_wheel
from tests.harness.paths import ROOT
from wherry.formats.core_metadata import parse_core_metadata
from wherry.model.distribution import InstalledDistribution

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True)
class ResolverCase:
    """One case; see tests/cases/README.md."""

    name: str
    requested: Sequence[str]
    index: Mapping[str, Any]
    installed: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    pins: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    error: str = ""
    message: str = ""
    file: str = ""
    unread: Sequence[str] = ()

    def files(self) -> list[IndexFile]:
        """Return the files of the index."""
        return [_file(key, release) for key, release in self.index.items()]

    def distributions(self) -> dict[NormalizedName, InstalledDistribution]:
        """Return what is installed."""
        found = {}
        for key, release in self.installed.items():
            content = _file(key, release).metadata
            assert content is not None
            metadata = parse_core_metadata(content, subject=key)
            found[metadata.name] = InstalledDistribution(metadata, location=f"/site/{key}")
        return found


def read_cases() -> Iterator[ResolverCase]:
    """Yield all cases under tests/cases."""
    for path in sorted((ROOT / "tests" / "cases").glob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            yield ResolverCase(**case)


def _file(key: str, release: Sequence[str] | Mapping[str, Any]) -> IndexFile:
    name, version, *_ = key.split(" ")
    facts: dict[str, Any] = dict(release) if isinstance(release, Mapping) else {"requires": release}
    if facts.get("sdist"):
        return IndexFile(f"{canonicalize_name(name)}-{Version(version)}.tar.gz", b"an sdist")
    on_page = facts.pop("page-requires-python", True)
    wheel = make_wheel(name, version, **{key.replace("-", "_"): value for key, value in facts.items()})
    if not on_page:
        # A page that leaves Requires-Python out, as it may.
        wheel.__dict__["requires_python"] = None
    return wheel
