"""Client of the package indexes: pages, metadata and archives. Nothing is fetched twice."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from wherry.errors import (
    AnswerTooLarge,
    IndexUnavailable,
    IndexUnreachable,
    IntegrityError,
    InvalidIndexPage,
    InvalidMetadata,
    InvalidWheel,
    RefusedByIndex,
)
from wherry.formats.core_metadata import parse_core_metadata
from wherry.formats.simple_api import ACCEPT, ACCEPT_ANY, parse_project_page
from wherry.index.credentials import Credentials
from wherry.index.failures import GONE, at_neither_place, is_web_page, refused, unreachable
from wherry.index.fetcher import Meter, Request, Response
from wherry.index.index import has_placeholder, page_url, read_indexes
from wherry.index.integrity import agree, check_size, too_large, verify, within_memory
from wherry.index.network import Network
from wherry.index.single_flight import SingleFlight
from wherry.model.hashes import strongest
from wherry.model.sizes import human_size

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from packaging.utils import NormalizedName

    from wherry.index.cache import Cache
    from wherry.index.fetcher import Fetcher, Hold
    from wherry.index.index import Index
    from wherry.model.core_metadata import CoreMetadata
    from wherry.model.project import ProjectFile, ProjectPage

__all__ = ["IndexClient"]

OK = 200


class IndexClient:
    """Queries ``indexes`` (each an :class:`~wherry.index.index.Index`, or its URL), in order.

    An index written as ``"project, project @ URL"`` is for these projects only, and they come from no other index:
    ``reserved`` maps them to its URL. ``secrets`` maps further URLs to the ``Authorization`` header of each.
    ``network`` has the size limits.

    Use it as an async context manager; leaving it cancels the running requests. ``requests`` counts the fetches,
    ``notes`` are the warnings of the fetcher, ``reading`` the archives that are being fetched for their metadata, and
    ``retries`` maps the URLs of requests that are being repeated to a description.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        cache: Cache,
        indexes: Sequence[str | Index],
        *,
        secrets: Mapping[str, str] | None = None,
        network: Network | None = None,
    ) -> None:
        configured = read_indexes(indexes)
        self.index_urls = tuple(index.url for index in configured if not index.projects)
        self.places = tuple(index.place for index in configured if not index.projects)
        self.reserved = {canonicalize_name(name): index.url for index in configured for name in index.projects or ()}
        self._asked = {index.url: index.ask for index in configured if index.ask is not None}
        self.requests = 0
        self.notes: dict[str, None] = {}
        self.reading: list[ProjectFile] = []
        self.retries: dict[str, str] = {}
        self._credentials = Credentials(configured, secrets or {})
        self._fetcher = fetcher
        self._network = network or Network()
        self._cache = cache
        self._running = SingleFlight()
        self._meters: dict[str, Meter] = {}
        self._copies: Mapping[str, ProjectFile] = {}

    async def __aenter__(self) -> Self:
        await self._running.__aenter__()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._running.__aexit__(*exc_info)

    def without_pages(self, copies: Mapping[str, ProjectFile]) -> Self:
        """Never request a project page. The indexes then only tell which requests carry credentials.

        ``copies`` has, by URL, files to take where that URL fails.
        """
        self.index_urls, self.reserved, self._copies = (), {}, copies
        return self

    async def page(self, name: NormalizedName) -> ProjectPage | None:
        """Return the project's page from the first index that has it, or ``None`` where none does.

        Raises :class:`~wherry.errors.IndexUnavailable`.
        """
        return await self._running.join(("page", name), lambda: self._find_page(name))

    async def metadata(self, file: ProjectFile) -> CoreMetadata | InvalidMetadata | InvalidWheel:
        """Return the core metadata of a wheel. Broken metadata is an answer too: its error is returned, not raised.

        The metadata comes from the metadata file beside the wheel if the index announces and has one, else from the
        wheel, which is kept for :meth:`archive`. Raises :class:`~wherry.errors.IndexUnavailable` and
        :class:`~wherry.errors.IntegrityError`.
        """
        return await self._running.join(("metadata", file.url), lambda: self._find_metadata(file))

    async def archive(self, file: ProjectFile) -> bytes:
        """Return the bytes of ``file``, verified against the hash and the size that the index gives.

        Raises :class:`~wherry.errors.IndexUnavailable` and :class:`~wherry.errors.IntegrityError`.
        """
        return await self._running.join(("archive", file.url), lambda: self._find_archive(file))

    def begin_archive(self, file: ProjectFile, landed: Callable[[], object], hold: Hold | None = None) -> None:
        """Start the transfer that :meth:`archive` will wait for. ``landed`` is called when it ends or fails.

        A ``hold`` limits the transfer to the beginning of the file until it is released.
        """
        task = self._running.begin(("archive", file.url), lambda: self._find_archive(file, hold))
        task.add_done_callback(lambda _: landed())

    def abandon_archive(self, file: ProjectFile) -> None:
        """Cancel the transfer that :meth:`begin_archive` started, unless a caller waits for it."""
        self._running.abandon(("archive", file.url))

    def received(self, file: ProjectFile) -> int:
        """Return how many bytes of the archive ``file`` have been received, as far as the fetcher can tell."""
        meter = self._meters.get(file.url)
        return 0 if meter is None else meter.read()

    def release_archive(self, file: ProjectFile) -> None:
        """Release the bytes that :meth:`archive` keeps for further callers."""
        self._running.forget(("archive", file.url))

    async def _find_page(self, name: NormalizedName) -> ProjectPage | None:
        for index_url in self._indexes_of(name):
            page = await self._page_on(index_url, name)
            if page is not None:
                return page
        return None

    def _indexes_of(self, name: NormalizedName) -> tuple[str, ...]:
        return (self.reserved[name],) if name in self.reserved else self.index_urls

    async def _page_on(self, index_url: str, name: NormalizedName) -> ProjectPage | None:
        return await self._running.join(("page", index_url, name), lambda: self._fetch_page(index_url, name))

    async def _fetch_page(self, index_url: str, name: NormalizedName) -> ProjectPage | None:
        if index_url in self._asked:
            return await self._asked[index_url](name)
        accept = ACCEPT_ANY if has_placeholder(index_url) else ACCEPT
        request = Request(page_url(index_url, name), accept=accept, limit=self._network.max_page_size)
        try:
            return await self._fetch_page_once(request, name)
        except InvalidIndexPage:
            # As with a wrong hash: a cache may hold a broken copy, or the sign-in page of a portal.
            return await self._fetch_page_once(replace(request, fresh=True), name)

    async def _fetch_page_once(self, request: Request, name: NormalizedName) -> ProjectPage | None:
        response = await self._fetch(request)
        if response.status in GONE:
            return None
        _check_status(request, response)
        check_size(request, response)
        content_type = response.headers.get("content-type", "")
        with within_memory(request):
            return parse_project_page(
                response.body, content_type=content_type, url=response.url, name=name, listing=response.listing
            )

    async def _find_metadata(self, file: ProjectFile) -> CoreMetadata | InvalidMetadata | InvalidWheel:
        try:
            if file.metadata_hashes is not None and (beside := await self._metadata_beside(file, file.metadata_hashes)):
                return beside
            # Imported late: reading archives is needed after the first answers, not before the first request.
            from wherry.formats.wheel_archive import open_wheel, read_wheel_metadata

            self.reading.append(file)
            try:
                archive = await self.archive(file)
            finally:
                self.reading.remove(file)
            if file.absent is None:
                return read_wheel_metadata(archive, filename=file.filename)
            # The caller named this file, so no other can take its place: report all of its problems.
            return open_wheel(archive, filename=file.filename, limits=None).metadata
        except (InvalidMetadata, InvalidWheel) as error:
            return error

    async def _metadata_beside(self, file: ProjectFile, hashes: Mapping[str, str]) -> CoreMetadata | None:
        """Return the content of the metadata file; ``None`` where it is missing, or unreadable and without a hash."""
        try:
            request = Request(file.metadata_url, limit=self._network.max_metadata_size)
            content = await self._from_anywhere(file, request, hashes, _metadata_of)
            return _of_this_file(parse_core_metadata(content, subject=file.filename), file)
        except IndexUnavailable as error:
            if _is_missing(error):
                return None
            raise
        except InvalidMetadata:
            if hashes:
                raise
            return None

    async def _find_archive(self, file: ProjectFile, hold: Hold | None = None) -> bytes:
        meter = self._meters[file.url] = Meter()
        size, limit = file.size, self._network.max_archive_size
        request = Request(file.url, size=size, limit=limit, is_archive=True, hold=hold, meter=meter)
        if size is not None:
            if limit is not None and size > limit:
                raise too_large(request, f"{human_size(size)} are announced, more than {human_size(limit)}")
            request = replace(request, limit=size)
        return await self._from_anywhere(file, request, file.hashes, _archive_of)

    async def _from_anywhere(
        self,
        file: ProjectFile,
        request: Request,
        hashes: Mapping[str, str],
        place_of: Callable[[ProjectFile], tuple[str, Mapping[str, str]]],
    ) -> bytes:
        """Fetch ``request``. If that fails for good, take the same bytes from another index that has them.

        ``place_of`` returns the URL and the hashes of the archive, or of the metadata, of a file on another index.
        """
        try:
            return await self._verified(request, hashes)
        except (IndexUnavailable, IntegrityError) as error:
            is_offline = isinstance(error, IndexUnreachable) and error.kind == "offline"
            for twin in () if is_offline or strongest(hashes) is None else await self._twins(file):
                url, its_hashes = place_of(twin)
                if agree(hashes, its_hashes):
                    with suppress(IndexUnavailable, IntegrityError):
                        return await self._verified(replace(request, url=url), hashes)
            if file.absent and isinstance(error, IndexUnavailable):
                error.hint = at_neither_place(file.absent)
            raise

    async def _twins(self, file: ProjectFile) -> list[ProjectFile]:
        """Return the files of the same name at other URLs, on any index that may have the project.

        Use one only if its hash is that of ``file``: otherwise names are never mixed across indexes.
        """
        try:
            name = parse_wheel_filename(file.filename)[0]
        except InvalidWheelFilename:
            return []
        twins = [self._copies[file.url]] if file.url in self._copies else []
        for index_url in self._indexes_of(name):
            with suppress(IndexUnavailable):
                page = await self._page_on(index_url, name)
                files = page.files if page is not None else ()
                twins += [twin for twin in files if twin.filename == file.filename and twin.url not in {"", file.url}]
        return twins

    async def _verified(self, request: Request, hashes: Mapping[str, str]) -> bytes:
        # A local file needs no copy in the cache.
        key = strongest(hashes) if request.url.startswith("http") else None
        if key is not None and (kept := await self._cache.get(key)) is not None:
            # A broken entry of the cache is no failure: the index still has the file.
            with suppress(IntegrityError, AnswerTooLarge):
                check_size(request, Response(request.url, OK, kept))
                _check(request, kept, hashes)
                return kept
        content = await self._download(request, hashes)
        if key is not None:
            await self._cache.put(key, content)
        return content

    async def _download(self, request: Request, hashes: Mapping[str, str]) -> bytes:
        try:
            return await self._download_once(request, hashes)
        except (IndexUnreachable, IntegrityError) as error:
            if isinstance(error, IndexUnreachable) and error.kind != "portal":
                raise
            # A browser's cache, or a proxy's, may hold a broken copy: try once more without them.
            return await self._download_once(replace(request, fresh=True), hashes)

    async def _download_once(self, request: Request, hashes: Mapping[str, str]) -> bytes:
        response = await self._fetch(request)
        _check_status(request, response)
        _check_for_portal(request, response)
        check_size(request, response)
        _check(request, response.body, hashes, response.hashes)
        return response.body

    async def _fetch(self, request: Request) -> Response:
        self.requests += 1
        with within_memory(request):
            granted = replace(self._credentials.grant(request), retries=self.retries)
            response = await self._fetcher.fetch(granted)
        if response.note:
            self.notes[response.note] = None
        return response


