from __future__ import annotations

import base64
import csv
import hashlib
import importlib.metadata
import io
import os
import py_compile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.harness.index_files import IndexFile, make_wheel
from tests.installation.places import deliver, install, tree, uninstall
from wherry.errors import InstallConflict, InvalidWheel, UninstallRefused
from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages
from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution

SITE = "lib/python3.14/site-packages"
METADATA = CoreMetadata(canonicalize_name("app"), Version("1"))
OLD = make_wheel("app", "1", files={"app/__init__.py": "old", "app/gone/file": "gone", "app-1.data/scripts/app": "old"})
NEW = make_wheel("app", "2", files={"app/__init__.py": "new", "app/fresh.py": "", "app-2.data/scripts/app": "new"})
OTHER = make_wheel("other", "1", files={"shared/other.py": "other", "other.py": ""})


def compile_all(folder: Path) -> None:
    for source in folder.rglob("*.py"):
        py_compile.compile(str(source), doraise=True)


def recorded(site: SitePackages) -> dict[str, tuple[str, str]]:
    """Return the hash and size of every path that a RECORD lists, by path relative to the prefix."""
    root = Path(site.scheme.site_packages)
    rows: dict[str, tuple[str, str]] = {}
    for record in root.glob("*.dist-info/RECORD"):
        with record.open(encoding="utf-8", newline="") as file:
            for path, checksum, size in csv.reader(file):
                relative = os.path.relpath(root / path, site.scheme.data)
                assert relative not in rows
                rows[relative] = checksum, size
    return rows


def add_to_record(folder: Path, lines: str) -> None:
    """Add lines to the RECORD of app 1."""
    with (folder / SITE / "app-1.dist-info" / "RECORD").open("a") as record:
        record.write(lines)


def test_record_agrees_with_every_file_on_disk(site, tmp_path):
    install(
        site, OLD, make_wheel("b", "1", files={"b.py": "", "b-1.data/data/share/b": "b", "b-1.data/headers/b.h": ""})
    )
    rows = recorded(site)
    files = {path: content for path, content in tree(tmp_path).items() if content is not None}
    assert rows.keys() == files.keys()
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        assert rows[path] == (("", "") if path.endswith("/RECORD") else (f"sha256={digest}", str(len(content))))


def test_the_installation_itself_is_recorded(site, tmp_path):
    site.exchange([deliver(OLD), deliver(OTHER, requested=True)], [])
    found = tree(tmp_path / SITE)
    assert found["app-1.dist-info/INSTALLER"] == b"wherry\n"
    assert "app-1.dist-info/REQUESTED" not in found
    assert found["other-1.dist-info/REQUESTED"] == b""


def test_importlib_metadata_sees_the_same(site):
    file = make_wheel("My-App", "1.0", requires=["b>=2"], requires_python=">=3.9")
    (arrived,) = install(site, file)
    (seen,) = importlib.metadata.distributions(path=[site.scheme.site_packages])
    assert (seen.metadata["Name"], seen.version, seen.requires) == ("My-App", arrived.version, ["b>=2"])
    assert seen.read_text("INSTALLER") == "wherry\n"
    assert {str(path.locate()) for path in seen.files or ()} == {
        path for path in map(str, Path(site.scheme.site_packages).rglob("*")) if path != arrived.location
    }


def test_arrived_distributions_name_their_source(site):
    (arrived,) = site.exchange([deliver(NEW, requested=True)], []).arrived
    assert (str(arrived), arrived.installer, arrived.requested) == ("app 2", "wherry", True)
    assert arrived.source == f"https://example.org/{NEW.filename}"
    assert list(site.installed()) == ["app"]


def test_distributions_of_the_runtime_count_as_installed(scheme):
    provided = InstalledDistribution(CoreMetadata(canonicalize_name("pyodide-py"), Version("314.0.7")))
    site = SitePackages(scheme, provided=[provided])
    install(site, OTHER)
    assert site.installed().keys() == {"pyodide-py", "other"}
    with pytest.raises(UninstallRefused):
        site.exchange([], [provided])


