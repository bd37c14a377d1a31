"""Resolver cases: an index, requirements and options, and the expected result. tests/cases/README.md has the keys."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from tests.harness.index_files import IndexFile, make_wheel
from tests.harness.index_pages import file_path
from tests.harness.locks import lock_text, package_table
from tests.harness.memory_fetcher import HOST, MemoryFetcher
from tests.harness.paths import ROOT
from wherry.formats.core_metadata import parse_core_metadata
from wherry.index.fetcher import Response
from wherry.model.distribution import InstalledDistribution
from wherry.model.locked_package import LockedPackage
from wherry.model.project import ProjectFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DOMAIN = "example.org"
DISTRIBUTION_HOST = f"distribution.{DOMAIN}"
PLACEHOLDER = re.compile(r"\{([^ }]+ [^ }#]+)(#?)\}")
HASH_OPTION = re.compile(r"\{hash ([^}]+)\}")
NOT_OF_THE_WHEEL = {"depends", "from-distribution", "imports", "provided", "shared-library", "source"}


@dataclass(frozen=True)
class ResolverCase:
    """One case; see tests/cases/README.md."""

    name: str
    requested: Sequence[str]
    theme: str = ""
    index: Mapping[str, Any] = field(default_factory=dict)
    indexes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reserved: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unreachable: Sequence[str] = ()
    pages: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    installed: Mapping[str, Any] = field(default_factory=dict)
    distribution: Mapping[str, Any] = field(default_factory=dict)
    locked: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    pins: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    error: str = ""
    message: str = ""
    mentions: Sequence[str] = ()
    file: str = ""
    kept: Sequence[str] = ()
    unread: Sequence[str] = ()
    xfail: str = ""

    @property
    def files(self) -> list[IndexFile]:
        """Return the files of the one index."""
        return self._files[HOST]

    @property
    def needs_only_an_index(self) -> bool:
        """Whether the case needs only one plain index: then any server and any runtime can run it."""
        elsewhere = (
            *(self.indexes, self.reserved, self.unreachable, self.pages, self.installed, self.distribution),
            self.locked,
        )
        placeholders = PLACEHOLDER.search(" ".join((*self.requested, *map(str, self.options.values()))))
        return not any(elsewhere) and placeholders is None and "requirements_files" not in self.options

    @property
    def index_urls(self) -> list[str]:
        """Return the indexes in the order to ask them."""
        form = self.options.get("form", "json")
        return [f"{self._reservation(name)}https://{host}/{form}/" for name, host in self._hosts.items()]

    @property
    def _hosts(self) -> dict[str, str]:
        return {name: f"{name}.{DOMAIN}" for name in self.indexes} or {"": HOST}

    def _reservation(self, name: str) -> str:
        return f"{', '.join(self.reserved[name])} @ " if name in self.reserved else ""

    def fetcher(self, seed: int) -> MemoryFetcher:
        """Return a fetcher that answers for the indexes."""
        return MemoryFetcher(
            self._files[HOST],
            seed=seed,
            instead={url: Response(url, status, b"", {}) for url, status in self._refused()},
            elsewhere={host: files for host, files in self._files.items() if host != HOST},
            statuses={
                name: {key: page[key] for key in ("status", "reason") if key in page}
                for name, page in self.pages.items()
                if "status" in page
            },
        )

    def placed(self, text: str) -> str:
        """Replace ``{project version}`` by URLs, and ``{project version#}`` by URLs with a hash.

        ``{hash KEY}`` becomes the option ``--hash=sha256:…`` of the file with that key.
        """
        text = HASH_OPTION.sub(lambda match: f"--hash=sha256:{self._hash(match[1])}", text)
        return PLACEHOLDER.sub(lambda match: self._url(match[1], with_hash=bool(match[2])), text)

    def arguments(self) -> dict[str, Any]:
        """Return the options as keyword arguments."""
        options = {key: value for key, value in self.options.items() if key != "form"}
        with_urls = ("constraints", "overrides", "requirements_files")
        return options | {key: [self.placed(text) for text in options[key]] for key in with_urls if key in options}

    def earlier_lock(self) -> str:
        """Return the text of a lock with the versions ``locked``, of files that are nowhere."""
        return lock_text(*(package_table(make_wheel(name, version)) for name, version in self.locked.items()))

    def locked_packages(self) -> dict[NormalizedName, LockedPackage]:
        """Return the packages of the distribution."""
        found = {}
        for key, release in self.distribution.items():
            file = self._distributed[key]
            found[file.identity[0]] = LockedPackage(
                name=file.identity[0],
                version=Version(file.identity[1]),
                file=ProjectFile(
                    file.filename,
                    f"https://{DISTRIBUTION_HOST}{file_path(file)}",
                    {"sha256": file.sha256},
                    metadata_hashes={},
                ),
                depends=tuple(map(canonicalize_name, release.get("depends", ()))),
                is_shared_library=release.get("shared-library", False),
                imports=tuple(release.get("imports", ())),
            )
        return found

    def distributions(self) -> dict[NormalizedName, InstalledDistribution]:
        """Return the installed distributions."""
        found = {}
        for key, release in self.installed.items():
            facts = release if isinstance(release, Mapping) else {}
            content = _file(key, release).metadata
            assert content is not None
            metadata = parse_core_metadata(content, subject=key)
            found[metadata.name] = InstalledDistribution(
                metadata,
                location=None if facts.get("provided") else f"/site/{key}",
                source=self.placed(facts["source"]) if "source" in facts else None,
                from_distribution=facts.get("from-distribution", False),
            )
        return found

    @cached_property
    def _files(self) -> dict[str, list[IndexFile]]:
        by_host = {HOST: self.index}
        by_host |= {f"{name}.{DOMAIN}": index for name, index in self.indexes.items() if name not in self.unreachable}
        files = {host: [_file(key, release) for key, release in index.items()] for host, index in by_host.items()}
        return files | {DISTRIBUTION_HOST: list(self._distributed.values())}

    @cached_property
    def _distributed(self) -> dict[str, IndexFile]:
        return {key: _file(key, release) for key, release in self.distribution.items()}

    def _hash(self, key: str) -> str:
        keys = [*self.index, *self.distribution]
        return [*self.files, *self._distributed.values()][keys.index(key)].sha256

    def _url(self, release: str, *, with_hash: bool) -> str:
        file = next(file for file in self._files[HOST] if " ".join(file.identity) == release)
        return f"https://{HOST}{file_path(file)}" + (f"#sha256={file.sha256}" if with_hash else "")

    def _refused(self) -> Iterator[tuple[str, int]]:
        for name, page in self.pages.items():
            for host in self._hosts.values():
                if "answer" in page:
                    yield f"https://{host}/{self.options.get('form', 'json')}/{name}/", page["answer"]


def read_cases() -> Iterator[ResolverCase]:
    """Yield all cases under tests/cases."""
    for path in sorted((ROOT / "tests" / "cases").glob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            yield ResolverCase(**case, theme=path.stem)


def _file(key: str, release: Sequence[str] | Mapping[str, Any]) -> IndexFile:
    name, version, *_ = key.split(" ")
    facts: dict[str, Any] = dict(release) if isinstance(release, Mapping) else {"requires": release}
    if facts.get("sdist"):
        return IndexFile(f"{canonicalize_name(name)}-{Version(version)}.tar.gz", b"an sdist")
    if "filename" in facts:
        return _stated(IndexFile(facts["filename"], b""), identity=(canonicalize_name(name), version), metadata=None)
    stated: dict[str, Any] = {}
    if "page-requires-python" in facts:
        stated["requires_python"] = facts.pop("page-requires-python") or None
    if "metadata" in facts:
        stated["metadata"] = facts.pop("metadata").encode()
    for key_of_case in NOT_OF_THE_WHEEL & facts.keys():
        del facts[key_of_case]
    return _stated(
        make_wheel(name, version, **{key.replace("-", "_"): value for key, value in facts.items()}), **stated
    )


def _stated(file: IndexFile, **facts: object) -> IndexFile:
    """Let the index state ``facts`` of the file, independent of its content."""
    vars(file).update(facts)
    return file
