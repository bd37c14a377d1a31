"""The public names of `import wherry`, and the imports that it delays."""

from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import wherry
from wherry.errors import WherryError


def test_every_public_name_exists_and_is_listed():
    assert all(getattr(wherry, name) is not None for name in wherry.__all__)
    assert [name for name in dir(wherry) if not name.startswith("__")] == sorted(wherry.__all__)


def test_the_version_is_that_of_the_npm_package():
    package = json.loads((Path(__file__).parents[1] / "js/package.json").read_text(encoding="utf-8"))
    assert wherry.__version__ == package["version"]


def test_type_checkers_see_the_same_names():
    tree = ast.parse(Path(wherry.__file__).read_text(encoding="utf-8"))
    told = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("wherry.")
        for alias in node.names
        if alias.asname is not None
    }
    assert set(told) == set(wherry.__all__)
    homes = {name: importlib.import_module(str(home)) for name, home in told.items()}
    assert all(getattr(home, name) is getattr(wherry, name) for name, home in homes.items())


def test_a_name_can_be_imported_from_the_package():
    from wherry import Installer, UnknownProject, errors

    assert issubclass(UnknownProject, WherryError)
    assert errors.UnknownProject is UnknownProject
    assert Installer is wherry.Installer


def test_an_unknown_name_raises_the_usual_errors():
    with pytest.raises(AttributeError, match="absent"):
        getattr(wherry, "absent")  # noqa: B009
    with pytest.raises(ImportError, match="absent"):
        exec("from wherry import absent")  # noqa: S102


@pytest.mark.parametrize("imported", ["wherry", "wherry.bridge"])
def test_importing_loads_few_other_modules(imported):
    script = f"import sys, {imported}; print(*sorted(sys.modules))"
    command = [sys.executable, "-c", script]
    modules = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()  # noqa: S603
    ours = {module for module in modules if module.startswith("wherry.")}
    assert ours <= {"wherry.bridge", "wherry.default", "wherry.installation", "wherry.installation.staging_root"}
    assert "packaging" not in modules
