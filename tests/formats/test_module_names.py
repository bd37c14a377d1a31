import pytest

from wherry.formats.module_names import module_name, package_of, with_parents


@pytest.mark.parametrize(
    ("place", "name", "package"),
    [
        ("app.py", "app", ""),
        ("app/__init__.py", "app", "app"),
        ("app/part.py", "app.part", "app"),
        ("app/deep/__init__.py", "app.deep", "app.deep"),
        ("app/deep/part.py", "app.deep.part", "app.deep"),
    ],
)
def test_a_module_is_named_by_its_place(place, name, package):
    assert (module_name(place), package_of(name, place)) == (name, package)


@pytest.mark.parametrize("place", ["app/part-two.py", "app-1/part.py", "1.py", "app/.py", ".py", ""])
def test_a_file_that_no_import_can_name_has_no_name(place):
    assert module_name(place) == ""


def test_parents_are_imported_first():
    assert list(with_parents("a.b.c")) == ["a", "a.b", "a.b.c"]
    assert list(with_parents("a")) == ["a"]
