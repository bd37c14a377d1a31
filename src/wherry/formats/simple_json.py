"""Read project pages in JSON (PEP 691, 700, 714, 792)."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from itertools import repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Protocol

from packaging.utils import canonicalize_name

from wherry.errors import InvalidIndexPage
from wherry.formats.filenames import check_filename, shown_filename
from wherry.formats.nesting import load_json
from wherry.formats.urls import file_location
from wherry.model.project import LazyFiles, ProjectFile, ProjectPage
from wherry.model.sizes import LARGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName

__all__ = ["PageListing", "load_mapping", "parse_json_page", "read_page"]

# The characters of plain names, and the space between two names.
PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-+! "


class PageListing(Protocol):
    """A page that was scanned elsewhere: every file has a plain name, and its other fields are unchecked."""

    @property
    def header(self) -> str:
        """The page without its files, as JSON."""
        ...

    @property
    def names(self) -> Sequence[str]:
        """The filenames, in the order of the page."""
        ...

    def wheels(self, platforms: Collection[str]) -> Mapping[int, str]:
        """Return the names of the wheels for any of ``platforms`` (in lower case), by their positions."""
        ...

    def entries(self, positions: Sequence[int]) -> str:
        """Return the files at ``positions`` as a JSON array. The text is unchecked and may be invalid."""
        ...


def parse_json_page(body: bytes, *, url: str, name: NormalizedName, listing: PageListing | None = None) -> ProjectPage:
    """Read a JSON project page, perhaps from its ``listing``. Raise :class:`InvalidIndexPage` if it is none.

    The files of a listing are read on access, which raises the same error.
    """
    with _nothing_collected():
        if listing is None:
            return read_page(load_mapping(body, url), url=url, name=name)
        return _page(load_mapping(listing.header, url), lambda: _listed_files(listing, url), url, name)


def read_page(page: Mapping[str, Any], *, url: str, name: NormalizedName) -> ProjectPage:
    """Read a JSON project page that has been loaded. Raise :class:`InvalidIndexPage` if it is none."""
    return _page(page, lambda: _files(page.get("files"), url), url, name)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Disable the garbage collector, which would scan the growing page again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _page(
    page: Mapping[str, Any], files: Callable[[], Sequence[ProjectFile]], url: str, name: NormalizedName
) -> ProjectPage:
    # "Clients […] MUST fail if they encounter a major version that they do not support" (PEP 629)
    version = str(_mapping(page.get("meta"), "meta", url).get("api-version", ""))
    if version.partition(".")[0] != "1":
        raise InvalidIndexPage(url, f"its API version is {version!r}; this wherry reads version 1")
    if canonicalize_name(str(page.get("name", name))) != name:
        raise InvalidIndexPage(url, f"it is the page of {page['name']!r}, not of {name!r}")
    status = _mapping(page.get("project-status") or {}, "project-status", url)
    return ProjectPage(
        name=name,
        url=url,
        files=files(),
        status=str(status.get("status", "active")),
        status_reason=str(status.get("reason") or ""),
    )


def load_mapping(body: bytes | str, url: str) -> Mapping[str, Any]:
    """Load a JSON object. Raise :class:`InvalidIndexPage` for any other text."""
    return _mapping(_load_json(body, url), "page", url)


def _load_json(text: bytes | str, url: str) -> object:
    try:
        return load_json(text)
    except ValueError as error:
        raise InvalidIndexPage(url, f"it is not JSON ({error})") from error


def _mapping(value: object, part: str, url: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidIndexPage(url, f"its {part} is not a JSON object")
    return value


def _files(entries: object, url: str) -> Sequence[ProjectFile]:
    """Return the files. They are made on access if no entry can turn out to be invalid."""
    if not isinstance(entries, list):
        raise InvalidIndexPage(url, "it has no list of files")
    names = _plain_names(entries)
    if names is None:
        return tuple(_file(entry, url) for entry in entries)
    return LazyFiles(names, lambda positions: [_plain_file(entries[position], url) for position in positions])


def _listed_files(listing: PageListing, url: str) -> LazyFiles:
    """Return the files of a listing. Names are read as needed, because all of them may be a megabyte."""
    known: dict[int, str] = {}

    def find_wheels(platforms: Collection[str]) -> Mapping[int, str]:
        found = listing.wheels(platforms)
        known.update(found)
        return found

    def make(positions: Sequence[int]) -> Sequence[ProjectFile]:
        names = known if known.keys() >= set(positions) else listing.names
        files = _files(_load_json(listing.entries(positions), url), url)[:]
        if [file.filename for file in files] != [names[position] for position in positions]:
            raise InvalidIndexPage(url, "its files and their names do not match")
        return files

    return LazyFiles(lambda: listing.names, make, find_wheels)


def _plain_names(entries: Sequence[Any]) -> Sequence[str] | None:
    """Return the names if all entries are valid for :func:`_file` and all URLs absolute; else ``None``.

    Entries are checked column by column, the fastest way for thousands of them.
    """
    try:
        names, urls, pythons, times = _columns(entries)
        if not all(map(str.startswith, urls, repeat(("https://", "http://")))):
            return None
        if not {*map(type, pythons), *map(type, times)} <= {str, type(None)}:
            return None
        joined = f" {' '.join(names)}"
        is_plain = " ." not in joined and "  " not in joined and not joined.encode().translate(None, PLAIN)
    except (AttributeError, KeyError, TypeError, UnicodeEncodeError):
        return None
    return names if is_plain and all(names) else None


def _columns(entries: Sequence[Any]) -> Sequence[Sequence[Any]]:
    try:
        rows = list(map(itemgetter("filename", "url", "requires-python", "upload-time"), entries))
    except KeyError:
        rows = [(e["filename"], e["url"], e.get("requires-python"), e.get("upload-time")) for e in entries]
    return list(zip(*rows, strict=True)) or ((), (), (), ())


def _file(entry: object, url: str) -> ProjectFile:
    """Return a file. An invalid entry becomes a file with a ``fault``, and the others stay usable."""
    data: Mapping[str, Any] = entry if isinstance(entry, dict) else {}
    name = data.get("filename")
    try:
        check_filename(name)
        for key in ("url", "requires-python", "upload-time"):
            _check_text(data, key)
    except ValueError as error:
        return ProjectFile(shown_filename(name), "", fault=str(error))
    return _plain_file(data, url)


def _plain_file(data: Mapping[str, Any], url: str) -> ProjectFile:
    """Return a file whose name is known to be plain, and whose text fields are known to be text."""
    try:
        location = file_location(data["url"], url, page_url=url)
    except ValueError as error:
        return ProjectFile(data["filename"], "", fault=str(error))
    return ProjectFile(
        filename=data["filename"],
        url=location,
        hashes=_hashes(data.get("hashes")),
        size=_size(data.get("size")),
        requires_python=data.get("requires-python") or None,
        yanked=_yanked(data.get("yanked")),
        upload_time=data.get("upload-time") or None,
        metadata_hashes=_metadata_hashes(data),
    )


def _check_text(data: Mapping[str, Any], key: str) -> None:
    value = data.get(key)
    if not isinstance(value, str | None) or (key == "url" and not value):
        raise ValueError(f"the index gives {value!r} as its {key}")


def _size(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST else None


def _hashes(value: object) -> Mapping[str, str]:
    return {str(key).lower(): str(digest).lower() for key, digest in value.items()} if isinstance(value, dict) else {}


def _yanked(value: object) -> str | None:
    # "a boolean […] or a non empty, but otherwise arbitrary, string […] a truthy value" (PEP 691)
    if not value:
        return None
    return value if isinstance(value, str) else ""


def _metadata_hashes(data: Mapping[str, Any]) -> Mapping[str, str] | None:
    # "core-metadata" of PEP 714; "dist-info-metadata" is the older name, of PEP 658.
    offered = data.get("core-metadata", data.get("dist-info-metadata"))
    return _hashes(offered) if offered else None
