"""The installer that the functions of the package work on. It is made when it is first needed."""

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
    """Let the functions of the package work on what ``make`` returns; it is called once, by the first of them."""
    _Default.make = make
    _Default.installer = None


def default_installer() -> Installer:
    """Return the default installer: what :func:`use_default` was told to make, else one with nothing set."""
    if _Default.installer is None:
        from wherry.installer import Installer

        _Default.installer = (_Default.make or Installer)()
    return _Default.installer
