"""micropip.install() and uninstall() over wherry."""

from __future__ import annotations

import inspect
import json
import pickle

import pytest

from tests.harness.index_files import make_wheel
from tests.harness.index_pages import file_path
from tests.harness.memory_fetcher import HTML_URL
from wherry import Index, NoFittingWheel, ResolutionConflict, UnknownProject, WherryError
from wherry.default import default_installer
from wherry.index.fetcher import Response
from wherry.micropip import package_index
from wherry.micropip.errors import SeveralFailures


def versions(micropip):
    return {name: package.version for name, package in micropip.list().items()}


class JsObject:
    """A proxy of a JavaScript object, as Pyodide passes it to Python."""

    def __init__(self, content):
        self._content = content

    def to_py(self):
        return self._content


class JsNull:
    """JavaScript's null, as Pyodide passes it to Python."""


SIGNATURES = {
    "install": "(requirements, keep_going=False, deps=True, credentials=None, pre=False, index_urls=None, *, "
    "constraints=None, reinstall=False, verbose=None)",
    "uninstall": "(packages, *, verbose=None)",
    "list": "()",
    "freeze": "()",
    "add_mock_package": "(name, version, *, modules=None, persistent=False)",
    "list_mock_packages": "()",
    "remove_mock_package": "(name)",
    "set_index_urls": "(urls)",
    "set_constraints": "(constraints)",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_are_those_of_micropip(micropip, name):
    signature = inspect.signature(getattr(micropip, name))
    bare = [one.replace(annotation=inspect.Parameter.empty) for one in signature.parameters.values()]
    assert str(inspect.Signature(bare)) == SIGNATURES[name]


async def test_a_requirement_comes_with_its_dependencies_and_returns_nothing(micropip):
    assert await micropip.install("app") is None
    assert versions(micropip) == {"app": "2", "lib": "2"}


@pytest.mark.parametrize("requirements", [["app==1", "lib"], ("app==1", "lib"), JsObject(["app==1", "lib"])])
async def test_several_requirements_come_as_a_list_or_a_javascript_array(micropip, requirements):
    await micropip.install(requirements)
    assert versions(micropip) == {"app": "1", "lib": "1"}


async def test_an_extra_brings_its_requirements(micropip):
    await micropip.install("app[fast]")
    assert versions(micropip) == {"app": "2", "lib": "2", "speedups": "1"}


async def test_options_of_a_javascript_object_are_keywords(micropip):
    await micropip.install(JsObject(["lib"]), JsObject({"pre": True, "keep_going": True}))
    assert versions(micropip) == {"lib": "3b1"}
    empty = JsNull()
    await micropip.install(
        "lib", JsObject({"index_urls": empty, "verbose": empty}), deps=True, credentials=empty, constraints=empty
    )
    with pytest.raises(TypeError, match="no option keepGoing"):
        await micropip.install("lib", JsObject({"keepGoing": True}))


async def test_dependencies_can_be_left_out(micropip):
    await micropip.install("app", deps=False)
    assert versions(micropip) == {"app": "2"}


async def test_pre_releases_come_if_asked_for(micropip):
    await micropip.install("lib", pre=True)
    assert versions(micropip) == {"lib": "3b1"}


async def test_constraints_of_the_call_replace_those_that_were_set(micropip):
    micropip.set_constraints(["lib<2"])
    await micropip.install("app")
    assert versions(micropip) == {"app": "1", "lib": "1"}
    micropip.uninstall(["app", "lib"])
    await micropip.install("app", constraints=[])
    assert versions(micropip) == {"app": "2", "lib": "2"}


async def test_an_installed_version_stays_unless_reinstall_is_set(micropip):
    await micropip.install("lib==2")
    with pytest.raises(ValueError, match=r"lib 2 is already installed; .*reinstall=True") as caught:
        await micropip.install("lib==1")
    assert isinstance(caught.value, ResolutionConflict)
    assert versions(micropip) == {"lib": "2"}
    await micropip.install("lib==1", reinstall=True)
    assert versions(micropip) == {"lib": "1"}


async def test_an_installed_version_decides_among_those_that_require_it(micropip):
    await micropip.install("lib==1")
    await micropip.install("app")
    assert versions(micropip) == {"app": "1", "lib": "1"}


async def test_a_dependency_that_excludes_an_installed_version_is_refused_with_the_way_out(micropip):
    await micropip.install("lib==1")
    with pytest.raises(ValueError, match=r"(?s)requires lib>=2.*lib==1 is installed.*reinstall=True"):
        await micropip.install("app==2")
    await micropip.install("app==2", reinstall=True)
    assert versions(micropip) == {"app": "2", "lib": "2"}


async def test_errors_are_of_both_kinds_with_facts(micropip):
    with pytest.raises(ValueError, match="There is no project named 'absent'") as caught:
        await micropip.install("absent")
    assert isinstance(caught.value, UnknownProject)
    assert caught.value.code == "unknown-project"
    assert caught.value.facts()["name"] == "absent"
    with pytest.raises(ValueError, match="is not a valid requirement"):
        await micropip.install("lib ==")
    with pytest.raises(NoFittingWheel) as unfit:
        await micropip.install("needs-compiled")
    assert isinstance(unfit.value, ValueError)


async def test_keep_going_names_all_failures_in_one_error_and_installs_nothing(micropip):
    with pytest.raises(
        ValueError, match="Requirements that cannot be installed: lib ==, absent, compiled, other-compiled\n"
    ) as caught:
        await micropip.install(["lib ==", "absent", "lib", "needs-compiled"], keep_going=True)
    assert isinstance(caught.value, SeveralFailures)
    message = str(caught.value)
    assert all(name in message for name in ("lib ==", "absent", "compiled", "other-compiled"))
    assert [one.code for one in caught.value.failures] == ["invalid-requirement", "unknown-project", "no-fitting-wheel"]
    assert json.dumps(caught.value.facts())
    assert versions(micropip) == {}


async def test_keep_going_names_all_missing_wheels_of_one_requirement(micropip):
    with pytest.raises(ValueError, match="cannot be installed: compiled, other-compiled\n") as caught:
        await micropip.install("needs-compiled", keep_going=True)
    assert isinstance(caught.value.__cause__, NoFittingWheel)


async def test_keep_going_says_each_failure_once(micropip):
    with pytest.raises(SeveralFailures) as several:
        await micropip.install(["absent", "lost"], keep_going=True)
    assert [str(one).partition(";")[0] for one in several.value.failures] == [
        f"There is no project named '{name}' on https://index.example.org/json/" for name in ("absent", "lost")
    ]
    with pytest.raises(UnknownProject):
        await micropip.install("absent", keep_going=True)
    await micropip.install("lib==1")
    with pytest.raises(SeveralFailures) as refused:
        await micropip.install(["lib>=2", "absent"], keep_going=True)
    assert [one.code for one in refused.value.failures] == ["resolution-conflict", "unknown-project"]


@pytest.mark.parametrize("credentials", ["", "include"])
async def test_credentials_of_a_call_leave_those_of_the_installer(micropip, fetcher, credentials):
    secret = Index("https://me:secret@index.example.org/json/")
    default_installer().indexes = (secret,)
    await micropip.install("lib", credentials=credentials)
    asked = fetcher.asked[0]
    assert (asked.secret_headers, asked.credentials) == (secret.headers, credentials or None)


async def test_an_invalid_index_is_a_value_error_with_credentials_too(micropip):
    with pytest.raises(ValueError, match="index_urls="):
        await micropip.install("lib", index_urls="", credentials="include")


async def test_index_urls_may_be_one_url(micropip, fetcher):
    await micropip.install("lib", index_urls=HTML_URL)
    assert f"{HTML_URL}lib/" in fetcher.requests


TEMPLATE = "https://legacy.example.org/pypi/{package_name}/json"


def legacy(*files):
    entries = [
        {
            "filename": file.filename,
            "url": f"https://index.example.org{file_path(file)}",
            "digests": {"md5": "0" * 32, "sha256": file.sha256},
            "yanked": False,
        }
        for file in files
    ]
    content = {"info": {"name": "lib"}, "releases": {"1": entries, "0.9": []}}
    return Response(TEMPLATE, 200, json.dumps(content).encode(), {"content-type": "application/json"})


@pytest.mark.parametrize("is_set", [True, False])
async def test_a_url_with_a_placeholder_is_that_of_a_page(micropip, fetcher, is_set):
    wheel = next(file for file in fetcher.files if file.filename.startswith("lib-1"))
    fetcher._instead = {TEMPLATE.format(package_name="lib"): legacy(wheel)}
    if is_set:
        micropip.set_index_urls(TEMPLATE)
        await micropip.install("Lib")
    else:
        await micropip.install("Lib", index_urls=[TEMPLATE])
    assert versions(micropip) == {"lib": "1"}
    assert fetcher.asked[0].accept.endswith("*/*;q=0.001")


async def test_a_wheel_by_address_replaces_an_installed_version(micropip, fetcher):
    await micropip.install("lib==2")
    wheel = next(file for file in fetcher.files if file.filename.startswith("lib-1"))
    url = f"https://index.example.org{file_path(wheel)}"
    await micropip.install(url)
    assert (versions(micropip), micropip.list()["lib"].source) == ({"lib": "1"}, url)


async def test_verbose_prints_the_steps(micropip, capsys):
    await micropip.install("lib", verbose=False)
    assert capsys.readouterr().out == ""
    micropip.uninstall("lib", verbose=False)
    await micropip.install("lib", verbose=True)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "Collecting lib",
        "  Downloading lib-2-py3-none-any.whl",
        "Installing collected packages: lib",
        "Successfully installed lib-2",
    ]


