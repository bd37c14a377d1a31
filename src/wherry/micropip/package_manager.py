"""micropip's functions, as methods over the default installer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from wherry.default import default_installer
from wherry.errors import UnknownProject, WherryError
from wherry.micropip import _mock_package, package_index
from wherry.micropip._compat import CompatibilityLayer
from wherry.micropip.errors import SeveralFailures, as_value_error, joined

# At the top: a later import of the module would take the place of the function of this name in the package.
from wherry.micropip.freeze import freeze_installed
from wherry.micropip.installed import folders_of, list_installed
from wherry.micropip.logging import setup_logging
from wherry.micropip.reinstallation import explain_kept, kept_versions, read_requirements

if TYPE_CHECKING:
    import builtins
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName

    from wherry.index.index import Index
    from wherry.installer import Installer
    from wherry.micropip._mock_package import Modules
    from wherry.micropip.package import PackageDict
    from wherry.model.project import ProjectPage
    from wherry.model.report import InstallReport

__all__ = ["PackageManager"]

# What stands for the indexes in messages where a front end has replaced query_package().
PATCHED = "query-package://micropip.package_index/"


class PackageManager:
    """Indexes and constraints for the calls of :meth:`install`; all else is the default installer's."""

    def __init__(self, compat: type[Any] = CompatibilityLayer) -> None:
        self.index_urls = package_index.DEFAULT_INDEX_URLS[:]
        self.compat_layer = compat
        self.constraints: builtins.list[str] = []

    async def install(  # noqa: PLR0913, PLR0917 - micropip's parameters
        self,
        requirements: str | builtins.list[str],
        keep_going: bool = False,  # noqa: FBT001, FBT002
        deps: bool = True,  # noqa: FBT001, FBT002
        credentials: str | None = None,
        pre: bool = False,  # noqa: FBT001, FBT002
        index_urls: builtins.list[str] | str | None = None,
        *,
        constraints: builtins.list[str] | None = None,
        reinstall: bool = False,
        verbose: bool | int | None = None,
    ) -> None:
        """Install requirements and what they need: all of it, or nothing.

        ``requirements`` are names with versions, extras and markers (PEP 508), or the URLs or paths of wheels. With
        ``keep_going``, one error names everything that cannot be installed. ``deps=False`` leaves dependencies out;
        ``credentials`` is the option of ``fetch()`` for requests to the indexes; ``pre`` admits pre-releases.
        ``index_urls`` are asked in order: roots of Simple APIs, or page URLs with ``{package_name}``. ``constraints``
        restrict versions without asking for a project. Installed versions are kept; only with ``reinstall``, those that
        do not fit are replaced. ``verbose=True`` prints each step.

        From JavaScript, the last argument may be an object with these options.

        Raise an error that is a :class:`~wherry.errors.WherryError` and a ``ValueError``.
        """
        options = _gathered(
            {
                "keep_going": keep_going,
                "deps": deps,
                "credentials": credentials,
                "pre": pre,
                "index_urls": index_urls,
                "constraints": constraints,
                "reinstall": reinstall,
                "verbose": verbose,
            }
        )
        with setup_logging().ctx_level(options.pop("verbose")) as logger:
            try:
                report = await self._install(_listed(_plain(requirements)), **options)
            except WherryError as error:
                raise as_value_error(error) from error.__cause__
            for name, version, source in ((one.name, one.version, one.source) for one in report.installed):
                logger.info("Collecting %s", name)
                logger.info("  Downloading %s", (source or f"{name}-{version}").rpartition("/")[2])
            if report.installed:
                logger.info("Installing collected packages: %s", ", ".join(one.name for one in report.installed))
                done = ", ".join(f"{one.name}-{one.version}" for one in report.installed)
                logger.info("Successfully installed %s", done)
            for one in report.unchanged:
                logger.info("Requirement already satisfied: %s (%s)", one.name, one.version)
            for warning in report.warnings:
                logger.warning("%s", warning)

    async def _install(  # noqa: PLR0913 - the options of a call
        self,
        requirements: builtins.list[str],
        *,
        keep_going: bool,
        deps: bool,
        credentials: str | None,
        pre: bool,
        index_urls: builtins.list[str] | str | None,
        constraints: builtins.list[str] | None,
        reinstall: bool,
    ) -> InstallReport:
        installer = default_installer()
        source = _Source(self, installer, _listed(index_urls) or self.index_urls, credentials)
        constraints = self.constraints if constraints is None else _listed(constraints)
        readable, failures = read_requirements(requirements)
        if failures and not keep_going:
            raise failures[0]
        kept: builtins.list[str] = []
        if not reinstall:
            kept, refused = kept_versions(readable, installer.installed(), installer.environment)
            failures += refused
        call = {"deps": deps, "pre": pre, "constraints": (constraints, kept), **source.options()}
        silent: Any = lambda _: None  # noqa: E731 - micropip shows no progress
        together: builtins.list[WherryError] = []
        if not failures:
            try:
                return await installer.install(*readable, **call, on_progress=silent)
            except WherryError as error:
                together = [error]
        alone = await _failures_of(readable, installer, call) if keep_going else []
        failures = [source.explain(explain_kept(one, kept)) for one in joined([*failures, *alone, *together])]
        if keep_going and max(len(failures), len(getattr(failures[0], "missing", ()))) > 1:
            raise SeveralFailures(failures) from failures[0]
        raise failures[0]

    def list_packages(self) -> PackageDict:
        """Return the installed packages by name, each with its version and its source."""
        return list_installed(default_installer())

    def freeze(self) -> str:
        """Return the text of a ``pyodide-lock.json`` with the installed packages, besides those that Pyodide has.

        ``loadPyodide({ lockFileContents })`` takes it; ``loadPackage`` then finds the packages.
        """
        return freeze_installed(default_installer())

    def add_mock_package(
        self, name: str, version: str, *, modules: Modules | None = None, persistent: bool = False
    ) -> None:
        """Add a package that satisfies requirements, with modules of your own.

        ``modules`` maps their names to their sources or, unless ``persistent``, to functions that fill the new module;
        by default there is one empty module with the name of the package. With ``persistent``, files are written to
        site-packages; else all is in memory.
        """
        _mock_package.add_mock_package(name, version, modules=_plain(modules), persistent=persistent)

    def list_mock_packages(self) -> builtins.list[str]:
        """Return the names of the mock packages."""
        return _mock_package.list_mock_packages()

    def remove_mock_package(self, name: str) -> None:
        """Remove a mock package; raise ``ValueError`` if it is none, ``PackageNotFoundError`` if there is none."""
        _mock_package.remove_mock_package(name)

    def uninstall(self, packages: str | builtins.list[str], *, verbose: bool | int | None = None) -> None:
        """Uninstall packages: all of them, or none. One that is not installed is skipped, with a warning.

        Raise an error that is a :class:`~wherry.errors.WherryError` and a ``ValueError``.
        """
        installer = default_installer()
        with setup_logging().ctx_level(verbose) as logger:
            present = {one.name: one for one in installer.installed()}
            names: builtins.list[NormalizedName] = []
            for package in _listed(_plain(packages)):
                name = canonicalize_name(package)
                if name in present:
                    names.append(name)
                else:
                    logger.warning("Skipping '%s' as it is not installed.", package)
            mocked = {name for name in names if _mock_package.is_mocked(name)}
            names = [name for name in names if name not in mocked]
            folders = {name: folders_of(present[name]) for name in names}
            try:
                report = installer.uninstall(*names)
            except WherryError as error:
                raise as_value_error(error) from error.__cause__
            for name in mocked:
                _mock_package.remove_mock_package(name)
            for one in report:
                logger.info("Found existing installation: %s %s", one.name, one.version)
                logger.info("Successfully uninstalled %s-%s", one.name, one.version)
            for name, own in folders.items():
                for folder in filter(os.path.isdir, own):
                    logger.warning("%s is not empty after uninstallation of %s: it has other files", folder, name)
            for warning in report.warnings:
                logger.warning("%s", warning)

    def set_index_urls(self, urls: builtins.list[str] | str) -> None:
        """Set the indexes of calls that name none: roots of Simple APIs, or page URLs with ``{package_name}``."""
        self.index_urls = _listed(_plain(urls))

    def set_constraints(self, constraints: builtins.list[str]) -> None:
        """Set the constraints of calls that name none."""
        self.constraints = _listed(_plain(constraints))


