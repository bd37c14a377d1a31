"""Links of project pages: invalid ones, which affect only their own file, and fragments with and without hashes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["IMPOSSIBLE_NAMES", "IMPOSSIBLE_URLS", "OddFragment", "odd_fragments"]

WHEEL = "demo-2.0-py3-none-any.whl"

IMPOSSIBLE_NAMES = (
    f"._{WHEEL}",
    f".{WHEEL}",
    f"..%2F{WHEEL}",
    f"%2e%2e%2f{WHEEL}",
    f"%252e%252e%252f{WHEEL}",
    f"a%5C{WHEEL}",
    f"a%00{WHEEL}",
    "demo%0A-2.0-py3-none-any.whl",
    "demo%0D-2.0-py3-none-any.whl",
    "demo%1B[31m-2.0-py3-none-any.whl",
    "demo%C2%9B-2.0-py3-none-any.whl",
)
"""Names of files, percent-encoded as in links."""

IMPOSSIBLE_URLS = (
    f"http://[x/{WHEEL}",
    f"http://[1:2/{WHEEL}",
    f"http://[1:2]/{WHEEL}",
    f"//[bad/{WHEEL}",
    f"http://example.org:99999/{WHEEL}",
    f"http://example.org:port/{WHEEL}",
    f"http://example.org:-1/{WHEEL}",
    f"http://1.2.3.400/{WHEEL}",
    f"http:///{WHEEL}",
    f"http://user@/{WHEEL}",
    f"http://exa mple.org/{WHEEL}",
    f"http://ex%61mple.org/{WHEEL}",
    f"http://example.org\\@evil.example/{WHEEL}",
    f"\\\\host\\{WHEEL}/{WHEEL}",
    f"http://example.org/\ud800/{WHEEL}",
    f"http://example.org/\x1b[31m/{WHEEL}",
    f"http:/{WHEEL}",
    f"http:/home/pyodide/{WHEEL}",
    f"http:home/{WHEEL}",
    f"HTTP:/home/{WHEEL}",
    f"http:\\\\host\\/{WHEEL}",
    f"file:///home/{WHEEL}",
    f"FILE:///home/{WHEEL}",
    f"file:/home/{WHEEL}",
    f"file:{WHEEL}",
    f"fi\nle:///home/{WHEEL}",
    f"emfs:/home/{WHEEL}",
    f"EMFS:/home/{WHEEL}",
    f"data:,/{WHEEL}",
    f"blob:https://example.org/{WHEEL}",
    f"javascript:/{WHEEL}",
    f"ftp://example.org/{WHEEL}",
    f"about:{WHEEL}",
    f"C:/home/{WHEEL}",
)
"""Links of a page at an ``https:`` URL: none may be followed, and none read from disk."""


@dataclass(frozen=True)
class OddFragment:
    """The end of a link, and the warning that it must give, if any; ``is_right`` is true if its hash is correct."""

    text: str
    warning: str = ""
    is_right: bool = True


def odd_fragments(content: bytes) -> Iterator[OddFragment]:
    """Yield the fragments that a link to ``content`` may have."""
    digests = {
        name: hashlib.new(name, content, usedforsecurity=False).hexdigest()
        for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b")
    }
    good, wrong = digests["sha256"], "0" * 64
    for text in ("", "#", f"#sha256={good}", f"#SHA256={good.upper()}"):
        yield OddFragment(text)
    for text in ("sha256={}&egg=demo", "egg=demo&sha256={}", "egg=demo==2.0&subdirectory=a/b&sha256={}", "&sha256={}&"):
        yield OddFragment(f"#{text.format(good)}")
        yield OddFragment(f"#{text.format(wrong)}", is_right=False)
    for name in sorted(digests.keys() - {"md5", "sha1", "sha256"}):
        yield OddFragment(f"#{name}={digests[name]}")
        yield OddFragment(f"#{name}={'0' * len(digests[name])}", is_right=False)
    for name, said in (("md5", "MD5"), ("sha1", "SHA-1")):
        warning = f"verified with {said} alone, which detects accidents but no attack"
        yield OddFragment(f"#{name}={digests[name]}", warning)
        yield OddFragment(f"#egg=demo&{name}={digests[name]}", warning)
        yield OddFragment(f"#{name}={'0' * len(digests[name])}", is_right=False)
        # A weak hash beside a strong one is ignored.
        yield OddFragment(f"#{name}=0&sha256={good}")
        yield OddFragment(f"#{name}={digests[name]}&sha256={wrong}", is_right=False)
    for text in ("#egg=demo", "#egg=", "#subdirectory=src", "#sha256=", "#sha256", "#top", "#unknown=ab", "#EGG=demo"):
        yield OddFragment(text, f"not verified, because '{text}' is not a known hash")
