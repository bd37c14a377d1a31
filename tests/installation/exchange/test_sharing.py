"""Files that several distributions have: shared if they are equal, refused or replaced if they differ."""

from __future__ import annotations

import py_compile
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from packaging.utils import NormalizedName, canonicalize_name

from tests.harness.index_files import IndexFile, make_wheel
from tests.installation.places import deliver, install, tree, uninstall
from wherry.errors import InstallConflict
from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages

INIT = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
PATH = "jar/__init__.py"


def wheel(name: str, init: str = INIT, version: str = "1") -> IndexFile:
    files = {PATH: init, f"jar/{name[-1]}.py": name}
    return make_wheel(name, version, files=files)


A, B, C = (wheel(f"jar-{letter}") for letter in "abc")
OTHER_B, OTHER_C = wheel("jar-b", "b's"), wheel("jar-c", "c's")


def names(*letters: str) -> frozenset[NormalizedName]:
    return frozenset(canonicalize_name(f"jar-{letter}") for letter in letters)


@pytest.fixture
def shared(site: SitePackages) -> Path:
    return Path(site.scheme.site_packages, PATH)


def put(site: SitePackages, *files: IndexFile, overwrite: str = "") -> tuple[str, ...]:
    """Install like :func:`install`; return the warnings."""
    there = site.installed()
    leaving = [there[file.identity[0]] for file in files if file.identity[0] in there]
    return site.exchange([deliver(file) for file in files], leaving, (), names(*overwrite)).warnings


def problems(site: SitePackages) -> list[str]:
    return [str(broken).replace(f"{site.scheme.site_packages}/", "") for broken in site.broken()]


def listed(site: SitePackages) -> list[str]:
    """The distributions whose RECORD lists the shared file."""
    records = sorted(Path(site.scheme.site_packages).glob("*.dist-info/RECORD"))
    return [record.parent.name[:5] for record in records if PATH in record.read_text(encoding="utf-8")]


@pytest.mark.parametrize("at_once", [True, False], ids=["together", "one after the other"])
@pytest.mark.parametrize("order", [("jar-a", "jar-b"), ("jar-b", "jar-a")], ids=["a first", "b first"])
def test_a_shared_file_is_removed_with_its_last_owner(site, shared, at_once, order):
    for files in [(A, B)] if at_once else [(A,), (B,)]:
        assert put(site, *files) == ()
    assert listed(site) == ["jar_a", "jar_b"]
    assert problems(site) == []
    py_compile.compile(str(shared), doraise=True)
    first, last = order
    assert uninstall(site, first) == (f"Kept files of {first} 1 that {last} 1 shares: {shared}",)
    assert shared.read_text() == INIT
    assert list((shared.parent / "__pycache__").iterdir())
    assert problems(site) == []
    assert uninstall(site, last) == ()
    assert tree(Path(site.scheme.site_packages)) == {}


def test_two_owners_of_a_shared_file_are_uninstalled_together(site):
    install(site, A, B)
    assert uninstall(site, "jar-a", "jar-b") == ()
    assert tree(Path(site.scheme.site_packages)) == {}