PACKAGES = [
    pytest.param(OLD, id="package and script"),
    pytest.param(make_wheel("app", "1"), id="module"),
    pytest.param(make_wheel("app", "1", files={"shared/app.py": ""}), id="shared namespace"),
    pytest.param(make_wheel("app", "1", files={"a/b/c/d.py": "", "A.py": ""}), id="deep"),
    pytest.param(
        make_wheel("app", "1", files={"app-1.data/data/share/man/app.1": "", "app-1.data/headers/sub/app.h": ""}),
        id="data",
    ),
]


@pytest.mark.parametrize("file", PACKAGES)
def test_uninstalling_reverses_installing(site, tmp_path, file):
    install(site, OTHER)
    before = tree(tmp_path)
    install(site, file)
    assert tree(tmp_path) != before
    for source in set(tree(tmp_path)) - set(before):
        if source.endswith(".py"):
            py_compile.compile(str(tmp_path / source), doraise=True)
    uninstall(site, "app")
    assert tree(tmp_path) == before


def test_uninstalling_leaves_unrecorded_files(site, tmp_path):
    install(site, OLD)
    (tmp_path / SITE / "app" / "mine.txt").write_text("mine")
    uninstall(site, "app")
    assert tree(tmp_path / SITE) == {"app": None, "app/mine.txt": b"mine"}


def test_uninstalling_removes_no_folder_that_record_lists(site, tmp_path):
    install(site, OLD)
    add_to_record(tmp_path, "app,,\napp/,,\n")
    (tmp_path / SITE / "app" / "mine.txt").write_text("mine")
    uninstall(site, "app")
    assert tree(tmp_path / SITE) == {"app": None, "app/mine.txt": b"mine"}


def test_uninstalling_ignores_missing_files(site, tmp_path):
    install(site, OLD)
    (tmp_path / "bin" / "app").unlink()
    uninstall(site, "app")
    assert tree(tmp_path / SITE) == {}


def test_uninstalling_removes_unrecorded_notes_of_another_installer(site, tmp_path):
    install(site, OLD)
    (tmp_path / SITE / "app-1.dist-info" / "PYODIDE_SOURCE").write_text("pyodide")
    uninstall(site, "app")
    assert tree(tmp_path / SITE) == {}


KINDS = {
    "module": {"app.py": "1"},
    "package": {"app/__init__.py": "2", "app/sub/deep.py": "2"},
    "file": {"app": "3"},
    "nested file": {"app/sub": "4"},
    "nested folder": {"app/sub/file/file": "5"},
}


@pytest.mark.parametrize("after", KINDS)
@pytest.mark.parametrize("before", KINDS)
def test_an_upgrade_leaves_no_files_of_the_old_version(site, tmp_path, before, after):
    install(site, make_wheel("app", "2", files=KINDS[after]))
    expected = tree(tmp_path)
    uninstall(site, "app")
    install(site, make_wheel("app", "1", files=KINDS[before]))
    compile_all(tmp_path)
    install(site, make_wheel("app", "2", files=KINDS[after]))
    assert tree(tmp_path) == expected


def test_reinstalling_repairs_files_and_keeps_local_changes(site, tmp_path):
    install(site, OLD)
    expected = tree(tmp_path)
    (tmp_path / SITE / "app" / "__init__.py").write_text("broken")
    (tmp_path / "bin" / "app").unlink()
    install(site, OLD)
    assert tree(tmp_path) == expected | {f"{SITE}/app/__init__.py.wherry-old": b"broken"}


def test_locally_modified_files_are_kept(site, tmp_path):
    install(site, OLD)
    gone, script = tmp_path / SITE / "app" / "gone" / "file", tmp_path / "bin" / "app"
    gone.write_text("mine")
    script.write_text("MIN")  # as long as before
    assert uninstall(site, "app") == (f"Kept locally modified files of app 1: {gone}, {script}",)
    assert tree(tmp_path / SITE) == {"app": None, "app/gone": None, "app/gone/file": b"mine"}
    assert script.read_text() == "MIN"


