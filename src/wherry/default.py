"""The default installer, on which the functions of the package work. It is made on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from wherry.installer import Installer

__all__ = ["default_installer", "use_default"]


class _Default:
    make: Callable[[], Installer] | None = None
    installer: Installer | None = None


def use_default(make: Callable[[], Installer]) -> None:
    """Let the functions of the package work on the installer of ``make``, which the first of them calls once."""
    _Default.make = make
    _Default.installer = None


def default_installer() -> Installer:
    """Return the default installer: that of :func:`use_default`, else one with default options."""
    if _Default.installer is None:
        _Default.installer = (_Default.make or _make)()
    return _Default.installer


def _make() -> Installer:
    """Make an installer that keeps downloads, as that of ``attach()``."""
    from wherry.index.network import Network
    from wherry.installer import Installer
    from wherry.runtime.defaults import runtime_cache

    network = Network()
    return Installer(network=network, cache=runtime_cache(network))
