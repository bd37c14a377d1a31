"""The default installer, on which the functions of the package work. It is made on first use."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from wherry.installer import Installer

__all__ = ["default_installer", "load_magics", "use_default"]


class _Default:
    make: Callable[[], Installer] | None = None
    installer: Installer | None = None
    shell: object = None  # the one that has the magics


def use_default(make: Callable[[], Installer]) -> None:
    """Let the functions of the package work on the installer of ``make``, which the first of them calls once."""
    _Default.make = make
    _Default.installer = None


def default_installer() -> Installer:
    """Return the default installer: that of :func:`use_default`, else one with default options."""
    load_magics()  # IPython may have come later than wherry
    if _Default.installer is None:
        _Default.installer = (_Default.make or _make)()
    return _Default.installer


def load_magics() -> None:
    """Add ``%pip`` and ``%wherry`` to the IPython of this Pyodide, if it runs. Outside of Pyodide, pip is at work."""
    if "IPython" not in sys.modules:
        return
    from wherry.runtime.defaults import is_pyodide

    if not is_pyodide():
        return
    # An IPython that is being imported has no such function yet.
    shell: Any = getattr(sys.modules["IPython"], "get_ipython", lambda: None)()
    if shell is None or shell is _Default.shell:
        return
    _Default.shell = shell
    try:
        from wherry.ipython.extension import load
    except ModuleNotFoundError:
        return  # the npm package has no magics
    load(shell)


def _make() -> Installer:
    """Make an installer that keeps downloads, as that of ``attach()``."""
    from wherry.index.network import Network
    from wherry.installer import Installer
    from wherry.runtime.defaults import runtime_cache

    network = Network()
    return Installer(network=network, cache=runtime_cache(network))
