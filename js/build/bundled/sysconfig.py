"""A stand-in for :mod:`sysconfig`: the functions that wherry and packaging call, with the results in Pyodide.

The import of :mod:`sysconfig`, and of the module with the variables of Python's build, takes 70 ms there. This module
searches the text of that module without compiling it. Other values come from :mod:`sysconfig` itself.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cache
from typing import Any
from zipimport import ZipImportError, zipimporter

__all__ = ["get_config_var", "get_paths", "get_platform"]


def get_config_var(name: str) -> Any:  # noqa: ANN401 - as in sysconfig
    """Return a variable of Python's build; ``None`` if it does not exist."""
    # sysconfig computes some of the others.
    value = "" if name[:2].upper() != "PY" else _variables().partition(f"'{name}': ")[2][:100]
    if value[:1].isdigit() and (digits := value.replace("}", ",").partition(",")[0]).isdigit():
        return int(digits)
    text, quote, _ = value[1:].partition("'")
    if value[:1] == "'" and quote and "\\" not in text:
        return text
    return __getattr__("get_config_var")(name)


def get_platform() -> str:
    """Return for example ``emscripten-5.0.3-wasm32``."""
    if "_PYTHON_HOST_PLATFORM" in os.environ:
        return os.environ["_PYTHON_HOST_PLATFORM"]
    system = os.uname()
    return f"{system.sysname.lower()}-{system.release}-{system.machine}"


def get_paths() -> dict[str, str]:
    """Return the folders of the scheme ``posix_prefix``."""
    python = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    library = f"{sys.platlibdir}/{python}"
    return {
        "stdlib": f"{sys.base_prefix}/{library}",
        "platstdlib": f"{sys.prefix}/{library}",
        "purelib": f"{sys.prefix}/lib/{python}/site-packages",
        "platlib": f"{sys.prefix}/{library}/site-packages",
        "include": f"{sys.base_prefix}/include/{python}",
        "platinclude": f"{sys.base_prefix}/include/{python}",
        "scripts": f"{sys.prefix}/bin",
        "data": sys.prefix,
    }


@cache
def _variables() -> str:
    name = f"_sysconfigdata_{sys.abiflags}_{sys.platform}_{getattr(sys.implementation, '_multiarch', '')}"
    name = os.environ.get("_PYTHON_SYSCONFIGDATA_NAME", name)
    # Not find_spec(), which would compile the module in the standard library's ZIP archive.
    for folder in sys.path:
        importer = sys.path_importer_cache.get(folder)
        if isinstance(importer, zipimporter):
            with suppress(ZipImportError):
                return importer.get_source(name) or ""
    return ""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any attribute of sysconfig
    import sysconfig

    return getattr(sysconfig, name)
