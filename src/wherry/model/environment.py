"""The environment to install for: markers, Python version, tags.

This is the only module below the runtime that reads the running interpreter, and only in :meth:`Environment.current`.
"""

from __future__ import annotations

import sys
import sysconfig
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.markers import default_environment
from packaging.tags import compatible_tags, cpython_tags, platform_tags
from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Environment", "emscripten_platforms", "supported_tags"]

ABI_VARIABLES = (
    "PYEMSCRIPTEN_ABI_VERSION",  # PEP 783; Pyodide ≥ 314
    "PYEMSCRIPTEN_PLATFORM_VERSION",  # Pyodide ≥ 0.29.4
    "PYODIDE_ABI_VERSION",  # Pyodide 0.26 to 0.29.3
)


@dataclass(frozen=True, slots=True)
class Environment:
    """The environment that a wheel must fit.

    ``markers`` maps the environment markers of PEP 508 to their values, ``tags`` holds the supported tags
    (``interpreter-abi-platform``) with the best first, ``rank`` the position of each. ``has_standard_module`` takes a
    name, spelt as a project's normalized name. It returns whether this interpreter has that module of Python's
    standard library, and ``None`` if the library has no such module.
    """

    python_version: Version
    markers: Mapping[str, str]
    tags: tuple[str, ...]
    has_standard_module: Callable[[str], bool | None] = field(default=lambda _: None, repr=False, compare=False)
    rank: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rank", {tag: position for position, tag in enumerate(self.tags)})

    @property
    def platform(self) -> str:
        """The best platform tag, such as ``pyemscripten_2026_0_wasm32``."""
        return self.tags[0].rpartition("-")[2]

    @classmethod
    def current(cls) -> Environment:
        """Return the environment of the running interpreter."""
        markers = {key: str(value) for key, value in default_environment().items()}
        return cls(
            # As in pip: a pre-release of 3.15 counts as 3.15 for a distribution that requires Python ≥ 3.15.
            python_version=Version(".".join(map(str, sys.version_info[:3]))),
            markers=markers,
            tags=supported_tags(sys.version_info[:2], _platforms()),
            has_standard_module=_has_standard_module,
        )


def _has_standard_module(name: str) -> bool | None:
    module = "cProfile" if name == "cprofile" else name.replace("-", "_")
    if module not in sys.stdlib_module_names:
        return None
    return module in sys.modules or any(finder.find_spec(module, None) for finder in sys.meta_path)


def supported_tags(python_version: tuple[int, int], platforms: list[str]) -> tuple[str, ...]:
    """Return the tags of a CPython on ``platforms`` (the best first), most specific first."""
    interpreter = f"cp{python_version[0]}{python_version[1]}"
    specific = cpython_tags(python_version, platforms=platforms)
    general = compatible_tags(python_version, interpreter, platforms)
    return tuple(dict.fromkeys(str(tag) for tags in (specific, general) for tag in tags))


def _platforms() -> list[str]:
    if sys.platform == "emscripten":
        variables = {name: sysconfig.get_config_var(name) for name in ABI_VARIABLES}
        return list(emscripten_platforms(variables, sysconfig.get_platform()))
    return list(platform_tags())


def emscripten_platforms(variables: Mapping[str, object], platform: str) -> Iterator[str]:
    """Yield the platform tags of an Emscripten interpreter, the best first.

    ``variables`` are those of ``sysconfig``; ``platform`` is like ``emscripten-5.0.3-wasm32``. PEP 783 names the
    platform ``pyemscripten_<abi>_wasm32``; older wheels use ``pyodide_<abi>_wasm32`` for the same platform.
    """
    abi = next((variables[name] for name in ABI_VARIABLES if variables.get(name)), None)
    if abi is not None:
        yield f"pyemscripten_{abi}_wasm32"
        yield f"pyodide_{abi}_wasm32"
    yield platform.replace(".", "_").replace("-", "_")
