from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from tests.harness.scripted_fetcher import status
from wherry.errors import UnreachableKind
from wherry.index.failures import WAYS_OUT, kind_of, refused, unreachable

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ENOTFOUND", "dns"),
        ("EAI_AGAIN", "dns"),
        ("ECONNREFUSED", "refused"),
        ("ECONNRESET", "cut"),
        ("UND_ERR_SOCKET", "cut"),
        ("UND_ERR_CONNECT_TIMEOUT", "timeout"),
        ("ENETUNREACH", "offline"),
        ("SELF_SIGNED_CERT_IN_CHAIN", "tls"),
        ("ERR_TLS_CERT_ALTNAME_INVALID", "tls"),
        ("ERR_SSL_WRONG_VERSION_NUMBER", "tls"),
        ("", "unknown"),
        ("ESOMETHING", "unknown"),
    ],
)
def test_error_codes_of_node_map_to_kinds(code: str, kind: UnreachableKind) -> None:
    assert kind_of(code) == kind


@pytest.mark.parametrize("kind", get_args(UnreachableKind))
def test_every_kind_has_advice(kind: UnreachableKind) -> None:
    error = unreachable("https://index.example.org/app/", kind, "it is so")
    assert str(error) == f"No answer from https://index.example.org/app/: it is so; {WAYS_OUT[kind]}"
    assert error.facts()["kind"] == kind


@pytest.mark.parametrize(
    ("code", "headers", "said"),
    [
        (401, {}, "headers="),
        (403, {}, "credentials"),
        (429, {"retry_after": "3600"}, "Retry-After: 3600"),
        (503, {}, "try again later"),
    ],
)
def test_an_http_error_has_advice(code: int, headers: Mapping[str, str], said: str) -> None:
    error = refused("https://index.example.org/app/", status(code, **headers))
    assert f"https://index.example.org/app/ answered with HTTP status {code}" in str(error)
    assert said in str(error)
    assert error.facts()["status"] == code
