from __future__ import annotations

import hashlib
import importlib
import inspect
import pkgutil
import py_compile
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from wherry.formats.record import encode_digest
from wherry.installation.archive_imports import find_library, import_from
from wherry.installation.bytecode import Recorder

if TYPE_CHECKING:
    from types import CodeType

SOURCE = "answer = 42\nfile = __file__\n"
KEPT = compile("answer = 'kept'", "kept", "exec")


class Importing:
    """An archive whose modules are imported with the code in ``kept``, by place."""

    def __init__(self, archive):
        self.archive = str(archive)
        self.kept: dict[tuple[str, bytes], CodeType] = {}
        self.recorder = Recorder(self.archive, lambda: None)
        import_from(self.archive, lambda place, source: self.kept.get((place, source)), self.recorder)

    def recorded(self):
        return {module.place: module.digest for module in self.recorder.take()}


def compiled(folder):
    (folder / "one.py").write_text(SOURCE, encoding="utf-8")
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    return py_compile.compile(str(folder / "one.py"), invalidation_mode=mode)


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """An archive on the path; afterwards Python's imports are as they were."""
    path, modules = tmp_path / "library.zip", dict(sys.modules)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as writer:
        for name in ("wherry_lib_a", "wherry_lib_p/__init__", "wherry_lib_p/part", "wherry_lib_p/deep/__init__"):
            writer.writestr(f"{name}.py", SOURCE)
        writer.writestr("wherry_lib_n/", "")
        writer.writestr("wherry_lib_n/part.py", SOURCE)
        writer.write(compiled(tmp_path), "wherry_lib_c.pyc")
        writer.writestr("wherry_lib_bad.py", "answer =")
    monkeypatch.setattr(sys, "path_hooks", [*sys.path_hooks])
    monkeypatch.setattr(sys, "path", [str(path), *sys.path])
    importlib.invalidate_caches()
    yield path
    for name in set(sys.modules) - set(modules):
        del sys.modules[name]
    for known in [*sys.path_importer_cache]:
        if known.startswith(str(path)):
            del sys.path_importer_cache[known]


@pytest.fixture
def importing(archive):
    return Importing(archive)


def test_a_module_is_compiled_once_and_recorded(archive, importing, monkeypatch):
    def compile_twice(*_: object) -> None:
        raise AssertionError("zipimport compiles a module, too")

    monkeypatch.setattr("zipimport._compile_source", compile_twice)
    module = importlib.import_module("wherry_lib_a")
    assert (module.answer, module.file) == (42, f"{archive}/wherry_lib_a.py")
    assert importing.recorded() == {"wherry_lib_a.py": encode_digest(hashlib.sha256(SOURCE.encode()).digest())}


def test_kept_code_is_used_for_its_place_and_source_alone(importing):
    importing.kept["wherry_lib_a.py", SOURCE.encode()] = KEPT
    importing.kept["wherry_lib_p/__init__.py", b"another source"] = KEPT
    assert importlib.import_module("wherry_lib_a").answer == "kept"
    assert importlib.import_module("wherry_lib_p").answer == 42
    assert list(importing.recorded()) == ["wherry_lib_p/__init__.py"]


def test_packages_and_namespace_packages_are_found(archive, importing):
    assert importlib.import_module("wherry_lib_p.deep").file == f"{archive}/wherry_lib_p/deep/__init__.py"
    assert importlib.import_module("wherry_lib_p.part").file == f"{archive}/wherry_lib_p/part.py"
    assert importlib.import_module("wherry_lib_n.part").answer == 42
    package = importlib.import_module("wherry_lib_p")
    assert [found.name for found in pkgutil.iter_modules(package.__path__)] == ["deep", "part"]
    assert inspect.getsource(package) == SOURCE


def test_an_archive_that_was_searched_before_is_searched_anew(archive):
    importlib.import_module("wherry_lib_p")
    importing = Importing(archive)
    importlib.import_module("wherry_lib_p.part")
    importlib.import_module("wherry_lib_a")
    assert sorted(importing.recorded()) == ["wherry_lib_a.py", "wherry_lib_p/part.py"]


def test_a_module_that_is_missing_or_broken_fails_as_ever(importing):
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("wherry_lib_p.absent")
    with pytest.raises(SyntaxError, match="wherry_lib_bad"):
        importlib.import_module("wherry_lib_bad")
    assert list(importing.recorded()) == ["wherry_lib_p/__init__.py"]


def test_modules_that_have_only_bytecode_are_left_to_python(importing):
    assert importlib.import_module("wherry_lib_c").answer == 42
    assert importing.recorded() == {}


def test_the_library_is_the_archive_on_the_path(archive):
    assert find_library() is None
    importlib.import_module("wherry_lib_a")
    assert find_library() == str(archive)