async def test_uninstalling_prints_if_asked_and_skips_what_is_not_installed(micropip, capsys):
    await micropip.install("app")
    micropip.uninstall(["app", "LIB"], verbose=True)
    assert "Found existing installation: app 2\nSuccessfully uninstalled app-2\n" in capsys.readouterr().out
    assert versions(micropip) == {}
    micropip.uninstall("absent")
    assert capsys.readouterr().out == "WARNING: Skipping 'absent' as it is not installed.\n"


async def test_the_list_prints_as_a_table_and_takes_any_spelling(micropip):
    await micropip.install(["app", "speedups"])
    listed = micropip.list()
    assert "App" in listed
    assert "absent" not in listed
    assert repr(listed).splitlines() == [
        "Name     | Version | Source",
        "-------- | ------- | ------",
        "app      | 2       | pypi",
        "lib      | 2       | pypi",
        "speedups | 1       | pypi",
    ]
    name, version, source = listed["APP"]
    assert (name, version, source) == ("app", "2", "pypi")


async def test_a_replaced_query_function_decides_where_projects_come_from(micropip, monkeypatch):
    asked = []

    async def query_package(name, index_urls=None, *, compat_layer, fetch_kwargs=None):
        asked.append((name, fetch_kwargs))
        wheel = make_wheel("lib", "0.5") if name == "lib" else None
        if wheel is None:
            raise ValueError(f"{name} is disabled on this site")
        url = f"https://index.example.org{file_path(wheel)}"
        digests = {"sha256": wheel.sha256}
        release = [{"filename": wheel.filename, "url": url, "digests": digests}]
        return package_index.ProjectInfo._compatible_only(name, {"0.5": release})

    monkeypatch.setattr(package_index, "query_package", query_package)
    with pytest.raises(WherryError, match=r"lib-0\.5"):  # its file is on no server
        await micropip.install("lib")
    with pytest.raises(ValueError, match="absent is disabled on this site"):
        await micropip.install("absent", credentials="include")
    assert asked == [("lib", {}), ("absent", {"credentials": "include"})]


