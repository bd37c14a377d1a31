from __future__ import annotations

import pytest

from tests.harness.index_files import make_wheel
from wherry.errors import InvalidWheel
from wherry.formats.wheel_archive import open_wheel
from wherry.installation.imported_modules import ImportedModules


def wheel(name, files):
    made = make_wheel(name, "1.0", files=files)
    return open_wheel(made.content, filename=made.filename)


def compiled(source, place):
    try:
        return compile(source, place, "exec")
    except SyntaxError:
        return None


def imported(roots, *wheels):
    modules = ImportedModules(wheels, compiled)
    for _ in modules.find(roots):
        pass
    return list(modules.places)


APP = {
    "app/__init__.py": "from . import part\nimport other.deep as deep\n",
    "app/part.py": "def later():\n    import app.lazy\n",
    "app/lazy.py": "",
    "app/unused.py": "import app",
}
OTHER = {"other/__init__.py": "", "other/deep.py": "import app, absent", "other/more.py": ""}


def test_finds_what_is_imported_over_wheels_the_parents_first():
    found = imported(["app"], wheel("app", APP), wheel("other", OTHER))
    assert found == ["app/__init__.py", "app/part.py", "other/__init__.py", "other/deep.py"]


def test_begins_at_several_modules():
    found = imported(["app.lazy", "other.more"], wheel("app", APP), wheel("other", OTHER))
    assert found[:2] == ["app/__init__.py", "app/lazy.py"]
    assert "other/more.py" in found
    assert "app/unused.py" not in found


def test_a_module_that_cannot_be_compiled_imports_nothing():
    assert imported(["app"], wheel("app", {"app/__init__.py": "import app.part\n(", "app/part.py": ""})) == [
        "app/__init__.py"
    ]


def test_modules_may_be_in_the_data_folder_of_a_wheel():
    files = {"app-1.0.data/purelib/app/__init__.py": "import app.part", "app/part.py": ""}
    assert imported(["app"], wheel("app", files)) == ["app/__init__.py", "app/part.py"]


def test_tells_which_modules_no_wheel_has():
    modules = ImportedModules([wheel("app", APP)], compiled)
    assert (modules.lacks("app.part"), modules.lacks("app.absent")) == (False, True)


def test_a_file_that_differs_from_record_is_refused():
    made = wheel("app", APP)
    made.record["app/part.py"] = made.record["app/part.py"]._replace(digest="x" * 43)
    with pytest.raises(InvalidWheel, match=r"app/part\.py"):
        imported(["app"], made)
