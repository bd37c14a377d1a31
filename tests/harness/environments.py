"""Environments for which unit tests resolve, independent of the Python that runs them."""

from __future__ import annotations

from packaging.version import Version

from wherry.model.environment import Environment, emscripten_platforms, supported_tags

PYODIDE_314 = Environment(
    python_version=Version("3.14.2"),
    markers={
        "implementation_name": "cpython",
        "implementation_version": "3.14.2",
        "os_name": "posix",
        "platform_machine": "wasm32",
        "platform_python_implementation": "CPython",
        "platform_release": "5.0.3",
        "platform_system": "Emscripten",
        "platform_version": "#1",
        "python_full_version": "3.14.2",
        "python_version": "3.14",
        "sys_platform": "emscripten",
    },
    tags=supported_tags(
        (3, 14), list(emscripten_platforms({"PYEMSCRIPTEN_ABI_VERSION": "2026_0"}, "emscripten-5.0.3-wasm32"))
    ),
    has_standard_module={
        **dict.fromkeys(("asyncio", "hashlib", "importlib", "json", "lzma", "sqlite3", "ssl", "typing"), True),
        **dict.fromkeys(("pydoc-data", "tkinter"), False),
    }.get,
)
