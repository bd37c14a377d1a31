"""The package index, as the rest of wherry sees it: pages, metadata, archives. Nothing is fetched twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from packaging.utils import canonicalize_name, parse_wheel_filename

from wherry.errors import IntegrityError, InvalidMetadata, InvalidWheel, RefusedByIndex
from wherry.formats.core_metadata import parse_core_metadata
from wherry.formats.simple_api import ACCEPT, parse_project_page
from wherry.formats.wheel_archive import read_wheel_metadata
from wherry.index.flights import Flights
from wherry.index.integrity import verify
from wherry.model.hashes import strongest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName

    from wherry.index.cache import Cache
    from wherry.index.fetcher import Fetcher, Response
    from wherry.model.core_metadata import CoreMetadata
    from wherry.model.project import ProjectFile, ProjectPage

__all__ = ["IndexClient"]

OK = 200
GONE = frozenset({404, 410})


class IndexClient:
    """Asks ``index_urls`` (each the root of a Simple API), in order.

    One that is written ``"project, project @ URL"`` is for these projects alone, and they come from nowhere else:
    ``reserved`` maps them to it.

    Use it as an async context manager; leaving it ends what is still being fetched. ``requests`` counts the fetches.
    """

    def __init__(self, fetcher: Fetcher, cache: Cache, index_urls: Sequence[str]) -> None:
        self.index_urls = tuple(_root(url) for url in index_urls if not _is_reserved(url))
        self.reserved = dict(_reservations(index_urls))
        self.requests = 0
        self._fetcher = fetcher
        self._cache = cache
        self._flights = Flights()

    async def __aenter__(self) -> Self:
        await self._flights.__aenter__()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._flights.__aexit__(*exc_info)

    async def page(self, name: NormalizedName) -> ProjectPage | None:
        """Return the project's page from the first index that has it, or ``None`` where none does.

        Raises :class:`~wherry.errors.IndexUnavailable`.
        """
        return await self._flights.join(("page", name), lambda: self._find_page(name))

    async def metadata(self, file: ProjectFile) -> CoreMetadata | InvalidMetadata | InvalidWheel:
        """Return the core metadata of a wheel, or the error that it is broken with: that is an answer, too.

        It comes from the metadata file beside the wheel where the index offers one, else out of the wheel, which is
        kept for :meth:`archive`. Raises :class:`~wherry.errors.IndexUnavailable` and
        :class:`~wherry.errors.IntegrityError`.
        """
        return await self._flights.join(("metadata", file.url), lambda: self._find_metadata(file))

    async def archive(self, file: ProjectFile) -> bytes:
        """Return the bytes of ``file``, compared with the hash and the size that the index gives.

        Raises :class:`~wherry.errors.IndexUnavailable` and :class:`~wherry.errors.IntegrityError`.
        """
        return await self._flights.join(("archive", file.url), lambda: self._find_archive(file))

    def release_archive(self, file: ProjectFile) -> None:
        """Let go of the bytes that :meth:`archive` holds for whoever asks next."""
        self._flights.forget(("archive", file.url))

    async def _find_page(self, name: NormalizedName) -> ProjectPage | None:
        for index_url in (self.reserved[name],) if name in self.reserved else self.index_urls:
            response = await self._fetch(f"{index_url}{name}/", accept=ACCEPT)
            if response.status in GONE:
                continue
            _check_status(response)
            content_type = response.headers.get("content-type", "")
            return parse_project_page(response.body, content_type=content_type, url=response.url, name=name)
        return None

    async def _find_metadata(self, file: ProjectFile) -> CoreMetadata | InvalidMetadata | InvalidWheel:
        try:
            if file.metadata_hashes is None:
                return read_wheel_metadata(await self.archive(file), filename=file.filename)
            content = await self._verified(file.metadata_url, file.metadata_hashes)
            return _of_this_file(parse_core_metadata(content, subject=file.filename), file)
        except (InvalidMetadata, InvalidWheel) as error:
            return error

    async def _find_archive(self, file: ProjectFile) -> bytes:
        content = await self._verified(file.url, file.hashes)
        if file.size is not None and len(content) != file.size:
            raise IntegrityError(file.url, f"{file.size} bytes", f"{len(content)} bytes")
        return content

    async def _verified(self, url: str, hashes: Mapping[str, str]) -> bytes:
        key = strongest(hashes)
        if key is not None and (kept := await self._cache.get(key)) is not None:
            try:
                verify(kept, hashes, subject=url)
            except IntegrityError:
                # Whatever happened to the cache, the index still has it.
                pass
            else:
                return kept
        response = await self._fetch(url)
        _check_status(response)
        verify(response.body, hashes, subject=url)
        if key is not None:
            await self._cache.put(key, response.body)
        return response.body

    async def _fetch(self, url: str, *, accept: str | None = None) -> Response:
        self.requests += 1
        return await self._fetcher.fetch(url, accept=accept)


def _check_status(response: Response) -> None:
    if response.status != OK:
        raise RefusedByIndex(response.url, response.status)


def _of_this_file(metadata: CoreMetadata, file: ProjectFile) -> CoreMetadata:
    name, version, _, _ = parse_wheel_filename(file.filename)
    if (metadata.name, metadata.version) != (name, version):
        raise InvalidMetadata(file.filename, f"it is that of {metadata.name} {metadata.version}")
    return metadata


def _root(url: str) -> str:
    return url.strip().rstrip("/") + "/"


def _is_reserved(index_url: str) -> bool:
    return " @ " in index_url


def _reservations(index_urls: Sequence[str]) -> Iterator[tuple[NormalizedName, str]]:
    """Yield the projects that have an index to themselves, each with that index."""
    for index_url in filter(_is_reserved, index_urls):
        names, _, url = index_url.partition(" @ ")
        yield from ((canonicalize_name(name.strip()), _root(url)) for name in names.split(","))
