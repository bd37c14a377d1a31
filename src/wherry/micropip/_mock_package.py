"""Mock packages: their metadata and modules are in memory, or small files in site-packages."""

from __future__ import annotations

import sys
from importlib import invalidate_caches, metadata
from importlib.abc import Loader, MetaPathFinder
from importlib.util import cache_from_source, spec_from_loader
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name
from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    Modules = Mapping[str, str | Callable[[ModuleType], object] | None]

__all__ = ["add_mock_package", "is_mocked", "list_mock_packages", "remove_mock_package", "take_over"]

IN_MEMORY = "micropip in-memory mock package"
PERSISTENT = "micropip mock package"


class MockDistribution(metadata.Distribution):
    """A distribution whose files of ``.dist-info`` are in memory."""

    def __init__(self, files: Mapping[str, str], modules: Modules) -> None:
        self.file_dict = files
        self.modules = modules

    def read_text(self, filename: Any) -> str | None:  # noqa: ANN401 - the base class takes strings and paths
        """Return a file of ``.dist-info``, or ``None``."""
        return self.file_dict.get(str(filename))

    def locate_file(self, path: Any) -> Any:  # noqa: ANN401 - the base class takes strings and paths
        """Return a path at which there is no file."""
        return Path("/micropip_mocks", path)


class MockFinder(MetaPathFinder, Loader):
    """Finds the distributions and modules of mock packages in memory. It is in ``sys.meta_path`` while there are any.

    ``mocked`` has the distributions by normalized name; wherry counts them as installed.
    """

    def __init__(self) -> None:
        self.mocked: dict[str, MockDistribution] = {}

    def find_distributions(self, context: metadata.DistributionFinder.Context) -> Iterable[metadata.Distribution]:
        """Return the distributions for ``importlib.metadata``."""
        if context.name is None:
            return [*self.mocked.values()]
        found = self.mocked.get(canonicalize_name(context.name))
        return [found] if found is not None else []

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        """Return the spec of a module of a mock package. Each may have modules below it."""
        if not any(fullname in one.modules for one in self.mocked.values()):
            return None
        return spec_from_loader(fullname, self, is_package=True)

    def exec_module(self, module: ModuleType) -> None:
        """Run the source, or the function, of a module."""
        content = next(one.modules[module.__name__] for one in self.mocked.values() if module.__name__ in one.modules)
        if callable(content):
            content(module)
        else:
            exec(dedent(content or ""), module.__dict__)  # noqa: S102 - the caller's own source


def add_mock_package(name: str, version: str, *, modules: Modules | None = None, persistent: bool = False) -> None:
    """Add a package with ``modules``; see :meth:`~.package_manager.PackageManager.add_mock_package`.

    Raise ``ValueError`` for an invalid name or version, with which it would satisfy no requirement.
    """
    canonicalize_name(name, validate=True)
    Version(version)
    modules = {name: ""} if modules is None else modules
    if persistent:
        _write(name, version, modules)
    else:
        _keep(name, version, modules)
    invalidate_caches()


def list_mock_packages() -> list[str]:
    """Return the names of the mock packages."""
    kinds = {IN_MEMORY, PERSISTENT}
    return [one.name for one in metadata.distributions() if (one.read_text("INSTALLER") or "").strip() in kinds]


def remove_mock_package(name: str) -> None:
    """Remove a mock package, and its modules from ``sys.modules``.

    Raise ``ValueError`` if the package is not a mock, ``PackageNotFoundError`` if it is not installed.
    """
    finder, key = _finder(), canonicalize_name(name)
    if finder is not None and key in finder.mocked:
        _forget(finder.mocked.pop(key).modules)
        if not finder.mocked:
            sys.meta_path.remove(finder)
        return
    found = metadata.distribution(name)
    if (found.read_text("INSTALLER") or "").strip() != PERSISTENT:
        raise ValueError(f"{name} is not a mock package: uninstall it with micropip.uninstall({name!r})")
    _delete(Path(str(found.locate_file(""))), [Path(str(file.locate())) for file in found.files or ()])
    _forget(found.metadata.get_all("Provides") or ())
    invalidate_caches()


def is_mocked(name: str) -> bool:
    """Return whether a mock package in memory has this normalized name."""
    finder = _finder()
    return finder is not None and name in finder.mocked


def _finder() -> MockFinder | None:
    return next((finder for finder in sys.meta_path if isinstance(finder, MockFinder)), None)


def _forget(modules: Iterable[str]) -> None:
    for module in modules:
        sys.modules.pop(module, None)


def _metadata(name: str, version: str, modules: Modules) -> str:
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        "Summary: A mock package",
        *(f"Provides: {module}" for module in modules),
    ]
    return "\n".join([*lines, ""])


def _keep(name: str, version: str, modules: Modules) -> None:
    """Keep a mock package in memory."""
    finder = _finder()
    if finder is None:
        sys.meta_path.insert(0, finder := MockFinder())
    files = {"METADATA": _metadata(name, version, modules), "INSTALLER": IN_MEMORY}
    finder.mocked[canonicalize_name(name)] = MockDistribution(files, modules)


def _write(name: str, version: str, modules: Modules) -> None:
    """Write a mock package to site-packages, with RECORD: all of its files, or none."""
    from site import getsitepackages

    from wherry.formats.record import RecordEntry, write_record

    root = Path(getsitepackages()[0])
    info = f"{canonicalize_name(name).replace('-', '_')}-{version}.dist-info"
    contents = {f"{info}/METADATA": _metadata(name, version, modules), f"{info}/INSTALLER": PERSISTENT}
    for module, content in modules.items():
        if callable(content):
            raise TypeError(f"{module}: a persistent mock package needs the source of its modules as text")
        contents[f"{module.replace('.', '/')}/__init__.py"] = dedent(content or "")
    if taken := [path for path in contents if (root / path).exists()]:
        raise FileExistsError(f"{root / taken[0]} exists: remove the package that has it first")
    contents[f"{info}/RECORD"] = write_record(RecordEntry(path) for path in (*contents, f"{info}/RECORD"))
    written: list[Path] = []
    try:
        for path, content in contents.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            written.append(root / path)
            (root / path).write_text(content, encoding="utf-8")
    except OSError:
        _delete(root, written)
        raise


def _delete(root: Path, files: Iterable[Path]) -> None:
    """Delete files, their bytecode, and the folders below ``root`` that are empty then."""
    folders: set[Path] = set()
    for file in files:
        cached = [Path(cache_from_source(str(file)))] if file.suffix == ".py" else []
        for path in (file, *cached):
            path.unlink(missing_ok=True)
            folders.update(folder for folder in path.parents if root in folder.parents)
    for folder in sorted(folders, key=lambda one: len(one.parts), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def take_over(module: Any) -> None:  # noqa: ANN401 - a module
    """Take over the mock packages in memory of micropip's own module of this name, which then finds none."""
    contents, distributions = module._mock_modules, module._mock_distributions  # noqa: SLF001 - it has no other way
    for name, one in [*distributions.items()]:
        modules = {key: contents[key] for key in one.modules}
        _keep(name, one.version, modules)
        del distributions[name]
    contents.clear()
    invalidate_caches()