class _Source:
    """Where the projects of one call come from: indexes, or the function that a front end has put in their place."""

    def __init__(
        self, manager: PackageManager, installer: Installer, index_urls: Sequence[str], credentials: str | None
    ) -> None:
        self._is_default = [*index_urls] == package_index.DEFAULT_INDEX_URLS
        self._own = installer.indexes
        self._index_urls = [index.url for index in self._own] if self._is_default else [*index_urls]
        self._compat = manager.compat_layer
        self._credentials: Any = credentials
        self._refusals: dict[NormalizedName, ValueError] = {}

    def options(self) -> dict[str, Any]:
        """Return the options of :meth:`wherry.Installer.install` about indexes."""
        prefer: dict[str, Any] = {} if self._is_default else {"prefer": "index"}
        if package_index.query_package is not package_index.OWN:
            return {"index_urls": [_index(PATCHED, ask=self._ask)], **prefer}
        if self._is_default and not self._credentials:
            return prefer
        return {"index_urls": [*self._indexes()], **prefer}

    def _indexes(self) -> Iterator[str | Index]:
        """Yield the indexes, with the credentials of the call: those of the installer keep their headers."""
        from dataclasses import replace

        if self._is_default:
            yield from (replace(index, credentials=self._credentials) for index in self._own)
            return
        for named in self._index_urls:
            url = package_index.PYPI_URL if named == package_index.PYPI else named
            yield _index(url, credentials=self._credentials) if self._credentials else url

    async def _ask(self, name: NormalizedName) -> ProjectPage | None:
        fetching = {"credentials": self._credentials} if self._credentials else {}
        try:
            found = await package_index.query_package(
                name, self._index_urls, compat_layer=self._compat, fetch_kwargs=fetching
            )
        except ValueError as error:
            # The distribution may still have the project.
            self._refusals[name] = error
            return None
        return package_index.page_of(found, name, PATCHED)

    def explain(self, error: WherryError) -> WherryError:
        """Return ``error``; if the front end's function has refused the project, with its reason."""
        if isinstance(error, UnknownProject) and (refusal := self._refusals.get(canonicalize_name(error.name))):
            error.hint, error.similar = str(refusal), ()
            error.__cause__ = refusal
        return error