def test_the_second_owner_does_not_write_a_shared_file(site, shared):
    install(site, A)
    before = shared.stat()
    install(site, B)
    assert (shared.stat().st_ino, shared.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_scripts_headers_and_data_are_shared_too(site, tmp_path):
    def of(name: str) -> IndexFile:
        data = f"{name}-1.data"
        files = {f"{data}/scripts/run": "#!python\n", f"{data}/data/share/x": "x", f"{data}/platlib/both.py": ""}
        return make_wheel(name, "1", files=files)

    install(site, of("a"), of("b"))
    install(site, of("c"))
    uninstall(site, "a", "c")
    assert {path for path, content in tree(tmp_path).items() if content is not None and "dist-info" not in path} == {
        "bin/run",
        "share/x",
        "lib/python3.14/site-packages/both.py",
    }
    uninstall(site, "b")
    assert not any(content is not None for content in tree(tmp_path).values())


@pytest.mark.parametrize("version", ["1", "2"], ids=["reinstall", "upgrade"])
def test_an_owner_of_a_shared_file_can_be_reinstalled(site, version):
    install(site, A, B)
    before = tree(Path(site.scheme.site_packages, "jar"))
    assert put(site, wheel("jar-b", version=version)) == ()
    assert tree(Path(site.scheme.site_packages, "jar")) == before
    assert problems(site) == []


def test_an_upgrade_without_the_shared_file_leaves_it(site, shared):
    install(site, A, B)
    (said,) = put(site, make_wheel("jar-b", "2"))
    assert said == f"Kept files of jar-b 1 that jar-a 1 shares: {shared}"
    assert listed(site) == ["jar_a"]


def test_an_upgrade_with_another_file_conflicts_unless_both_are_upgraded(site, shared):
    install(site, A, B)
    before = tree(Path(site.scheme.site_packages))
    with pytest.raises(InstallConflict, match="belongs to jar-a 1"):
        install(site, wheel("jar-b", "new", "2"))
    assert tree(Path(site.scheme.site_packages)) == before
    assert put(site, wheel("jar-a", "new", "2"), wheel("jar-b", "new", "2")) == ()
    assert shared.read_text() == "new"
    assert problems(site) == []


def test_the_conflict_of_different_files_names_both_owners_and_the_option(site, shared):
    install(site, A)
    before = tree(Path(site.scheme.site_packages))
    with pytest.raises(InstallConflict) as caught:
        install(site, OTHER_B)
    error = caught.value
    assert (error.path, error.owner, error.newcomer) == (str(shared), "jar-a 1", OTHER_B.filename)
    assert error.overwrite == ("jar-a",)
    assert str(error) == (
        f"jar_b-1-py3-none-any.whl would overwrite {shared}, which belongs to jar-a 1 and has other content; leave "
        'one of them out, or name the one whose files may be replaced: overwrite=("jar-a",)'
    )
    assert tree(Path(site.scheme.site_packages)) == before


def test_the_conflict_of_three_arriving_files_names_two_projects(site):
    with pytest.raises(InstallConflict) as caught:
        install(site, A, OTHER_B, OTHER_C)
    assert (caught.value.owner, caught.value.newcomer) == (A.filename, OTHER_C.filename)
    assert str(caught.value).endswith('overwrite=("jar-a", "jar-b")')
    assert tree(Path(site.scheme.site_packages)) == {}
    install(site, A, OTHER_B, OTHER_C, overwrite=names("a", "b"))


def test_a_conflict_repeats_the_names_of_the_option(site):
    install(site, A)
    with pytest.raises(InstallConflict) as caught:
        install(site, OTHER_B, overwrite=names("c"))
    assert caught.value.overwrite == ("jar-a", "jar-c")


@pytest.mark.parametrize("steps", [[(A, OTHER_B)], [(A,), (OTHER_B,)], [(OTHER_B,), (A,)]])
@pytest.mark.parametrize(("overwrite", "content"), [("a", "b's"), ("b", INIT)])
def test_files_of_named_projects_are_replaced_in_any_order(site, shared, steps, overwrite, content):
    for files in steps:
        put(site, *files, overwrite=overwrite)
    assert shared.read_text() == content
    loser, holder = ("jar-a 1", "jar-b 1") if overwrite == "a" else ("jar-b 1", "jar-a 1")
    assert problems(site) == [f"{loser}: 1 of its files is replaced by {holder}: {PATH}"]


def test_of_several_named_projects_the_last_by_name_or_the_newcomer_has_the_file(site, shared):
    install(site, A, OTHER_C, OTHER_B, overwrite=names("a", "b", "c"))
    assert shared.read_text() == "c's"
    install(site, wheel("jar-a", "a's", "2"), overwrite=names("a", "b", "c"))
    assert shared.read_text() == "a's"


def test_a_replacement_is_warned_about(site, shared):
    install(site, A)
    assert put(site, OTHER_B, overwrite="a") == (
        f"Files of jar-a 1 are replaced by those of {OTHER_B.filename}: {shared}",
    )
    assert put(site, OTHER_C, overwrite="c") == (
        f"Files of {OTHER_C.filename} are replaced by those of jar-b 1: {shared}",
    )


def test_bytecode_of_a_replaced_file_is_removed(site, shared):
    install(site, A)
    cached = py_compile.compile(str(shared), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    install(site, OTHER_B, overwrite=names("a"))
    assert not Path(str(cached)).exists()


def test_uninstalling_the_former_owner_leaves_the_newcomers_file(site, shared):
    install(site, A)
    install(site, OTHER_B, overwrite=names("a"))
    assert uninstall(site, "jar-a") == ()
    assert shared.read_text() == "b's"
    assert problems(site) == []
    uninstall(site, "jar-b")
    assert tree(Path(site.scheme.site_packages)) == {}


def test_uninstalling_the_newcomer_warns_about_files_the_former_owner_lacks(site, shared):
    install(site, A)
    install(site, OTHER_B, overwrite=names("a"))
    (said,) = uninstall(site, "jar-b")
    assert said == f"jar-a 1 lacks files that jar-b 1 had replaced; reinstall it: {shared}"
    assert problems(site) == [f"jar-a 1: 1 of its files is missing: {PATH}"]
    install(site, A)
    assert problems(site) == []


def test_both_owners_of_a_replaced_file_are_uninstalled_together(site):
    install(site, A, OTHER_B, overwrite=names("a"))
    assert uninstall(site, "jar-a", "jar-b") == ()
    assert tree(Path(site.scheme.site_packages)) == {}


def test_only_the_new_owner_of_a_replaced_file_can_be_upgraded(site, shared):
    install(site, A, OTHER_B, overwrite=names("a"))
    assert put(site, wheel("jar-b", "newer", "2")) == ()
    assert shared.read_text() == "newer"
    with pytest.raises(InstallConflict) as caught:
        install(site, wheel("jar-a", version="2"))
    assert (caught.value.owner, caught.value.overwrite) == ("jar-b 2", ("jar-b",))
    install(site, wheel("jar-a", version="2"), overwrite=names("a"))
    assert shared.read_text() == "newer"


def test_a_locally_modified_file_is_not_shared(site, shared):
    install(site, A)
    shared.write_text("mine")
    with pytest.raises(InstallConflict, match="belongs to jar-a 1"):
        install(site, B)
    (kept, replaced) = put(site, B, overwrite="a")
    beside = f"{shared}.wherry-old"
    assert kept == f"Kept locally modified files of jar-a 1 under new names: {beside}"
    assert replaced == f"Files of jar-a 1 are replaced by those of {B.filename}: {shared}"
    assert (Path(beside).read_text(), shared.read_text()) == ("mine", INIT)
    assert problems(site) == []


def test_a_locally_modified_shared_file_is_kept(site, shared):
    install(site, A, B)
    shared.write_text("mine")
    assert uninstall(site, "jar-a") == (f"Kept files of jar-a 1 that jar-b 1 shares: {shared}",)
    assert uninstall(site, "jar-b") == (f"Kept locally modified files of jar-b 1: {shared}",)
    assert shared.read_text() == "mine"


@pytest.mark.parametrize("files", [(OTHER_B,), (OTHER_B, OTHER_C)])
def test_the_option_does_not_overwrite_unclaimed_files(site, shared, files):
    shared.parent.mkdir()
    shared.write_text("mine")
    with pytest.raises(InstallConflict) as caught:
        install(site, *files, overwrite=names("b", "c"))
    assert (caught.value.owner, caught.value.overwrite) == (InstallConflict.no_record, ())


def test_the_option_does_not_replace_a_file_by_a_folder(site):
    install(site, A)
    with pytest.raises(InstallConflict) as caught:
        install(site, make_wheel("jar-b", "1", files={"jar/a.py/deep": ""}), overwrite=names("a", "b"))
    assert caught.value.overwrite == ()


def with_script(name: str, module: str) -> IndexFile:
    entry_points = f"[console_scripts]\nserve = {module}:main\n"
    return make_wheel(name, "1", files={f"{name.replace('-', '_')}-1.dist-info/entry_points.txt": entry_points})


@pytest.mark.parametrize("steps", [1, 2], ids=["together", "one after the other"])
def test_the_same_script_is_shared(site, tmp_path, steps):
    first, second = with_script("jar-a", "jar"), with_script("jar-b", "jar")
    for files in [(first, second)] if steps == 1 else [(first,), (second,)]:
        assert put(site, *files) == ()
    uninstall(site, "jar-a")
    assert (tmp_path / "bin/serve").is_file()
    uninstall(site, "jar-b")
    assert not (tmp_path / "bin").exists()


@pytest.mark.parametrize("steps", [1, 2], ids=["together", "one after the other"])
@pytest.mark.parametrize(("overwrite", "holder"), [("", "a"), ("a", "b"), ("b", "a"), ("ab", "b")])
def test_the_script_that_runs_is_the_one_in_the_file(site, tmp_path, steps, overwrite, holder):
    first, second = with_script("jar-a", "a"), with_script("jar-b", "b")
    for files in [(first, second)] if steps == 1 else [(first,), (second,)]:
        put(site, *files, overwrite=overwrite)
    assert f"from {holder} import main" in (tmp_path / "bin/serve").read_text()
    assert site.scripts()["serve"].distribution.name == f"jar-{holder}"


CONTENTS = ("x", "y")
FILES = st.dictionaries(st.sampled_from(["p/__init__.py", "p/q.py", "r.py"]), st.sampled_from(CONTENTS))
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("install"),
            st.dictionaries(st.sampled_from("abc"), FILES, min_size=1),
            st.sets(st.sampled_from("abc")),
        ),
        st.tuples(st.just("uninstall"), st.sets(st.sampled_from("abc"), min_size=1), st.none()),
    ),
    min_size=1,
    max_size=5,
)


