"""The bundle's stand-in for ``urllib.parse`` gives what the real module gives."""

from __future__ import annotations

import importlib.util
import urllib.parse
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

PATH = Path(__file__).resolve().parents[1] / "js" / "build" / "bundled" / "urllib_parse.py"


def load():
    spec = importlib.util.spec_from_file_location("urllib_parse", PATH)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


STAND_IN = load()
URLS = st.builds(
    "{}://{}/{}".format,
    st.sampled_from(["https", "http", "file", "HTTPS"]),
    st.text("ab.:@[]-", max_size=8),
    st.text("ab1._+~%2/-;?# ä", max_size=30),
)


@given(URLS)
def test_the_path_of_a_url_is_that_of_python(url):
    try:
        expected = urllib.parse.urlparse(url).path
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011 - the message is Python's
            STAND_IN.urlparse(url)
    else:
        assert STAND_IN.urlparse(url).path == expected


@given(st.text("ab%2f0+ä", max_size=20))
def test_unquoting_is_that_of_python(text):
    assert STAND_IN.unquote(text) == urllib.parse.unquote(text)


def test_other_names_are_those_of_python():
    assert STAND_IN.urljoin is urllib.parse.urljoin
    with pytest.raises(AttributeError):
        _ = STAND_IN.__path__