def test_locally_modified_files_in_the_way_are_renamed(site, tmp_path):
    install(site, OLD)
    changed = tmp_path / SITE / "app" / "__init__.py"
    for version, kept in {"2": "__init__.py.wherry-old", "3": "__init__.py.wherry-old-1"}.items():
        before = site.installed()["app"]
        changed.write_text(f"mine, before {version}")
        new = make_wheel("app", version, files={"app/__init__.py": "new"})
        said = site.exchange([deliver(new)], [before]).warnings
        (subject, _, path) = said[0].partition(": ")
        assert subject == f"Kept locally modified files of {before} under new names"
        assert path == f"{changed.parent}/{kept}"
        assert changed.read_text() == "new"
        assert (changed.parent / kept).read_text() == f"mine, before {version}"


def test_a_locally_modified_file_in_the_way_of_a_folder_is_renamed(site, tmp_path):
    install(site, make_wheel("app", "1", files={"app/sub": "a file"}))
    (tmp_path / SITE / "app" / "sub").write_text("mine")
    install(site, make_wheel("app", "2", files={"app/sub/deep.py": ""}))
    assert (tmp_path / SITE / "app" / "sub.wherry-old").read_text() == "mine"
    assert (tmp_path / SITE / "app" / "sub" / "deep.py").is_file()


def test_the_warning_names_a_few_of_many_modified_files(site, tmp_path):
    install(site, make_wheel("app", "1", files={f"app/{letter}.py": "" for letter in "abcde"}))
    for path in (tmp_path / SITE / "app").iterdir():
        path.write_text("mine")
    (said,) = uninstall(site, "app")
    assert said.count(".py") == 3
    assert said.endswith(" and 2 more")


def test_modified_metadata_is_removed(site, tmp_path):
    install(site, OLD)
    (tmp_path / SITE / "app-1.dist-info" / "METADATA").write_text("mine")
    site.exchange([], [InstalledDistribution(METADATA, str(tmp_path / SITE / "app-1.dist-info"))])
    assert tree(tmp_path / SITE) == {}


def test_files_of_two_distributions_are_removed_with_the_last(site, tmp_path):
    install(site, OLD)
    install(site, OTHER)
    add_to_record(tmp_path, "shared/other.py,,\nshared/gone.py,,\n")
    shared = tmp_path / SITE / "shared" / "other.py"
    assert uninstall(site, "app") == (f"Kept files of app 1 that other 1 shares: {shared}",)
    assert shared.is_file()
    assert uninstall(site, "other") == ()
    assert tree(tmp_path / SITE) == {}


def test_an_upgrade_does_not_overwrite_shared_files(site, tmp_path):
    install(site, OLD)
    install(site, OTHER)
    add_to_record(tmp_path, "shared/other.py,,\n")
    before = tree(tmp_path)
    with pytest.raises(InstallConflict, match="belongs to other 1"):
        install(site, make_wheel("app", "2", files={"shared/other.py": "mine"}))
    assert tree(tmp_path) == before


def test_a_link_out_of_the_installation_is_not_followed(site, tmp_path):
    install(site, OLD)
    outside = tmp_path.with_name(f"{tmp_path.name}-outside")
    (tmp_path / SITE / "app").rename(outside)
    (tmp_path / SITE / "app").symlink_to(outside)
    before, there = tree(tmp_path), tree(outside)
    with pytest.raises(UninstallRefused, match=f"leads to {outside}, outside the installation"):
        uninstall(site, "app")
    with pytest.raises(InstallConflict, match="belongs to a link to"):
        install(site, make_wheel("b", "1", files={"app/deep/b.py": ""}))
    assert (tree(tmp_path), tree(outside)) == (before, there)


