"""The interface of micropip 0.11 over wherry: code written for micropip runs unchanged.

:func:`wherry.as_micropip` lets ``import micropip`` find it. The modules have the names of micropip's, as far as other
packages import them.
"""

from __future__ import annotations

from wherry.micropip._compat import compatibility_layer
from wherry.micropip.package_manager import PackageManager

__all__ = [
    "__version__",
    "add_mock_package",
    "freeze",
    "install",
    "list",
    "list_mock_packages",
    "remove_mock_package",
    "set_constraints",
    "set_index_urls",
    "uninstall",
]

__version__ = "0.11.1+wherry"

_package_manager_singleton = PackageManager(compatibility_layer)

install = _package_manager_singleton.install
uninstall = _package_manager_singleton.uninstall
list = _package_manager_singleton.list_packages  # noqa: A001 - micropip's name
freeze = _package_manager_singleton.freeze
add_mock_package = _package_manager_singleton.add_mock_package
list_mock_packages = _package_manager_singleton.list_mock_packages
remove_mock_package = _package_manager_singleton.remove_mock_package
set_index_urls = _package_manager_singleton.set_index_urls
set_constraints = _package_manager_singleton.set_constraints
