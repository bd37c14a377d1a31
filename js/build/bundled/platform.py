"""What packaging asks of :mod:`platform`, whose import takes 25 ms in Pyodide: the answers it gives on Emscripten."""

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
    """Return such as ``wasm32``."""
    return os.uname().machine


def release() -> str:
    """Return the version of Emscripten."""
    return os.uname().release


def system() -> str:
    """Return ``Emscripten``."""
    return os.uname().sysname


def version() -> str:
    """Return what a system would say of its build."""
    return os.uname().version


def python_version() -> str:
    """Return such as ``3.14.2`` or ``3.15.0rc1``."""
    return sys.version.partition(" ")[0]


def python_version_tuple() -> tuple[str, str, str]:
    """Return its three parts."""
    major, minor, micro = python_version().split(".")
    return major, minor, micro


def python_implementation() -> str:
    """Return ``CPython``: Pyodide is one."""
    return "CPython"


def __getattr__(name: str) -> object:
    import platform

    return getattr(platform, name)
