"""What the indexes have of a project.

A front end may put a function of its own in the place of :func:`query_package`, as JupyterLite does; ``install()`` then
asks that one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from packaging.utils import InvalidWheelFilename, canonicalize_name

from wherry._default_index import DEFAULT_INDEX_URL
from wherry.default import default_installer
from wherry.errors import WherryError
from wherry.formats.filenames import parse_wheel_name
from wherry.formats.legacy_json import files_page, parse_plain_json
from wherry.formats.simple_api import ACCEPT_ANY, parse_project_page
from wherry.formats.simple_json import load_mapping
from wherry.index.failures import GONE
from wherry.index.index import PLACEHOLDER, page_url
from wherry.micropip._compat import CompatibilityLayer
from wherry.micropip.errors import as_value_error
from wherry.micropip.wheelinfo import WheelInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wherry.model.project import ProjectFile, ProjectPage

__all__ = ["DEFAULT_INDEX_URLS", "PYPI", "PYPI_URL", "CompatibilityLayer", "ProjectInfo", "WheelInfo", "query_package"]

PYPI = "PYPI"
PYPI_URL = DEFAULT_INDEX_URL.rstrip("/")
DEFAULT_INDEX_URLS = [PYPI_URL]

SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"


@dataclass
class ProjectInfo:
    """A project: its ``releases`` in ascending order, each with the wheels that fit here.

    ``page`` has all of its files, if this class has made the releases.
    """

    name: str
    releases: dict[Version, Iterable[WheelInfo]]
    page: ProjectPage | None = field(default=None, repr=False, compare=False)

    @staticmethod
    def from_json_api(data: str | bytes | Mapping[str, Any]) -> ProjectInfo:
        """Read the older JSON of PyPI. Raise ``ValueError`` if it is something else."""
        return _read(data, parse_plain_json)

    @staticmethod
    def from_simple_json_api(data: str | bytes | Mapping[str, Any]) -> ProjectInfo:
        """Read a JSON page of the Simple API. Raise ``ValueError`` if it is something else."""
        return _read(data, lambda body, **at: parse_project_page(body, content_type=SIMPLE_JSON, **at))

    @staticmethod
    def from_simple_html_api(data: str, pkgname: str, index_base_url: str) -> ProjectInfo:
        """Read an HTML page of the Simple API; relative links start at ``index_base_url``."""
        return _of_page(_parsed(data, "text/html", index_base_url, pkgname), pkgname)

    @classmethod
    def _compatible_only(cls, name: str, releases: Mapping[Any, Iterable[Mapping[str, Any]]]) -> ProjectInfo:
        """Return the project with ``releases``: the files of each version, as PyPI's older JSON describes them."""
        files = [file for release in releases.values() for file in release]
        return _of_page(files_page(files, url=f"{name}:", name=canonicalize_name(name)), name)


async def query_package(
    name: str,
    index_urls: Sequence[str] | str | None = None,
    *,
    compat_layer: type[CompatibilityLayer] = CompatibilityLayer,
    fetch_kwargs: dict[str, Any] | None = None,
) -> ProjectInfo:
    """Return a project from the first of ``index_urls`` that has it.

    Raise ``ValueError`` if none has it, or if one does not answer: names are never mixed across indexes.
    """
    options = dict(fetch_kwargs or {})
    options["headers"] = {"accept": ACCEPT_ANY, **options.get("headers", {})}
    for index_url in [index_urls] if isinstance(index_urls, str) else index_urls or DEFAULT_INDEX_URLS:
        root = PYPI_URL if index_url == PYPI else index_url
        url = page_url(root if PLACEHOLDER in root else f"{root.rstrip('/')}/", canonicalize_name(name))
        try:
            text, headers = await compat_layer.fetch_string_and_headers(url, options)
        except Exception as error:
            if {getattr(error, "status", None), getattr(error, "code", None)} & GONE:
                continue
            raise ValueError(f"Can't fetch metadata for '{name}' from {url}: {error}") from error
        return _of_page(_parsed(text, headers.get("content-type", ""), url, name), name)
    raise ValueError(f"Can't fetch metadata for '{name}': no index has it. Check the spelling, or name another index")


OWN = query_package
"""The function that stands at its name unless a front end puts another there."""


def page_of(found: ProjectInfo, name: NormalizedName, url: str) -> ProjectPage:
    """Return the page with the files of an answer, which may be of another class."""
    page: ProjectPage | None = getattr(found, "page", None)
    if page is not None:
        return page
    files = [_described(wheel) for release in found.releases.values() for wheel in release]
    return files_page(files, url=url, name=name)


def _described(wheel: WheelInfo) -> dict[str, Any]:
    hashes = {"sha256": wheel.sha256} if wheel.sha256 else {}
    return {"filename": wheel.filename, "url": wheel.url, "hashes": hashes, "yanked": wheel.yanked_reason}


def _read(data: str | bytes | Mapping[str, Any], parse: Any) -> ProjectInfo:  # noqa: ANN401 - a parser of pages
    from json import dumps

    text = data if isinstance(data, str | bytes) else dumps(data, default=str)
    body = text.encode() if isinstance(text, str) else text
    try:
        document = load_mapping(body, "the page")
        about = document.get("info")
        title = about.get("name") if isinstance(about, dict) else None
        name = str(document.get("name") or title or "unknown")
        page = parse(body, url=f"{name}:", name=canonicalize_name(name))
    except WherryError as error:
        raise as_value_error(error) from error.__cause__
    return _of_page(page, name)


def _parsed(text: str, content_type: str, url: str, name: str) -> ProjectPage:
    try:
        return parse_project_page(text.encode(), content_type=content_type, url=url, name=canonicalize_name(name))
    except WherryError as error:
        raise as_value_error(error) from error.__cause__


def _of_page(page: ProjectPage, name: str) -> ProjectInfo:
    by_version: dict[Version, list[ProjectFile]] = {}
    for file in page.files:
        try:
            version = parse_wheel_name(file.filename)[1]
        except InvalidWheelFilename:
            continue
        by_version.setdefault(version, []).append(file)
    rank = default_installer().environment.rank.keys()
    return ProjectInfo(name, {key: _fitting(by_version[key], name, rank) for key in sorted(by_version)}, page)


def _fitting(files: Iterable[ProjectFile], name: str, rank: Any) -> Iterator[WheelInfo]:  # noqa: ANN401 - tags
    for file in files:
        _, version, _, tags = parse_wheel_name(file.filename)
        if not file.fault and not rank.isdisjoint(map(str, tags)):
            metadata = dict(file.metadata_hashes) or True if file.metadata_hashes is not None else None
            yanked = False if file.yanked is None else file.yanked or True
            sha256 = file.hashes.get("sha256")
            yield WheelInfo.from_package_index(
                name, file.filename, file.url, version, sha256, file.size, metadata, yanked
            )


def _contain_placeholder(url: str, placeholder: str = "package_name") -> bool:
    return f"{{{placeholder}}}" in url