def _index(url: str, **fields: Any) -> Index:  # noqa: ANN401 - the fields of an index
    from wherry.index.index import Index

    return Index(url, **fields)


async def _failures_of(
    requirements: Iterable[str], installer: Installer, call: Mapping[str, Any]
) -> builtins.list[WherryError]:
    """Return the errors of the requirements that cannot be installed even alone."""
    failures = []
    for requirement in requirements:
        try:
            await installer.resolve(requirement, **call, on_progress=lambda _: None)
        except WherryError as error:
            failures.append(error)
    return failures


def _gathered(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options as Python objects; a JavaScript object among them has the options that it names."""
    plain = {name: _plain(value) for name, value in options.items()}
    for name, value in options.items():
        if isinstance(given := plain[name], dict):
            if unknown := given.keys() - options.keys():
                raise TypeError(f"install() has no option {', '.join(sorted(unknown))}")
            plain[name] = OPTIONS.get(name)
            plain |= {option: _plain(chosen) for option, chosen in given.items()}
        elif name in FLAGS and value is not None:
            plain[name] = bool(given)
    return plain


FLAGS = frozenset({"keep_going", "deps", "pre", "reinstall"})
OPTIONS: Mapping[str, Any] = {"keep_going": False, "deps": True, "pre": False, "reinstall": False}


def _plain(value: Any) -> Any:  # noqa: ANN401 - a Python or a JavaScript object
    # JavaScript's null.
    if type(value).__name__ == "JsNull":
        return None
    return value.to_py() if hasattr(value, "to_py") else value


def _listed(names: Any) -> builtins.list[str]:  # noqa: ANN401 - one name, or several
    if names is None:
        return []
    return [names] if isinstance(names, str) else [*names]