def test_an_installation_reached_by_a_link_is_not_outside(scheme, tmp_path):
    link = tmp_path.with_name(f"{tmp_path.name}-link")
    link.symlink_to(tmp_path)
    linked = SitePackages(Scheme(f"{link}/{SITE}", f"{link}/bin", f"{link}/include", str(link)))
    install(linked, OLD)
    install(linked, NEW)
    uninstall(linked, "app")
    assert tree(tmp_path / SITE) == {}


def test_one_exchange_installs_and_uninstalls(site, tmp_path):
    install(site, OLD, OTHER)
    site.exchange([deliver(NEW), deliver(make_wheel("c", "1"))], list(site.installed().values()))
    assert [str(distribution) for distribution in site.installed().values()] == ["app 2", "c 1"]
    assert "other.py" not in tree(tmp_path / SITE)


@pytest.mark.parametrize(
    ("files", "path"),
    [
        pytest.param({"other.py": "mine"}, "other.py", id="its file"),
        pytest.param({"shared": "mine"}, "shared/other.py", id="a file for its folder"),
        pytest.param({"other.py/mine.py": ""}, "other.py", id="a folder for its file"),
        pytest.param({"other.py/deep/mine.py": ""}, "other.py", id="a folder of folders for its file"),
    ],
)
def test_files_of_another_distribution_are_not_overwritten(site, tmp_path, files, path):
    install(site, OTHER, OLD)
    before = tree(tmp_path)
    file = make_wheel("app", "2", files={"app/first.py": "", **files})
    with pytest.raises(InstallConflict) as caught:
        install(site, file)
    assert tree(tmp_path) == before
    assert caught.value.path == str(tmp_path / SITE / path)
    assert (caught.value.owner, caught.value.newcomer) == ("other 1", file.filename)


def test_a_script_of_another_distribution_is_not_overwritten(site, tmp_path):
    install(site, OLD)
    before = tree(tmp_path)
    with pytest.raises(InstallConflict, match=r"bin/app, which belongs to app 1"):
        install(site, make_wheel("b", "1", files={"b-1.data/scripts/app": "mine"}))
    assert tree(tmp_path) == before


def test_an_arriving_distribution_may_take_over_files_of_a_leaving_one(site, tmp_path):
    install(site, OTHER)
    site.exchange([deliver(make_wheel("b", "1", files={"other.py": "b"}))], list(site.installed().values()))
    assert tree(tmp_path / SITE)["other.py"] == b"b"
    assert list(site.installed()) == ["b"]


# Each case fails at a later step than the one before. The folder `blocked` and the file `blocking` are unclaimed.
def test_an_installation_that_importlib_metadata_reads_differently_is_rolled_back(site, tmp_path):
    install(site, OLD, OTHER)
    before = tree(tmp_path)
    delivery = deliver(NEW)
    # No known file makes the two parsers differ; another wheel stands in for one that they read differently.
    wrong = replace(delivery.wheel, metadata=replace(delivery.wheel.metadata, version=Version("3")))
    with pytest.raises(InvalidWheel, match=r"reads its name as 'app' and its version as '2'"):
        site.exchange([deliver(make_wheel("first", "1")), replace(delivery, wheel=wrong)], [site.installed()["app"]])
    assert tree(tmp_path) == before


FAILURES = [
    pytest.param({"app-2.data/unknown/a": ""}, InvalidWheel, id="while staging"),
    pytest.param({"other.py": "mine"}, InstallConflict, id="while looking for owners"),
    pytest.param({"zzz/blocked": ""}, InstallConflict, id="a folder where the last file must be"),
    pytest.param({"zzz/blocking/a": ""}, InstallConflict, id="a file where the last folder must be"),
]


