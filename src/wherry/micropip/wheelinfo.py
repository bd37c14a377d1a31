"""A wheel as the answers of ``query_package()`` list it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import ParseResult, urlparse

from wherry.formats.filenames import parse_wheel_name
from wherry.formats.urls import last_segment

if TYPE_CHECKING:
    from packaging.tags import Tag
    from packaging.utils import BuildTag
    from packaging.version import Version

__all__ = ["WheelInfo"]


@dataclass
class WheelInfo:
    """A wheel: its name, its address, and what an index says of it."""

    name: str
    version: Version
    filename: str
    build: BuildTag
    tags: frozenset[Tag]
    url: str
    parsed_url: ParseResult
    sha256: str | None = None
    size: int | None = None
    core_metadata: dict[str, str] | bool | None = None
    yanked_reason: str | bool = False
    yanked: bool = field(init=False)

    def __post_init__(self) -> None:
        self.yanked = bool(self.yanked_reason)

    @classmethod
    def from_url(cls, url: str) -> WheelInfo:
        """Return the wheel at ``url``, or at a path; raise ``ValueError`` if its name is not that of a wheel."""
        filename = last_segment(url).rpartition(":")[2]
        name, version, build, tags = parse_wheel_name(filename)
        parsed = urlparse(url)
        if not parsed.scheme:
            parsed = parsed._replace(scheme="file")
        return cls(str(name), version, filename, build, tags, url, parsed)

    @classmethod
    def from_package_index(  # noqa: PLR0913, PLR0917 - micropip's parameters
        cls,
        name: str,
        filename: str,
        url: str,
        version: Version,
        sha256: str | None,
        size: int | None,
        core_metadata: dict[str, str] | bool | None = None,  # noqa: FBT001
        yanked_reason: str | bool = False,  # noqa: FBT001, FBT002
        best_tag_index: Any = None,  # noqa: ARG003, ANN401
    ) -> WheelInfo:
        """Return a wheel that an index lists."""
        _, _, build, tags = parse_wheel_name(filename)
        return cls(name, version, filename, build, tags, url, urlparse(url), sha256, size, core_metadata, yanked_reason)
