"""The functions of the package: methods of the default installer."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from wherry.default import default_installer
from wherry.installer import Installer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wherry.autoloading import Autoload

__all__ = [
    "autoload",
    "check",
    "install",
    "install_imports",
    "install_lock",
    "install_lock_sync",
    "install_sync",
    "installed",
    "lock",
    "lock_sync",
    "resolve",
    "resolve_sync",
    "run_script",
    "tree",
    "uninstall",
    "why",
]

Parameters = ParamSpec("Parameters")
Outcome = TypeVar("Outcome")


def _on_default(
    method: Callable[Concatenate[Installer, Parameters], Outcome],
) -> Callable[Parameters, Outcome]:
    """Return a function that calls ``method`` on the default installer."""

    @functools.wraps(method)
    def function(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Outcome:
        return method(default_installer(), *args, **kwargs)

    return function


install = _on_default(Installer.install)
install_sync = _on_default(Installer.install_sync)
install_imports = _on_default(Installer.install_imports)
install_lock = _on_default(Installer.install_lock)
install_lock_sync = _on_default(Installer.install_lock_sync)
resolve = _on_default(Installer.resolve)
resolve_sync = _on_default(Installer.resolve_sync)
uninstall = _on_default(Installer.uninstall)
installed = _on_default(Installer.installed)
lock = _on_default(Installer.lock)
lock_sync = _on_default(Installer.lock_sync)
check = _on_default(Installer.check)
tree = _on_default(Installer.tree)
why = _on_default(Installer.why)
run_script = _on_default(Installer.run_script)


def autoload(on: bool = True, /, *, projects: Mapping[str, str] | None = None, **options: Any) -> Autoload:  # noqa: ANN401, FBT001, FBT002
    """From now on, install the project of a missing module when code imports it; ``autoload(False)`` ends that.

    The result ends it as well, with its ``stop()`` or as a context manager. Only imports in the user's own code
    install, by the rules of :func:`install_imports` with ``projects`` and ``options``: a project is never guessed. In
    code of an installed distribution a missing module stays missing, because it is an optional dependency of that
    distribution. ``importlib.util.find_spec()`` installs nothing either.

    An import waits for the installation, which needs stack switching, as :func:`install_sync` does. Where Python cannot
    wait, and where the installation fails, the import raises ``ModuleNotFoundError``, which names the cause and the
    remedy; its ``__context__`` is the :class:`~wherry.errors.WherryError`.
    """
    from wherry.autoloading import begin

    return begin(is_on=on, projects=projects or {}, options=options)
