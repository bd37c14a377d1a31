"""A document as a web page: its HTML is the page, its JavaScript runs there, under the policy that it names."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from aiohttp import web

from tests.harness.background_server import BackgroundServer
from tests.harness.paths import BUNDLE, NODE_MODULES
from tests.harness.project import EXAMPLE_INDEX, indexed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.harness.documents import Document

__all__ = ["DocumentPage", "continued"]

IMPORT_MAP = '{ "imports": { "pyodide": "/pyodide/pyodide.mjs", "wherry": "/wherry/index.js" } }'
PYODIDE = NODE_MODULES / "pyodide"
CDN = re.compile(r"`https:[^`]+/full/`")
"""The CDN in Pyodide's code; no option changes it."""
IMPORT = re.compile(r"^import .*;$", re.MULTILINE)


def continued(sources: Sequence[str]) -> str:
    """Join modules that continue each other into one; a later one may declare the same names again."""
    imports = dict.fromkeys(line for source in sources for line in IMPORT.findall(source))
    return "\n".join((*imports, *(f"{{{IMPORT.sub('', source)}" for source in sources), "}" * len(sources)))


class DocumentPage(BackgroundServer):
    """A server of the page at ``url``, with ``/wherry/`` and npm's Pyodide as ``/pyodide/``, while it is entered.

    The index's server replaces the CDN; neither has the packages of Pyodide's distribution. When its JavaScript has
    ended, the page's ``outcome`` is ``"done"``, or the error.
    """

    def __init__(self, document: Document, index_url: str) -> None:
        super().__init__()
        self._index_url = index_url
        scripts = [block.text for block in document.of("js")]
        body = "\n".join(block.text for block in document.of("html")).replace(
            "<wherry-preload", f'<wherry-preload index-url="{index_url}"'
        )
        import_map = "" if "importmap" in body else f'<script type="importmap">{IMPORT_MAP}</script>'
        script = '<script type="module" src="/document.js"></script>'
        page = f'<!doctype html><meta charset="utf-8">{import_map}{body}{script}'
        self._texts = {
            "/": self._adapt(page),
            "/document.js": self._adapt(_reporting(continued(scripts))),
            "/indexed.js": indexed("/wherry/index.js", index_url),
            "/pyodide/pyodide.mjs": CDN.sub(f"`{urljoin(index_url, '/cdn/')}`", (PYODIDE / "pyodide.mjs").read_text()),
            **{f"/{name}": self._adapt(text) for name, text in document.files.items()},
        }
        self._headers = dict(self._header(line) for block in document.of("http") for line in block.text.splitlines())
        self.url = ""

    def _adapt(self, text: str) -> str:
        return text.replace('"/wherry/index.js"', '"/indexed.js"').replace(EXAMPLE_INDEX, self._index_url)

    def _header(self, line: str) -> tuple[str, str]:
        name, _, value = line.partition(": ")
        index = urlsplit(self._index_url)
        value = value.replace("https://example.org", f"{index.scheme}://{index.netloc}")
        # A policy allows inline scripts by their hashes.
        inline = re.findall(r"<script[^>]*>(.+?)</script>", self._texts["/"], re.DOTALL)
        hashes = "".join(f" 'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in inline)
        return name, value.replace("script-src", f"script-src{hashes}")

    def _runners(self) -> Sequence[web.AppRunner]:
        application = web.Application()
        for path in self._texts:
            application.router.add_get(path, self._answer)
        application.router.add_get("/favicon.ico", _nothing)
        application.router.add_static("/wherry/", BUNDLE)
        application.router.add_static("/pyodide/", PYODIDE)
        application.on_response_prepare.append(self._add_headers)
        return [web.AppRunner(application, access_log=None, shutdown_timeout=0.1)]

    def _listen_at(self, urls: Sequence[str]) -> None:
        (self.url,) = urls

    async def _answer(self, request: web.Request) -> web.Response:
        kind = "text/javascript" if request.path.endswith((".js", ".mjs")) else "text/html"
        return web.Response(text=self._texts[request.path], content_type=kind)

    async def _add_headers(self, _request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(self._headers)


async def _nothing(_request: web.Request) -> web.Response:
    return web.Response(status=204)


def _reporting(module: str) -> str:
    imports = "\n".join(IMPORT.findall(module))
    return (
        f"{imports}\ntry {{\n{IMPORT.sub('', module)}\nwindow.outcome = 'done';\n"
        "} catch (error) {\nwindow.outcome = `${error}`;\n}"
    )