@pytest.mark.parametrize(("files", "error"), FAILURES)
def test_a_failure_leaves_everything_as_it_was(site, tmp_path, files, error):
    install(site, OLD, OTHER)
    compile_all(tmp_path / SITE)
    (tmp_path / SITE / "zzz" / "blocked").mkdir(parents=True)
    (tmp_path / SITE / "zzz" / "blocking").write_text("unclaimed")
    (tmp_path / SITE / "app" / "fresh.py").write_text("first")
    before = tree(tmp_path)
    first = make_wheel("first", "1", files={"app/fresh.py": "first", "first/new/a.py": ""})
    with pytest.raises(error):
        install(site, first, make_wheel("app", "2", files={"app/__init__.py": "new", "app/gone": "", **files}))
    assert tree(tmp_path) == before
    (tmp_path / SITE / "app" / "fresh.py").unlink()
    install(site, NEW)
    assert list(map(str, site.installed().values())) == ["app 2", "other 1"]


def test_a_file_that_differs_from_record_stops_the_exchange(site, tmp_path):
    install(site, OLD)
    before = tree(tmp_path)
    archive = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(NEW.content)) as good, zipfile.ZipFile(archive, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, b"evil" if name == "app/fresh.py" else good.read(name))
    with pytest.raises(InvalidWheel, match=r"app/fresh\.py is not the file that RECORD lists"):
        install(site, OTHER, IndexFile(NEW.filename, archive.getvalue()))
    assert tree(tmp_path) == before


def test_a_distribution_without_record_stops_the_exchange(site, tmp_path):
    install(site, OLD)
    (tmp_path / SITE / "app-1.dist-info" / "RECORD").unlink()
    before = tree(tmp_path)
    with pytest.raises(UninstallRefused):
        install(site, OTHER, NEW)
    assert tree(tmp_path) == before


def test_remains_of_an_interrupted_process_are_removed(site, tmp_path):
    for name in ("new", "old"):
        (tmp_path / SITE / ".wherry" / name).mkdir(parents=True)
        (tmp_path / SITE / ".wherry" / name / "0").write_text("left")
    install(site, OLD)
    install(site, NEW)
    assert ".wherry" not in tree(tmp_path / SITE)
    assert site.installed()["app"].version == "2"


def with_script(name: str, version: str = "1") -> IndexFile:
    entry_points = f"[console_scripts]\nserve = {name}:main\n"
    return make_wheel(
        name, version, files={f"{name}.py": "", f"{name}-{version}.dist-info/entry_points.txt": entry_points}
    )


def test_the_first_of_two_distributions_has_a_script_and_the_other_is_warned_about(site, tmp_path):
    done = site.exchange([deliver(with_script("app")), deliver(with_script("other"))], [])
    assert b"from app import main" in (tmp_path / "bin/serve").read_bytes()
    assert done.warnings == (
        f"Skipped the script {tmp_path}/bin/serve of other-1-py3-none-any.whl: another distribution has it",
    )
    assert [path for path in recorded(site) if "serve" in path] == ["bin/serve"]


def test_a_script_stays_with_the_distribution_that_had_it_before(site, tmp_path):
    install(site, with_script("other"))
    done = site.exchange([deliver(with_script("app"))], [])
    assert b"from other import main" in (tmp_path / "bin/serve").read_bytes()
    assert len(done.warnings) == 1
    install(site, with_script("other", "2"))
    assert b"from other import main" in (tmp_path / "bin/serve").read_bytes()


async def test_prepared_wheels_are_invisible_and_deleted_with_the_lock(site, tmp_path):
    install(site, OLD)
    before = tree(tmp_path)
    async with site.lock():
        site.prepare(deliver(NEW))
        site.prepare(deliver(OTHER))
        staging_root = f"{SITE}/.wherry"
        found = tree(tmp_path)
        assert {path for path in found if not path.startswith(staging_root)} == before.keys()
        unpacked = [path for path, content in found.items() if path.startswith(staging_root) and content is not None]
        assert len(unpacked) == 8
    assert tree(tmp_path) == before


async def test_the_order_of_preparation_does_not_matter(site, tmp_path):
    first, second = deliver(with_script("app")), deliver(with_script("other"))
    site.exchange([first, second], [])
    expected = tree(tmp_path)
    uninstall(site, "app", "other")
    async with site.lock():
        site.prepare(second)
        site.exchange([first, second], [])
    assert tree(tmp_path) == expected