@given(STEPS)
def test_after_any_sequence_the_files_are_those_of_installed_projects(tmp_path_factory, steps):
    with tempfile.TemporaryDirectory(dir=tmp_path_factory.getbasetemp()) as name:
        site = SitePackages(Scheme(f"{name}/site-packages", f"{name}/bin", f"{name}/include", name))
        root = Path(site.scheme.site_packages)
        root.mkdir()
        there: dict[str, dict[str, str]] = {}
        replaced = False
        for kind, projects, overwrite in steps:
            before = tree(root)
            if kind == "uninstall":
                uninstall(site, *projects)
                there = {project: files for project, files in there.items() if project not in projects}
            else:
                wheels = [make_wheel(project, "1", files=files) for project, files in sorted(projects.items())]
                try:
                    install(site, *wheels, overwrite=frozenset(map(canonicalize_name, overwrite)))
                except InstallConflict:
                    assert tree(root) == before
                    assert differing({**there, **projects}) - overwrite
                    continue
                there = {**there, **projects}
            found = {path: text.decode() for path, text in tree(root).items() if text and "dist-info" not in path}
            wanted = {path for files in there.values() for path in files}
            replaced = replaced or bool(differing(there))
            if replaced:
                assert found.keys() <= wanted
                missing = wanted - found.keys()
                assert {
                    path.rpartition("site-packages/")[2] for one in site.broken() for path in one.missing_files
                } == missing
            else:
                assert found.keys() == wanted
                assert site.broken() == ()
            for path, text in found.items():
                assert text in {files[path] for files in there.values() if path in files}
        uninstall(site, *there)
        assert tree(root) == {}


def differing(there: dict[str, dict[str, str]]) -> set[str]:
    """Return the projects that have a file which another project has with other content."""
    pairs = [(one, path, text) for one, files in there.items() for path, text in files.items()]
    return {one for one, path, text in pairs if any(path == other and text != mine for _, other, mine in pairs)}