async def test_the_own_query_function_reads_an_index_with_the_credentials_option(micropip, fetcher):
    found = await package_index.query_package("lib", [HTML_URL], fetch_kwargs={"credentials": "include"})
    assert [str(version) for version in found.releases] == ["1", "2", "3b1"]
    assert [wheel.filename for wheel in found.releases[next(iter(found.releases))]] == ["lib-1-py3-none-any.whl"]
    assert fetcher.asked[-1].credentials == "include"
    with pytest.raises(ValueError, match="no index has it"):
        await package_index.query_package("absent", HTML_URL)


async def test_errors_can_be_pickled(micropip):
    with pytest.raises(UnknownProject) as caught:
        await micropip.install("absent")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert isinstance(again, UnknownProject)
    assert ValueError in type(again).__mro__
    assert (str(again), again.facts()) == (str(caught.value), caught.value.facts())


async def test_uninstalling_names_folders_with_other_files(micropip, fetcher, site_packages, capsys):
    fetcher.files = (
        *fetcher.files,
        make_wheel("deep", "1", files={"deep/a.py": "", "deep/er/b.py": "", "flat/c.py": ""}),
    )
    fetcher._hosts = type(fetcher)(fetcher.files)._hosts
    await micropip.install("deep")
    (site_packages / "deep" / "own.txt").touch()
    micropip.uninstall("deep", verbose=0)
    folder = site_packages / "deep"
    said = f"WARNING: {folder} is not empty after uninstallation of deep: it has other files"
    assert capsys.readouterr().out.splitlines()[-1] == said


@pytest.mark.parametrize("page", [[], 3, None, {"info": 3}, {"info": {"name": 3}}, {"info": {"name": ["a"]}}, {}])
def test_a_page_of_another_form_is_a_value_error(page):
    for read in (package_index.ProjectInfo.from_json_api, package_index.ProjectInfo.from_simple_json_api):
        for given in (page, json.dumps(page), json.dumps(page).encode()):
            with pytest.raises(ValueError, match="is not a project page"):
                read(given)


def test_a_page_with_deep_nesting_is_a_value_error():
    with pytest.raises(ValueError, match="is not a project page"):
        package_index.ProjectInfo.from_json_api('{"releases":' + "[" * 100_000)
