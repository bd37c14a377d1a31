"""Project pages as JSON (PEP 691, 700, 714, 792)."""

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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName

__all__ = ["PageListing", "parse_json_page"]

# Names of these characters are plain; a space stands between them.
PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-+! "


class PageListing(Protocol):
    """A page that somebody else has looked through: every file has a plain name, and what else it has is unknown."""

    @property
    def header(self) -> str:
        """All of the page but its files, as JSON."""
        ...

    @property
    def names(self) -> Sequence[str]:
        """The filenames, in the order of the page."""
        ...

    def entries(self, positions: Sequence[int]) -> str:
        """Return the files at ``positions`` as a JSON array, or whatever stands there in its place."""
        ...


def parse_json_page(body: bytes, *, url: str, name: NormalizedName, listing: PageListing | None = None) -> ProjectPage:
    """Read a JSON project page, of which there may be a ``listing``; raises :class:`InvalidIndexPage`.

    The files of a listing are read when they are asked for, which raises it, too.
    """
    with _nothing_collected():
        if listing is None:
            page = _load(body, url)
            return _page(page, lambda: _files(page.get("files"), url), url, name)
        files = LazyFiles(listing.names, lambda positions: _listed(listing, positions, url))
        return _page(_load(listing.header, url), lambda: files, url, name)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Keep the garbage collector from looking again and again through what is only being built."""
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


def _load(body: bytes | str, url: str) -> Mapping[str, Any]:
    return _mapping(_load_json(body, url), "page", url)


def _load_json(text: bytes | str, url: str) -> object:
    try:
        return load_json(text)
    except ValueError as error:
        raise InvalidIndexPage(url, f"it is not JSON ({error})") from error


def _mapping(value: object, what: str, url: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidIndexPage(url, f"its {what} is not a JSON object")
    return value


def _files(entries: object, url: str) -> Sequence[ProjectFile]:
    """Return the files, made one by one as they are asked for where no entry can turn out to be wrong."""
    if not isinstance(entries, list):
        raise InvalidIndexPage(url, "it has no list of files")
    names = _plain_names(entries)
    if names is None:
        return tuple(_file(entry, url) for entry in entries)
    return LazyFiles(names, lambda positions: [_plain_file(entries[position], url) for position in positions])


def _listed(listing: PageListing, positions: Sequence[int], url: str) -> Sequence[ProjectFile]:
    files = _files(_load_json(listing.entries(positions), url), url)[:]
    if [file.filename for file in files] != [listing.names[position] for position in positions]:
        raise InvalidIndexPage(url, "its files cannot be told apart")
    return files


def _plain_names(entries: Sequence[Any]) -> Sequence[str] | None:
    """Return the names where all entries are as :func:`_file` wants them, and all URLs absolute; else ``None``.

    Thousands of entries are looked through column by column, for there is no faster way.
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
    """Return a file, or what is wrong with it, which costs no other."""
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
    """Return a file of which it is known that its name is plain, and that what should be text is."""
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
        raise ValueError(f"the {key} that the index gives is {value!r}")


def _size(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _hashes(value: object) -> Mapping[str, str]:
    return {str(key).lower(): str(digest).lower() for key, digest in value.items()} if isinstance(value, dict) else {}


def _yanked(value: object) -> str | None:
    # "a boolean […] or a non empty, but otherwise arbitrary, string […] a truthy value" (PEP 691)
    if not value:
        return None
    return value if isinstance(value, str) else ""


def _metadata_hashes(data: Mapping[str, Any]) -> Mapping[str, str] | None:
    # "core-metadata" of PEP 714; "dist-info-metadata" is what PEP 658 first called it.
    offered = data.get("core-metadata", data.get("dist-info-metadata"))
    return _hashes(offered) if offered else None