def _is_missing(error: IndexUnavailable) -> bool:
    """Return whether the index lacks the file. Servers say so in several ways; a browser may hide it from a page."""
    if isinstance(error, RefusedByIndex):
        return error.status in {403, *GONE}
    return isinstance(error, IndexUnreachable) and error.kind in {"missing", "portal", "cors"}


def _check_status(request: Request, response: Response) -> None:
    if response.status != OK:
        raise refused(request.url, response)


def _check_for_portal(request: Request, response: Response) -> None:
    if is_web_page(response):
        place = f" ({response.url})" if response.url != request.url else ""
        raise unreachable(request.url, "portal", f"got a web page instead{place}")


def _archive_of(file: ProjectFile) -> tuple[str, Mapping[str, str]]:
    return file.url, file.hashes


def _metadata_of(file: ProjectFile) -> tuple[str, Mapping[str, str]]:
    return file.metadata_url, file.metadata_hashes or {}


def _check(
    request: Request, content: bytes, hashes: Mapping[str, str], computed: Mapping[str, str] | None = None
) -> None:
    verify(content, hashes, subject=request.url, computed=computed)
    if request.size is not None and len(content) != request.size:
        raise IntegrityError(request.url, f"{request.size} bytes", f"{len(content)} bytes")


def _of_this_file(metadata: CoreMetadata, file: ProjectFile) -> CoreMetadata:
    name, version, _, _ = parse_wheel_filename(file.filename)
    if (metadata.name, metadata.version) != (name, version):
        raise InvalidMetadata(file.filename, f"it belongs to {metadata.name} {metadata.version}")
    return metadata
