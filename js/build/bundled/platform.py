"""A stand-in for :mod:`platform`, whose import takes 25 ms in Pyodide: the functions that packaging calls."""

from __future__ import annotations

import os
import sys

__all__ = [
    "machine",
    "python_implementation",
    "python_version",
    "python_version_tuple",
    "release",
    "system",
    "version",
]


def machine() -> str:
    """Return for example ``wasm32``."""
    return os.uname().machine


def release() -> str:
    """Return the version of Emscripten."""
    return os.uname().release


def system() -> str:
    """Return ``Emscripten``."""
    return os.uname().sysname


def version() -> str:
    """Return the version of the operating system."""
    return os.uname().version


def python_version() -> str:
    """Return for example ``3.14.2`` or ``3.15.0rc1``."""
    return sys.version.partition(" ")[0]


def python_version_tuple() -> tuple[str, str, str]:
    """Return the three parts of the version."""
    major, minor, micro = python_version().split(".")
    return major, minor, micro


def python_implementation() -> str:
    """Return ``CPython``."""
    return "CPython"


def __getattr__(name: str) -> object:
    import platform

    return getattr(platform, name)
