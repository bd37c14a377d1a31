"""Locks with all floors below the runtime: made by an installer, and installed by another."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import itertools
import json
import tomllib
import zipfile
from contextlib import nullcontext
from importlib import metadata
from typing import TYPE_CHECKING, Any

import pytest
from packaging.pylock import Pylock

import wherry
from tests.harness.foreign_locks import pdm, uv_universal
from tests.harness.index_files import IndexFile, make_wheel
from tests.harness.index_pages import file_path
from tests.harness.locks import lock_text, make_installer, package_table, tree, url_of, wheel_table
from tests.harness.memory_fetcher import HOST, HTML_URL, JSON_URL
from wherry.bridge import Bridge
from wherry.default import use_default
from wherry.formats.distribution_lock import parse_distribution_lock
from wherry.index.cache import NoCache
from wherry.index.fetcher import Response
from wherry.index.index import Index

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from packaging.utils import NormalizedName

    from tests.harness.memory_fetcher import MemoryFetcher
    from wherry.model.locked_package import LockedPackage

PLATFORM = "cp314-cp314-pyemscripten_2026_0_wasm32"
APP = make_wheel("app", "1", requires=["lib<2", "big"], requires_python=">=3.9")
LIB = make_wheel("lib", "1")
LIB_2 = make_wheel("lib", "2", upload_time="2026-03-01T00:00:00Z")
BIG = make_wheel("big", "1", files={"big.py": bytes(range(256)) * 40}, tag=PLATFORM)
USER = make_wheel("user", "1", requires=["lib<2"])
INDEX = (APP, LIB, LIB_2, BIG, USER)
MADE_OF_APP = {"app": "1", "big": "1", "lib": "1"}


def found(folder: Path) -> dict[str, str]:
    return {one.name: one.version for one in metadata.distributions(path=[str(folder / "site")])}


def in_order(fetcher: MemoryFetcher) -> list[str]:
    return [request.url for request in fetcher.asked]


async def lock_of(*requirements: str, files: tuple[IndexFile, ...] = INDEX, folder: Path, **options: Any) -> str:
    subject, _ = make_installer(folder, files)
    return str(await subject.lock(*requirements, **options))


# Installing


async def test_a_lock_installs_what_it_was_made_of_with_one_request_a_file_largest_first(tmp_path: Path) -> None:
    text = await lock_of("app", folder=tmp_path)
    subject, fetcher = make_installer(tmp_path, INDEX)
    report = await subject.install_lock(text)
    assert {one.name: one.version for one in report.installed} == found(tmp_path) == MADE_OF_APP
    assert in_order(fetcher) == [url_of(file) for file in sorted((APP, LIB, BIG), key=lambda one: -len(one.content))]
    assert (report.requests, report.warnings) == (3, ())
    assert set(report.seconds) == {"downloading", "placing"}
    assert [one.requested for one in report.installed] == [True, False, False]
    assert not subject.check()


async def test_an_installation_from_a_lock_equals_one_from_the_index(tmp_path: Path) -> None:
    (one := tmp_path / "one").mkdir()
    (other := tmp_path / "other").mkdir()
    await make_installer(one, INDEX)[0].install("app")
    await make_installer(other, INDEX)[0].install_lock(await lock_of("app", folder=other))
    assert tree(one) == tree(other)


@pytest.mark.parametrize("given", ["text", "Lock", "URL", "path"])
async def test_a_lock_may_be_a_text_a_path_a_url_or_a_lock(tmp_path: Path, given: str) -> None:
    subject, _ = make_installer(tmp_path, INDEX)
    made = await subject.lock("lib<2")
    places: dict[str, Any] = {
        "text": str(made),
        "Lock": made,
        "URL": "https://example.org/pylock.toml",
        "path": tmp_path / "pylock.toml",
    }
    content = b"\xef\xbb\xbf" + str(made).encode()
    answers = {str(places[of]): Response(str(places[of]), 200, content) for of in ("URL", "path")}
    subject, _ = make_installer(tmp_path, INDEX, instead=answers)
    report = await subject.install_lock(places[given])
    assert [str(one) for one in report.installed] == ["lib 1"]


async def test_what_is_installed_and_equal_stays_and_needs_no_request(tmp_path: Path) -> None:
    text = await lock_of("app", folder=tmp_path)
    subject, _ = make_installer(tmp_path, INDEX)
    await subject.install("lib<2")
    (tmp_path / "site" / "lib.py").write_text("mine")
    subject, fetcher = make_installer(tmp_path, INDEX)
    report = await subject.install_lock(text)
    assert [str(one) for one in report.unchanged] == ["lib 1"]
    assert [str(one) for one in report.installed] == ["app 1", "big 1"]
    assert url_of(LIB) not in fetcher.requests
    assert (tmp_path / "site" / "lib.py").read_text() == "mine"
    before = tree(tmp_path)
    again = await make_installer(tmp_path)[0].install_lock(text)
    assert ([str(one) for one in again.unchanged], again.requests) == (["app 1", "big 1", "lib 1"], 0)
    assert tree(tmp_path) == before


async def test_another_version_is_replaced(tmp_path: Path) -> None:
    text = await lock_of("lib<2", folder=tmp_path)
    subject, _ = make_installer(tmp_path, INDEX)
    await subject.install("lib")
    report = await subject.install_lock(text)
    assert ([str(one) for one in report.removed], found(tmp_path)) == (["lib 2"], {"lib": "1"})


async def test_what_the_lock_does_not_list_stays_unless_exact(tmp_path: Path) -> None:
    text = await lock_of("lib<2", folder=tmp_path)
    subject, _ = make_installer(tmp_path, INDEX)
    await subject.install("app", "user")
    assert (await subject.install_lock(text)).removed == ()
    assert found(tmp_path) == {**MADE_OF_APP, "user": "1"}
    report = await subject.install_lock(text, exact=True)
    assert [str(one) for one in report.removed] == ["app 1", "big 1", "user 1"]
    assert (report.warnings, found(tmp_path)) == ((), {"lib": "1"})


async def test_exact_keeps_an_installed_wherry_and_what_it_requires(tmp_path: Path) -> None:
    own = [make_wheel("wherry", "1", requires=["Needed>=1"]), make_wheel("needed", "1"), make_wheel("other", "1")]
    subject, _ = make_installer(tmp_path, (*INDEX, *own))
    await subject.install("wherry", "other", "lib==2")
    report = await subject.install_lock(await lock_of("lib<2", folder=tmp_path), exact=True)
    assert [str(one) for one in report.removed] == ["lib 2", "other 1"]
    assert found(tmp_path) == {"wherry": "1", "needed": "1", "lib": "1"}


async def test_requirements_of_others_that_become_unmet_give_warnings(tmp_path: Path) -> None:
    subject, _ = make_installer(tmp_path, INDEX)
    await subject.install("user")
    report = await subject.install_lock(lock_text(LIB_2))
    assert report.warnings == ("user 1 requires lib<2, but lib 2 is installed",)
    report = await subject.install_lock(lock_text(LIB))
    assert report.warnings == ()


@pytest.mark.parametrize("fault", ["hash", "size", "absent", "not a wheel"])
async def test_a_fault_of_one_file_installs_none(tmp_path: Path, fault: str) -> None:
    subject, _ = make_installer(tmp_path, INDEX)
    await subject.install("lib")
    before = tree(tmp_path)
    no_wheel = IndexFile(APP.filename, b"no wheel")
    changes: dict[str, tuple[dict[str, Any], type[wherry.WherryError]]] = {
        "hash": (wheel_table(APP, hashes={"sha256": LIB.sha256}), wherry.IntegrityError),
        "size": (wheel_table(APP, size=len(APP.content) + 1), wherry.IntegrityError),
        "absent": (wheel_table(APP, url=f"https://{HOST}/files/0/{APP.filename}"), wherry.RefusedByIndex),
        "not a wheel": (wheel_table(no_wheel), wherry.InvalidWheel),
    }
    table, error = changes[fault]
    subject, _ = make_installer(tmp_path, (*INDEX, no_wheel))
    with pytest.raises(error):
        await subject.install_lock(lock_text(LIB, BIG, package_table(APP, wheels=[table])))
    assert tree(tmp_path) == before


async def test_cancelling_at_any_await_changes_nothing(tmp_path: Path) -> None:
    text = await lock_of("app", folder=tmp_path)
    before = tree(tmp_path)
    for turns in itertools.count():
        subject, _ = make_installer(tmp_path, INDEX)
        running = asyncio.create_task(subject.install_lock(text))
        for _ in range(turns):
            await asyncio.sleep(0)
        if running.done():
            break
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            # Once all is in place, it is too late.
            assert "app 1" in [str(one) for one in (await running).installed]
            break
        assert tree(tmp_path) == before
        assert len(asyncio.all_tasks()) == 1
    assert turns > 5
    assert found(tmp_path) == MADE_OF_APP


async def test_two_at_once_wait_for_each_other(tmp_path: Path) -> None:
    (one, _), (other, fetcher) = make_installer(tmp_path, INDEX), make_installer(tmp_path, INDEX)
    first, second = await asyncio.gather(one.install_lock(lock_text(LIB)), other.install_lock(lock_text(LIB, BIG)))
    assert [str(one) for one in first.installed] == [str(one) for one in second.unchanged] == ["lib 1"]
    assert in_order(fetcher) == [url_of(BIG)]


async def test_progress_has_no_resolving(tmp_path: Path) -> None:
    subject, _ = make_installer(tmp_path, INDEX)
    told: list[wherry.Progress] = []
    await subject.install_lock(lock_text(LIB, BIG), on_progress=told.append)
    assert list(dict.fromkeys(step.phase for step in told)) == ["downloading", "placing", "done"]


async def test_overwrite_names_projects_whose_files_may_be_replaced(tmp_path: Path) -> None:
    files = [make_wheel(name, "1", files={"shared.py": name}) for name in ("one", "two")]
    subject, _ = make_installer(tmp_path, files)
    with pytest.raises(wherry.InstallConflict):
        await subject.install_lock(lock_text(*files))
    report = await subject.install_lock(lock_text(*files), overwrite=["one", "absent"])
    assert "overwrite names absent, which is neither installed nor being installed" in report.warnings
    assert (tmp_path / "site" / "shared.py").read_text() == "two"


class Kept(NoCache):
    """A cache in memory."""

    def __init__(self) -> None:
        self.entries: dict[str, bytes] = {}

    async def get(self, key: str) -> bytes | None:
        return self.entries.get(key)

    async def put(self, key: str, content: bytes) -> None:
        self.entries[key] = content


async def test_files_are_kept_in_the_cache_by_their_hash(tmp_path: Path) -> None:
    kept = Kept()
    await make_installer(tmp_path, INDEX, cache=kept)[0].install_lock(lock_text(LIB, BIG))
    assert kept.entries.keys() == {f"sha256:{file.sha256}" for file in (LIB, BIG)}
    (other := tmp_path / "other").mkdir()
    report = await make_installer(other, (), cache=kept)[0].install_lock(lock_text(LIB, BIG))
    assert (report.requests, found(other)) == (0, {"lib": "1", "big": "1"})


async def test_a_broken_entry_of_the_cache_is_fetched_again(tmp_path: Path) -> None:
    kept = Kept()
    kept.entries[f"sha256:{LIB.sha256}"] = b"broken"
    report = await make_installer(tmp_path, INDEX, cache=kept)[0].install_lock(lock_text(LIB))
    assert (report.requests, kept.entries[f"sha256:{LIB.sha256}"]) == (1, LIB.content)


async def test_credentials_of_an_index_are_sent_to_its_files_alone(tmp_path: Path) -> None:
    private = Index(JSON_URL, headers={"Authorization": "Bearer s3cr3t"})
    elsewhere = "files.example.org"
    subject, fetcher = make_installer(tmp_path, INDEX, elsewhere={elsewhere: INDEX}, index_urls=[private])
    text = lock_text(LIB, package_table(BIG, wheels=[wheel_table(BIG, url=url_of(BIG, elsewhere))]))
    await subject.install_lock(text)
    told = {request.url: dict(request.secret_headers or {}) for request in fetcher.asked}
    assert told == {url_of(LIB): {"Authorization": "Bearer s3cr3t"}, url_of(BIG, elsewhere): {}}


async def test_a_private_lock_and_its_paths_are_fetched_with_credentials(tmp_path: Path) -> None:
    address = f"https://{HOST}{file_path(LIB).rpartition('/')[0]}/pylock.toml"
    text = lock_text(package_table(LIB, wheels=[wheel_table(LIB, url=None, path=LIB.filename)]))
    subject, fetcher = make_installer(
        tmp_path,
        INDEX,
        instead={address: Response(address, 200, text.encode())},
        index_urls=[Index(JSON_URL, headers={"X-Key": "s3cr3t"})],
    )
    await subject.install_lock(address)
    assert [(request.url, dict(request.secret_headers or {})) for request in fetcher.asked] == [
        (address, {"X-Key": "s3cr3t"}),
        (url_of(LIB), {"X-Key": "s3cr3t"}),
    ]


async def test_extras_and_groups_are_chosen(tmp_path: Path) -> None:
    text = pdm(LIB, BIG, USER)
    assert [str(one) for one in (await make_installer(tmp_path, INDEX)[0].install_lock(text)).installed] == ["lib 1"]
    subject, _ = make_installer(tmp_path, INDEX)
    assert (await subject.resolve_lock(text, extras=["fast"], groups=["test"])).pins == {
        "big": "1",
        "lib": "1",
        "user": "1",
    }
    report = await subject.install_lock(text, groups=["test"])
    assert [str(one) for one in report.installed] == ["big 1"]


async def test_a_universal_lock_of_uv_is_installed(tmp_path: Path) -> None:
    subject, fetcher = make_installer(tmp_path, INDEX)
    await subject.install_lock(uv_universal(LIB, BIG))
    assert (found(tmp_path), len(fetcher.asked)) == ({"lib": "1", "big": "1"}, 2)


async def test_a_newer_format_gives_a_warning(tmp_path: Path) -> None:
    report = await make_installer(tmp_path, INDEX)[0].install_lock(lock_text(LIB, lock_version="1.1"))
    said = "the given lock has the format 1.1; this wherry reads 1.0, and ignores what is new in it"
    assert report.warnings == (said,)


async def test_an_archive_is_recorded_with_its_url_and_another_url_replaces_it(tmp_path: Path) -> None:
    subject, _ = make_installer(tmp_path, INDEX)
    text = lock_text({"name": "lib", "archive": wheel_table(LIB)})
    await subject.install_lock(text)
    recorded = json.loads((tmp_path / "site" / "lib-1.dist-info" / "direct_url.json").read_text())
    assert recorded == {"url": url_of(LIB), "archive_info": {"hashes": {"sha256": LIB.sha256}}}
    assert [str(one) for one in (await subject.install_lock(text)).unchanged] == ["lib 1"]
    subject, _ = make_installer(tmp_path, INDEX, elsewhere={"files.example.org": INDEX})
    moved = lock_text({"name": "lib", "archive": wheel_table(LIB, url=url_of(LIB, "files.example.org"))})
    assert [str(one) for one in (await subject.install_lock(moved)).removed] == ["lib 1"]


# Making


async def test_a_lock_is_the_standards_and_says_all_of_its_packages(tmp_path: Path) -> None:
    text = await lock_of("app", folder=tmp_path)
    document = tomllib.loads(text)
    assert [package.name for package in Pylock.from_dict(document).packages] == ["app", "big", "lib"]
    app, big, lib = document["packages"]
    assert app == {
        "name": "app",
        "version": "1",
        "requires-python": ">=3.9",
        "index": JSON_URL.rstrip("/"),
        "dependencies": [{"name": "big"}, {"name": "lib"}],
        "wheels": [
            {
                "url": url_of(APP),
                "upload-time": app["wheels"][0]["upload-time"],
                "size": len(APP.content),
                "hashes": {"sha256": APP.sha256},
            }
        ],
    }
    assert app["wheels"][0]["upload-time"].isoformat() == "2026-01-01T00:00:00+00:00"
    assert [one["name"] for one in (big, lib)] == ["big", "lib"]
    del document["packages"]
    assert document == {
        "lock-version": "1.0",
        "created-by": "wherry",
        "requires-python": ">=3.14",
        "environments": ['python_version == "3.14" and sys_platform == "emscripten" and platform_machine == "wasm32"'],
        "tool": {"wherry": {"platform": "pyemscripten_2026_0_wasm32", "requirements": ["app"]}},
    }


async def test_a_lock_of_nothing_is_read_again(tmp_path: Path) -> None:
    subject, _ = make_installer(tmp_path, INDEX)
    made = await subject.lock()
    assert made.pins == {}
    assert (await subject.install_lock(str(made))).installed == ()


async def test_the_text_is_the_same_whatever_the_order_of_requirements_and_of_answers(tmp_path: Path) -> None:
    requirements = ("user", "lib>=1", "app", "big")
    texts = set()
    for seed, order in enumerate(itertools.permutations(requirements)):
        subject, _ = make_installer(tmp_path, INDEX[:: -1 if seed % 2 else 1], seed=seed)
        texts.add(str(await subject.lock(*order)))
    assert len(texts) == 1


async def test_nothing_is_installed_and_installed_versions_do_not_count(tmp_path: Path) -> None:
    subject, _ = make_installer(tmp_path, INDEX)
    await subject.install("lib<2")
    before = tree(tmp_path)
    assert (await subject.lock("lib")).pins == {"lib": "2"}
    assert tree(tmp_path) == before


async def test_versions_of_an_existing_lock_are_kept_unless_upgraded(tmp_path: Path) -> None:
    newer = (*INDEX, make_wheel("big", "2", tag=PLATFORM), make_wheel("app", "2", requires=["lib", "big"]))
    text = await lock_of("app", folder=tmp_path)
    subject, _ = make_installer(tmp_path, newer)

    async def pins(**options: Any) -> dict[str, str]:
        return (await subject.lock("app", existing=text, **options)).pins

    assert await pins() == MADE_OF_APP
    assert str(await subject.lock("app", existing=text)) == text
    assert await pins(upgrade=True) == {"app": "2", "big": "2", "lib": "2"}
    assert await pins(upgrade_packages=["Big"]) == {"app": "1", "big": "2", "lib": "1"}
    assert await pins(upgrade_packages="app") == {"app": "2", "big": "1", "lib": "1"}
    assert (await subject.lock("app", "lib>=2", existing=text)).pins == {"app": "2", "big": "1", "lib": "2"}


async def test_the_changes_to_an_existing_lock_are_told(tmp_path: Path) -> None:
    text = await lock_of("app", folder=tmp_path)
    subject, _ = make_installer(
        tmp_path, (*INDEX, make_wheel("app", "2", requires=["lib", "user2"]), make_wheel("user2", "1"))
    )
    made = await subject.lock("app", existing=text, upgrade=True)
    assert list(map(str, made.changes)) == ["updated app 1 → 2", "removed big 1", "updated lib 1 → 2", "added user2 1"]
    assert (await subject.lock("app", existing=made)).changes == ()
    assert list(map(str, (await subject.lock("lib")).changes)) == ["added lib 2"]


async def test_exclude_newer_is_kept_in_the_lock_and_by_the_next_one(tmp_path: Path) -> None:
    subject, _ = make_installer(tmp_path, INDEX)
    made = await subject.lock("lib", exclude_newer="2026-02-01")
    assert made.pins == {"lib": "1"}
    assert "exclude-newer = 2026-02-01T00:00:00Z" in str(made)
    again = await subject.lock("lib", existing=made, upgrade=True)
    assert str(again) == str(made)
    assert (await subject.lock("lib", existing=made, upgrade=True, exclude_newer="2026-04-01")).pins == {"lib": "2"}


@pytest.mark.parametrize("found", ["2026-02-01", "2026-02-01T00:00:00Z", '"2026-02-01"'])
async def test_a_time_that_was_written_by_hand_is_understood(tmp_path: Path, found: str) -> None:
    text = f"{lock_text(LIB)}[tool.wherry]\nexclude-newer = {found}\n"
    subject, _ = make_installer(tmp_path, INDEX)
    assert (await subject.lock("lib", existing=text, upgrade=True)).pins == {"lib": "1"}


@pytest.mark.parametrize("found", ["1", '"soon"', "[]", "12:00:00"])
async def test_anything_but_a_time_is_refused(tmp_path: Path, found: str) -> None:
    text = f"{lock_text(LIB)}[tool.wherry]\nexclude-newer = {found}\n"
    subject, _ = make_installer(tmp_path, INDEX)
    with pytest.raises(wherry.InvalidLock, match=r"tool\.wherry\.exclude-newer must be a time, not "):
        await subject.lock("lib", existing=text)


@pytest.mark.parametrize("url", [HTML_URL, JSON_URL])
async def test_missing_hashes_and_sizes_are_completed_by_downloading(tmp_path: Path, url: str) -> None:
    subject, fetcher = make_installer(tmp_path, INDEX, index_urls=[url])
    document = tomllib.loads(str(await subject.lock("app")))
    for package, file in zip(document["packages"], (APP, BIG, LIB), strict=True):
        (wheel,) = package["wheels"]
        assert (wheel["hashes"], wheel["size"]) == ({"sha256": file.sha256}, len(file.content))
    downloads = {request for request in fetcher.requests if request.endswith(".whl")}
    assert downloads == ({url_of(file) for file in (APP, BIG, LIB)} if url == HTML_URL else set())
    assert set(fetcher.requests.values()) == {1}


async def test_a_weak_hash_is_compared_and_a_strong_one_added(tmp_path: Path) -> None:
    def page(digest: str) -> Response:
        link = f'<a href="{url_of(LIB)}#md5={digest}">{LIB.filename}</a>'
        return Response(f"{HTML_URL}lib/", 200, link.encode(), {"content-type": "text/html"})

    right = hashlib.md5(LIB.content, usedforsecurity=False).hexdigest()
    subject, _ = make_installer(tmp_path, INDEX, index_urls=[HTML_URL], instead={f"{HTML_URL}lib/": page(right)})
    (package,) = tomllib.loads(str(await subject.lock("lib")))["packages"]
    assert package["wheels"][0]["hashes"] == {"sha256": LIB.sha256}
    subject, _ = make_installer(tmp_path, INDEX, index_urls=[HTML_URL], instead={f"{HTML_URL}lib/": page("0" * 32)})
    with pytest.raises(wherry.IntegrityError):
        await subject.lock("lib")


async def test_wheels_named_by_url_are_archives_with_their_hash(tmp_path: Path) -> None:
    subject, _ = make_installer(tmp_path, INDEX)
    made = await subject.lock(f"lib @ {url_of(LIB)}", "app")
    packages = {package["name"]: package for package in tomllib.loads(str(made))["packages"]}
    assert packages["lib"] == {
        "name": "lib",
        "version": "1",
        "archive": {"url": url_of(LIB), "size": len(LIB.content), "hashes": {"sha256": LIB.sha256}},
    }
    report = await subject.install_lock(made)
    assert [str(one) for one in report.installed] == ["app 1", "big 1", "lib 1"]
    assert [one.source for one in subject.installed()][-1] == url_of(LIB)


async def test_credentials_in_a_url_are_used_and_not_written(tmp_path: Path) -> None:
    subject, fetcher = make_installer(tmp_path, INDEX)
    made = await subject.lock(f"lib @ {url_of(LIB).replace('//', '//tom:s3cr3t@')}")
    assert "s3cr3t" not in str(made)
    assert all(request.secret_headers for request in fetcher.asked)


async def test_local_wheels_below_the_lock_are_written_as_paths(tmp_path: Path) -> None:
    folder = "file:///home/me/app"
    files = {f"{folder}/wheels/{LIB.filename}": LIB, f"file:///home/me/{BIG.filename}": BIG}
    instead = {url: Response(url, 200, file.content) for url, file in files.items()}
    subject, _ = make_installer(tmp_path, INDEX, instead=instead)
    made = await subject.lock(*files, location=f"{folder}/pylock.toml")
    big, lib = tomllib.loads(str(made))["packages"]
    assert lib["archive"]["path"] == f"wheels/{LIB.filename}"
    assert "url" not in lib["archive"]
    assert big["archive"]["url"] == f"file:///home/me/{BIG.filename}"
    report = await subject.install_lock(made)
    assert [str(one) for one in report.installed] == ["big 1", "lib 1"]
    assert [str(one) for one in (await subject.install_lock(made)).unchanged] == ["big 1", "lib 1"]


PROJECT = """
[project]
name = "mine"
dependencies = ["user"]
[project.optional-dependencies]
fast = ["big"]
[dependency-groups]
test = ["app"]
docs = ["other"]
"""
OTHER = make_wheel("other", "1")


async def lock_project(
    folder: Path, *requirements: str, files: list[str], groups: list[str] | None = None
) -> wherry.Lock:
    address = "https://example.org/pyproject.toml"
    subject, _ = make_installer(folder, (*INDEX, OTHER), instead={address: Response(address, 200, PROJECT.encode())})
    return await subject.lock(
        *requirements,
        requirements_files=[f"https://example.org/{file}" for file in files],
        groups=[f"{address}:{group}" for group in groups or ()],
    )


async def test_extras_and_groups_of_a_project_become_markers(tmp_path: Path) -> None:
    made = await lock_project(tmp_path, files=["pyproject.toml[fast]"], groups=["test", "docs"])
    document = tomllib.loads(str(made))
    assert (document["extras"], document["dependency-groups"]) == (["fast"], ["docs", "test"])
    assert "default-groups" not in document
    assert {package["name"]: package.get("marker") for package in document["packages"]} == {
        "app": '"test" in dependency_groups',
        "big": '"fast" in extras or "test" in dependency_groups',
        "lib": None,
        "other": '"docs" in dependency_groups',
        "user": None,
    }
    subject, _ = make_installer(tmp_path, (*INDEX, OTHER))
    chosen = [
        (await subject.resolve_lock(made, extras=extras, groups=groups)).pins.keys()
        for extras, groups in (((), ()), (["fast"], ()), ((), ["docs", "test"]))
    ]
    assert chosen == [{"lib", "user"}, {"big", "lib", "user"}, {"app", "big", "lib", "other", "user"}]


async def test_groups_alone_are_the_default_groups(tmp_path: Path) -> None:
    made = await lock_project(tmp_path, files=[], groups=["test", "docs"])
    assert tomllib.loads(str(made))["default-groups"] == ["docs", "test"]
    subject, _ = make_installer(tmp_path, (*INDEX, OTHER))
    await subject.install_lock(made)
    assert found(tmp_path) == {**MADE_OF_APP, "other": "1"}


async def test_what_is_needed_without_a_group_has_no_marker(tmp_path: Path) -> None:
    made = await lock_project(tmp_path, "app", files=[], groups=["test"])
    assert [package.get("marker") for package in tomllib.loads(str(made))["packages"]] == [None, None, None]


async def test_a_warning_of_the_resolution_is_one_of_the_lock(tmp_path: Path) -> None:
    subject, _ = make_installer(tmp_path, INDEX)
    made = await subject.lock("lib", "app; sys_platform == 'win32'")
    assert made.warnings == ('app; sys_platform == "win32" was not installed: its marker is false here',)
    assert tomllib.loads(str(made))["tool"]["wherry"]["requirements"] == ["lib"]
    assert repr(made) == "<Lock of 1 packages>"


# The distribution


def library_archive() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr(zipfile.ZipInfo("libdeep.so"), b"\0asm")
    return archive.getvalue()


LIBRARY = library_archive()
CDN = "https://cdn.example.org/v1/"
DISTRIBUTED: dict[str, tuple[str, bytes]] = {
    "lib": (LIB_2.filename, LIB_2.content),
    "libdeep": ("libdeep-3.zip", LIBRARY),
}


def distribution(base: str = CDN) -> Mapping[NormalizedName, LockedPackage]:
    entries = {
        name: {
            "name": name,
            "version": "2" if name == "lib" else "3",
            "file_name": file_name,
            "sha256": hashlib.sha256(content).hexdigest(),
            "depends": ["libdeep"] if name == "lib" else [],
            "package_type": "package" if name == "lib" else "shared_library",
        }
        for name, (file_name, content) in DISTRIBUTED.items()
    }
    return parse_distribution_lock(json.dumps({"packages": entries}), lambda name: f"{base}{name}")


def from_cdn(base: str = CDN) -> dict[str, Response]:
    urls = {f"{base}{file_name}": content for file_name, content in DISTRIBUTED.values()}
    return {url: Response(url, 200, content) for url, content in urls.items()}


async def test_members_and_shared_libraries_are_locked_and_installed(tmp_path: Path) -> None:
    subject, _ = make_installer(tmp_path, INDEX, instead=from_cdn(), distribution=distribution())
    made = await subject.lock("lib", "big")
    document = tomllib.loads(str(made))
    lib = next(package for package in document["packages"] if package["name"] == "lib")
    assert lib["tool"] == {"wherry": {"origin": "distribution"}}
    assert lib["wheels"] == [{"url": f"{CDN}{LIB_2.filename}", "hashes": {"sha256": LIB_2.sha256}}]
    assert document["tool"]["wherry"]["shared-libraries"] == [
        {
            "name": "libdeep",
            "version": "3",
            "url": f"{CDN}libdeep-3.zip",
            "hashes": {"sha256": hashlib.sha256(LIBRARY).hexdigest()},
        }
    ]
    assert made.pins == {"lib": "2", "big": "1"}
    subject, fetcher = make_installer(tmp_path, INDEX, instead=from_cdn(), distribution=distribution())
    report = await subject.install_lock(made)
    assert set(fetcher.requests) == {*from_cdn(), url_of(BIG)}
    assert {str(one): one.from_distribution for one in report.installed} == {"big 1": False, "lib 2": True}
    assert (tmp_path / "lib" / "libdeep.so").read_bytes() == b"\0asm"


async def test_members_come_from_the_place_of_the_running_distribution_if_it_has_the_same_file(tmp_path: Path) -> None:
    subject, _ = make_installer(tmp_path, instead=from_cdn(), distribution=distribution())
    text = str(await subject.lock("lib"))
    beside = "file:///pyodide/"
    subject, fetcher = make_installer(tmp_path, instead=from_cdn(beside), distribution=distribution(beside))
    await subject.install_lock(text)
    assert set(fetcher.requests) == {*from_cdn(beside)}


async def test_a_member_that_the_running_distribution_has_otherwise_comes_from_the_lock(tmp_path: Path) -> None:
    subject, _ = make_installer(tmp_path, instead=from_cdn(), distribution=distribution())
    text = str(await subject.lock("lib"))
    subject, fetcher = make_installer(tmp_path, instead=from_cdn(), distribution={})
    await subject.install_lock(text)
    assert set(fetcher.requests) == {*from_cdn()}


@pytest.mark.parametrize("broken", [*from_cdn()])
async def test_files_of_the_distribution_are_compared_with_the_lock(tmp_path: Path, broken: str) -> None:
    subject, _ = make_installer(tmp_path, instead=from_cdn(), distribution=distribution())
    made = await subject.lock("lib")
    answers = from_cdn() | {broken: Response(broken, 200, b"other")}
    subject, _ = make_installer(tmp_path, instead=answers, distribution=distribution())
    with pytest.raises(wherry.IntegrityError, match=f"{broken} does not match the new lock"):
        await subject.install_lock(made)
    missing = from_cdn() | {broken: Response(broken, 404, b"")}
    subject, _ = make_installer(tmp_path, instead=missing, distribution=distribution())
    with pytest.raises(wherry.RefusedByIndex):
        await subject.install_lock(made)
    assert found(tmp_path) == {}


async def test_pyodides_own_lock_needs_pyodide(tmp_path: Path) -> None:
    subject, _ = make_installer(tmp_path, INDEX)
    with pytest.raises(wherry.UnsupportedRuntime, match="make the lock in Pyodide"):
        (await subject.lock("lib")).to_pyodide_lock()


def test_the_functions_use_the_default_installer(tmp_path: Path) -> None:
    subject, _ = make_installer(tmp_path, INDEX)
    use_default(lambda: subject)
    made = asyncio.run(wherry.lock("app"))
    assert asyncio.run(wherry.install_lock(made)).installed
    assert found(tmp_path) == MADE_OF_APP


# The bridge


class Called(Bridge):
    """The bridge to an installer over the memory fetcher, outside of Pyodide."""

    def __init__(self, subject: wherry.Installer) -> None:
        super().__init__("{}")
        self._installer = subject

    def _first_pages(self, _: Mapping[str, Any]) -> AbstractContextManager[None]:
        return nullcontext()

    async def __call__(self, method: str, **arguments: Any) -> Any:
        answer = json.loads(await self.call(method, json.dumps(arguments)))
        return answer["value"] if "value" in answer else answer["error"]


@pytest.fixture
def call(tmp_path: Path) -> Called:
    return Called(make_installer(tmp_path, INDEX)[0])


async def test_installing_through_the_bridge_takes_a_text_and_the_document_parsed_from_it(
    tmp_path: Path, call: Called
) -> None:
    text = lock_text(package_table(LIB, wheels=[wheel_table(LIB, url=None, path=LIB.filename)]), extras=["x"])
    document = json.dumps(tomllib.loads(text))
    location = f"https://{HOST}{file_path(LIB).rpartition('/')[0]}/pylock.toml"
    report = await call("installLock", lock=text, document=document, location=location, extras=["x"], begun=[])
    assert [one["name"] for one in report["installed"]] == ["lib"]
    assert found(tmp_path) == {"lib": "1"}
    again = await call("installLock", lock=text, document="no JSON", location=location, exact=True, overwrite=[])
    assert [one["name"] for one in again["unchanged"]] == ["lib"]


@pytest.mark.parametrize("text", ["", " ", "no lock", "# nothing"])
async def test_a_text_with_a_location_is_no_address(call: Called, text: str) -> None:
    error = await call("installLock", lock=text, location="https://example.org/pylock.toml")
    assert (error["code"], error["facts"]["lock"]) == ("invalid-lock", "https://example.org/pylock.toml")


async def test_a_call_without_a_lock_is_misuse(call: Called) -> None:
    assert (await call("installLock"))["type"] == "TypeError"
    assert (await call("installLock", lock="\n", nonsense=1))["type"] == "TypeError"


async def test_errors_about_a_lock_have_their_facts(call: Called) -> None:
    error = await call("installLock", lock=lock_text(package_table(LIB, version="x")))
    assert (error["type"], error["code"]) == ("InvalidLock", "invalid-lock")
    assert error["facts"] == {
        "lock": "the given lock",
        "problem": "version: Invalid version: 'x'",
        "entry": "packages[0] (lib)",
        "line": 4,
        "hint": "",
    }


async def test_making_through_the_bridge_returns_text_pins_changes_and_warnings(tmp_path: Path, call: Called) -> None:
    text = await lock_of("app", folder=tmp_path)
    made = await call("lock", requirements=["app", "user"], existing=text)
    assert made["pins"] == {**MADE_OF_APP, "user": "1"}
    assert made["changes"] == [{"name": "user", "before": [], "after": ["1"]}]
    assert (made["warnings"], made["text"]) == ([], await lock_of("app", "user", folder=tmp_path))
    again = await call(
        "lock",
        requirements=["app"],
        existing=made["text"],
        upgrade=False,
        upgradePackages=[],
        location="",
        format="pylock",
    )
    assert again["text"] == text


@pytest.mark.parametrize(("form", "type_"), [("pyodide-lock", "UnsupportedRuntime"), ("toml", "TypeError")])
async def test_a_format_that_cannot_be_written_is_an_error(call: Called, form: str, type_: str) -> None:
    assert (await call("lock", requirements=["lib"], format=form))["type"] == type_


async def test_a_lock_is_explained_as_a_tree_and_by_chains(tmp_path: Path, call: Called) -> None:
    text = await lock_of("app", folder=tmp_path)
    told = await call("explainLock", lock=text, name="lib")
    assert told["resolution"]["pins"] == MADE_OF_APP
    assert [branch["name"] for branch in told["tree"]["branches"]] == ["app"]
    assert [branch["name"] for branch in told["tree"]["branches"][0]["branches"]] == ["big", "lib"]
    assert told["why"]["chains"]
    assert (await call("explainLock", lock=text, location="", extras=[], groups=[]))["why"] is None
    assert (await call("explainLock", lock=text, extras=["x"]))["code"] == "invalid-lock"


@pytest.mark.parametrize(
    ("requirements", "problem"),
    [
        (["app"], ""),
        (["lib<2", "app"], ""),
        (["lib; sys_platform == 'win32'"], ""),
        (["lib>=2"], "it has lib 1, and lib>=2 is required"),
        (["user", "other"], "user is not in it; other is not in it"),
    ],
)
async def test_a_lock_must_meet_the_requirements_of_its_script(
    tmp_path: Path, call: Called, requirements: list[str], problem: str
) -> None:
    text = await lock_of("app", folder=tmp_path)
    answer = await call("installLock", lock=text, meets=requirements, meetsName="app.py")
    if problem:
        assert answer["code"] == "invalid-lock"
        assert answer["facts"]["problem"] == f"it no longer meets app.py: {problem}"
        assert answer["facts"]["hint"] == "make the lock of app.py again"
        assert found(tmp_path) == {}
    else:
        assert len(answer["installed"]) == 3


async def test_transfers_that_have_begun_are_taken_from_their_address(tmp_path: Path) -> None:
    subject, _ = make_installer(tmp_path, instead=from_cdn(), distribution=distribution())
    text = str(await subject.lock("lib"))
    beside = "file:///pyodide/"
    subject, fetcher = make_installer(
        tmp_path, instead=from_cdn() | from_cdn(beside), distribution=distribution(beside)
    )
    await Called(subject)("installLock", lock=text, begun=[f"{CDN}{LIB_2.filename}"])
    assert set(fetcher.requests) == {f"{CDN}{LIB_2.filename}", f"{beside}libdeep-3.zip"}
