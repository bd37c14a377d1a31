from __future__ import annotations

import hashlib
import importlib
import inspect
import marshal
import sys
import zipfile
from typing import Any

import pytest

from wherry.formats.record import encode_digest
from wherry.installation.bytecode import Recorder

SOURCE = "answer = 42\n\ndef double(number):\n    return 2 * number\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder on the path; afterwards Python's imports are as they were."""
    path, modules = tmp_path / "site", dict(sys.modules)
    path.mkdir()
    monkeypatch.syspath_prepend(str(path))
    monkeypatch.setattr(sys, "path_hooks", [*sys.path_hooks])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield path
    for name in set(sys.modules) - set(modules):
        del sys.modules[name]
    importlib.invalidate_caches()
    for known in [*sys.path_importer_cache]:
        if known.startswith(str(path)):
            del sys.path_importer_cache[known]


@pytest.fixture
def heard():
    return []


@pytest.fixture
def recorder(folder, heard):
    recorder = Recorder(str(folder), lambda: heard.append("recorded"))
    recorder.start()
    return recorder


def write(path, source=SOURCE):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")


def places(recorder):
    return sorted(module.place for module in recorder.take())


def test_records_the_code_and_the_digest_of_an_imported_module(folder, recorder, heard):
    write(folder / "wherry_a.py")
    importlib.import_module("wherry_a")
    (module,) = recorder.take()
    assert (module.place, module.digest) == ("wherry_a.py", encode_digest(hashlib.sha256(SOURCE.encode()).digest()))
    code = compile(SOURCE, str(folder / "wherry_a.py"), "exec", dont_inherit=True)
    assert marshal.loads(module.code) == code  # noqa: S302 - our own
    assert heard == ["recorded"]


def test_records_packages_and_their_modules(folder, recorder):
    for name in ("__init__", "part", "deep/__init__", "deep/part"):
        write(folder / f"wherry_b/{name}.py")
    importlib.import_module("wherry_b.deep.part")
    assert places(recorder) == ["wherry_b/__init__.py", "wherry_b/deep/__init__.py", "wherry_b/deep/part.py"]


def test_records_in_folders_that_were_searched_before(folder, heard):
    write(folder / "wherry_c/__init__.py")
    write(folder / "wherry_c/part.py")
    importlib.import_module("wherry_c")
    recorder = Recorder(str(folder), lambda: None)
    recorder.start()
    importlib.import_module("wherry_c.part")
    assert places(recorder) == ["wherry_c/part.py"]


def test_a_module_is_taken_once_and_recorded_again_when_it_is_reloaded(folder, recorder):
    write(folder / "wherry_d.py")
    module = importlib.import_module("wherry_d")
    assert places(recorder) == ["wherry_d.py"]
    assert places(recorder) == []
    importlib.reload(module)
    assert places(recorder) == ["wherry_d.py"]


def test_nothing_is_recorded_in_other_folders(folder, recorder, tmp_path, monkeypatch):
    write(tmp_path / "site-more/wherry_e.py")
    monkeypatch.syspath_prepend(str(tmp_path / "site-more"))
    importlib.import_module("wherry_e")
    assert places(recorder) == []


def test_an_archive_in_the_folder_is_left_to_python(folder, recorder, monkeypatch):
    with zipfile.ZipFile(folder / "plug.zip", "w") as archive:
        archive.writestr("wherry_z.py", SOURCE)
    monkeypatch.syspath_prepend(str(folder / "plug.zip"))
    assert importlib.import_module("wherry_z").answer == 42
    assert places(recorder) == []


def test_code_that_is_too_deep_to_be_marshalled_is_left_out(folder, recorder):
    deep = compile("def one(): pass", "deep", "exec")
    for _ in range(3000):
        deep = deep.replace(co_consts=(deep,))
    recorder.record(str(folder / "wherry_y.py"), b"", deep)
    write(folder / "wherry_x.py")
    importlib.import_module("wherry_x")
    assert places(recorder) == ["wherry_x.py"]


def test_nothing_is_recorded_for_a_source_that_cannot_be_compiled(folder, recorder, heard):
    write(folder / "wherry_f.py", "answer =")
    with pytest.raises(SyntaxError):
        importlib.import_module("wherry_f")
    assert (places(recorder), heard) == ([], [])


def test_a_module_whose_import_fails_later_is_recorded(folder, recorder):
    write(folder / "wherry_g.py", "raise RuntimeError")
    with pytest.raises(RuntimeError):
        importlib.import_module("wherry_g")
    assert places(recorder) == ["wherry_g.py"]


def test_a_module_with_bytecode_is_not_recorded(folder, recorder, monkeypatch):
    write(folder / "wherry_h.py")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    importlib.import_module("wherry_h")
    assert places(recorder) == ["wherry_h.py"]
    del sys.modules["wherry_h"]
    importlib.import_module("wherry_h")
    assert places(recorder) == []


@pytest.mark.parametrize("change", ["tree", "path", "optimization"])
def test_code_that_a_tool_compiles_in_another_way_is_not_recorded(folder, recorder, change):
    import ast

    write(folder / "wherry_i.py")
    loader: Any = importlib.import_module("wherry_i").__loader__
    assert places(recorder) == ["wherry_i.py"]
    data = ast.parse("answer = 43") if change == "tree" else b"answer = 43"
    path = "elsewhere.py" if change == "path" else loader.path
    options = {"_optimize": 2} if change == "optimization" else {}
    loader.source_to_code(data, path, **options)
    assert places(recorder) == []


def test_sources_resources_and_listings_are_as_ever(folder, recorder):
    import pkgutil
    from importlib import resources

    write(folder / "wherry_j/__init__.py")
    write(folder / "wherry_j/part.py")
    (folder / "wherry_j/note.txt").write_text("note", encoding="utf-8")
    module = importlib.import_module("wherry_j")
    assert inspect.getsource(module) == SOURCE
    assert [found.name for found in pkgutil.iter_modules(module.__path__)] == ["part"]
    assert resources.files(module).joinpath("note.txt").read_text(encoding="utf-8") == "note"


def test_starting_twice_records_once(folder, recorder, heard):
    recorder.start()
    write(folder / "wherry_k.py")
    importlib.import_module("wherry_k")
    assert heard == ["recorded"]
    assert sys.path_hooks.count(recorder._find) == 1
