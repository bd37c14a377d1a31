"""How micropip's functions read the network: the methods that front ends call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wherry.default import default_installer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wherry.index.documents import Document

__all__ = ["CompatibilityLayer", "compatibility_layer"]


class CompatibilityLayer:
    """Reads addresses through the default installer, with the credentials of its indexes."""

    @staticmethod
    async def fetch_bytes(url: str, kwargs: Mapping[str, Any]) -> bytes:
        """Return the content at ``url``; ``kwargs`` are options of ``fetch``, of which ``credentials`` counts."""
        return (await _read(url, kwargs)).content

    @staticmethod
    async def fetch_string_and_headers(url: str, kwargs: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        """Return the text at ``url``, and the headers by their names in lower case.

        Raise :class:`~wherry.errors.IndexUnavailable`.
        """
        found = await _read(url, kwargs)
        return found.content.decode("utf-8", "replace"), dict(found.headers)


async def _read(url: str, kwargs: Mapping[str, Any]) -> Document:
    headers = {str(name).lower(): value for name, value in dict(kwargs.get("headers") or {}).items()}
    return await default_installer().read(url, accept=headers.get("accept"), credentials=kwargs.get("credentials"))


compatibility_layer = CompatibilityLayer
