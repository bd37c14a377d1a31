"""An exchange that is interrupted at any change leaves the old environment or the new one."""

from __future__ import annotations

import errno
import py_compile
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count, groupby
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.harness.crashes import Crash, counted, crashing, failing
from tests.harness.index_files import make_wheel
from tests.installation.places import deliver, install, tree, uninstall
from wherry.errors import RecoveryFailed
from wherry.installation.exchange.journal import Change, carry_out, has_journal
from wherry.installation.site_packages import SitePackages

if TYPE_CHECKING:
    from collections.abc import Callable

    from wherry.installation.scheme import Scheme

SITE = "lib/python3.14/site-packages"
APP_1 = make_wheel(
    "app",
    "1",
    files={
        "app/__init__.py": "old",
        "app/gone/file.py": "gone",
        "app/turned": "a file",
        "app/changed.py": "changed",
        "app-1.data/scripts/app": "old",
        "app-1.data/data/share/app/old.txt": "old",
    },
)
APP_2 = make_wheel(
    "app",
    "2",
    files={
        "app/__init__.py": "new",
        "app/gone": "a file where a folder was",
        "app/turned/deep.py": "a folder where a file was",
        "app/changed.py": "new",
        "app/fresh/a.py": "",
        "app-2.data/scripts/app": "new",
        "app-2.data/headers/app.h": "new",
    },
)
LIB_1, LIB_2 = (make_wheel("lib", version, files={"lib.py": version, "ns/lib.py": ""}) for version in "12")
APP, LIB = APP_1.identity[0], LIB_1.identity[0]
EXTRA = make_wheel("extra", "1", files={"ns/extra.py": "", "extra/__init__.py": ""})


LIKE_LIB = make_wheel("like-lib", "1", files={"lib.py": "mine", "ns/lib.py": "", "like/__init__.py": "a"})
LIKE_LIKE = make_wheel("like-like", "1", files={"like/__init__.py": "a", "app/changed.py": "new"})
MORE = make_wheel("more", "1", files={"more/a/b.py": "", "m.py": ""})


def upgrade(site: SitePackages) -> None:
    install(site, APP_2, LIB_2, EXTRA)


EXCHANGES: dict[str, Callable[[SitePackages], object]] = {
    "install": lambda site: install(site, EXTRA, MORE),
    "upgrade": upgrade,
    "reinstall": lambda site: install(site, APP_1, LIB_1),
    "overwrite": lambda site: install(site, LIKE_LIB, LIKE_LIKE, overwrite={LIB, APP}),
    "uninstall": lambda site: uninstall(site, "app", "lib"),
}


def commits(change: str) -> bool:
    return change.startswith("os.remove") and change.endswith("/.wherry/journal")


def places_the_last(change: str) -> bool:
    return change.startswith("os.rename") and change.endswith("site-packages/extra")


@dataclass
class Place:
    """An environment that can be restored; ``before`` has its files and folders by path."""

    scheme: Scheme
    root: Path
    before: dict[str, bytes | None]

    def found(self) -> dict[str, bytes | None]:
        """Return the files and folders, without those in wherry's staging folder."""
        return {path: content for path, content in tree(self.root).items() if "/.wherry" not in path}

    def restored(self) -> SitePackages:
        """Restore the environment, and open it as another process would."""
        there = tree(self.root)
        for path in sorted(there.keys() - self.before.keys(), reverse=True):
            (self.root / path).rmdir() if there[path] is None else (self.root / path).unlink()
        for path, content in self.before.items():
            if path not in there or there[path] != content:
                _put(self.root / path, content)
        return self.opened()

    def opened(self) -> SitePackages:
        return SitePackages(self.scheme)

    def changes(self, exchange: Callable[[SitePackages], object]) -> list[str]:
        """Return the audit events of the changes of the exchange."""
        site = self.restored()
        with counted() as counter:
            exchange(site)
        return counter.events

    def crash(self, exchange: Callable[[SitePackages], object], before: Callable[[str], bool]) -> SitePackages:
        """End the exchange at the first change for which ``before`` is true; return what the next process opens."""
        events = self.changes(exchange)
        site = self.restored()
        with crashing(before=next(number for number, event in enumerate(events, 1) if before(event))):
            exchange(site)
        return self.opened()


def _put(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
        path.mkdir(parents=True, exist_ok=True)
    else:
        if path.is_dir():
            shutil.rmtree(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@pytest.fixture
def place(scheme: Scheme, tmp_path: Path) -> Place:
    """An environment of two distributions with bytecode; one file is locally modified."""
    install(SitePackages(scheme), APP_1, LIB_1)
    site_packages = Path(scheme.site_packages)
    for source in ("app/__init__.py", "app/gone/file.py", "lib.py"):
        cache = (site_packages / source).parent / "__pycache__"
        cache.mkdir(exist_ok=True)
        (cache / f"{Path(source).stem}.cpython-314.pyc").write_bytes(b"bytecode")
    (site_packages / "app" / "changed.py").write_text("mine")
    return Place(scheme, tmp_path, tree(tmp_path))


@pytest.mark.parametrize("kind", EXCHANGES)
def test_a_crash_at_any_change_leaves_the_old_or_the_new_environment(place, kind):
    exchange = EXCHANGES[kind]
    changes = place.changes(exchange)
    after = place.found()
    outcomes = []
    for number, change in enumerate(changes, 1):
        site = place.restored()
        with crashing(before=number):
            exchange(site)
        said = place.opened().recover()
        found = place.found()
        assert found in (place.before, after), change
        outcomes.append((found == after, bool(said)))
    # The outcome is the old environment at first, then a rollback, and the new environment from some change on.
    assert [key for key, _ in groupby(outcomes)] == [(False, False), (False, True), (True, False)]


@pytest.mark.parametrize("kind", EXCHANGES)
@pytest.mark.parametrize("error", [lambda: OSError(errno.ENOSPC, "full"), KeyboardInterrupt], ids=["full", "interrupt"])
def test_a_failure_at_any_change_leaves_the_old_environment(place, kind, error):
    exchange = EXCHANGES[kind]
    changes = place.changes(exchange)
    after = place.found()
    for number, change in enumerate(changes, 1):
        site = place.restored()
        try:
            with failing(number, error=error):
                exchange(site)
        except (OSError, KeyboardInterrupt):
            assert place.opened().recover() == ()
            assert place.found() in (place.before, after), change
        else:
            assert place.found() == after, change
        # Remaining files do not hinder the next exchange.
        install(place.opened(), MORE)


@pytest.mark.parametrize("kind", ["upgrade", "uninstall"])
def test_a_failed_rollback_is_completed_later(place, kind):
    exchange = EXCHANGES[kind]
    changes = place.changes(exchange)
    last = next(number for number, change in enumerate(changes, 1) if commits(change))
    for second in count(last + 1):
        site = place.restored()
        with pytest.raises(OSError, match="refused") as caught, failing(last, second, error=refused) as failed:
            exchange(site)
        noted = bool(getattr(caught.value, "__notes__", ()))
        assert bool(place.opened().recover()) == noted
        assert place.found() == place.before, failed.events[-1]
        if failed.changes < second:
            break


def recover_with_interruptions(place, expected):
    """Recover from the present state, ending the process before each change; the next process must complete it."""
    half = replace(place, before=tree(place.root))
    for number in count(1):
        site = half.restored()
        with crashing(before=number) as recovering:
            site.recover()
        place.opened().recover()
        assert place.found() == expected, recovering.events[-1]
        if recovering.changes < number:
            break


@pytest.mark.parametrize("kind", ["upgrade", "uninstall"])
def test_an_interrupted_rollback_is_completed_later(place, kind):
    place.crash(EXCHANGES[kind], before=commits)
    recover_with_interruptions(place, place.before)


def refused() -> OSError:
    return PermissionError(errno.EACCES, "refused")


@pytest.fixture
def interrupted(place: Place) -> SitePackages:
    """The environment in the middle of an upgrade."""
    site = place.crash(upgrade, before=places_the_last)
    assert place.found() != place.before
    return site


def journal(site: SitePackages) -> Path:
    return Path(site.scheme.site_packages, ".wherry", "journal")


def test_an_interruption_is_reported_once(place, interrupted):
    names = ", ".join(file.filename for file in (APP_2, LIB_2, EXTRA))
    assert interrupted.recover() == (f"Installing {names} was interrupted and has been rolled back",)
    assert interrupted.recover() == ()
    assert tree(place.root) == place.before


def test_the_next_exchange_rolls_back_and_warns(interrupted):
    exchanged = interrupted.exchange([deliver(MORE)], [])
    assert "was interrupted and has been rolled back" in exchanged.warnings[0]
    assert sorted(map(str, interrupted.installed().values())) == ["app 1", "lib 1", "more 1"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda _: "",
        lambda text: text.replace("app/__init__.py", "app/__main__.py"),
        lambda text: text.replace("journal 1", "journal 2"),
        lambda text: text[:-64] + "0" * 64,
    ],
    ids=["cut", "empty", "another path", "another format", "another checksum"],
)
def test_a_damaged_journal_is_not_used_and_no_file_is_lost(place, interrupted, damage):
    journal(interrupted).write_text(damage(journal(interrupted).read_text()))
    there, aside = place.found(), tree(journal(interrupted).parent)
    (said,) = interrupted.recover()
    assert "its journal cannot be used" in said
    assert place.found() == there
    kept = Path(f"{interrupted.scheme.site_packages}/.wherry-damaged")
    assert tree(kept) == aside
    assert str(kept) in said
    install(interrupted, MORE)


def test_a_journal_with_outside_paths_is_not_used(place):
    outside = place.root.with_name(f"{place.root.name}.txt")
    outside.write_text("mine")
    staging_root = Path(place.scheme.site_packages, ".wherry")
    staging_root.mkdir()
    evil = [Change("away", str(outside), str(staging_root / "0"))]
    with suppress(Crash), failing(3, 4, error=Crash):  # the journal exists, and nothing is rolled back
        carry_out(evil, str(staging_root), "Mischief")
    assert has_journal(str(staging_root))
    (staging_root / "0").write_text("evil")
    (said,) = place.opened().recover()
    assert "outside the installation" in said
    assert outside.read_text() == "mine"


def test_a_failed_rollback_blocks_further_changes(place, interrupted):
    there = tree(place.root)
    with pytest.raises(RecoveryFailed) as caught, failing(*range(100), error=refused):
        install(interrupted, MORE)
    assert caught.value.kept == str(journal(interrupted).parent)
    assert "could not be rolled back" in caught.value.problem
    assert tree(place.root) == there
    assert interrupted.recover()
    assert tree(place.root) == place.before


def test_recovery_keeps_folders_that_others_use_by_now(place, interrupted):
    (place.root / SITE / "app" / "fresh" / "mine.py").write_text("mine")
    interrupted.recover()
    assert tree(place.root) == place.before | {f"{SITE}/app/fresh": None, f"{SITE}/app/fresh/mine.py": b"mine"}


def test_bytecode_made_meanwhile_is_removed_with_its_folder(place, interrupted):
    py_compile.compile(str(place.root / SITE / "app" / "fresh" / "a.py"), doraise=True)
    interrupted.recover()
    assert tree(place.root) == place.before


def test_a_rollback_of_folders_that_others_use_can_be_interrupted(place, interrupted):
    fresh = place.root / SITE / "app" / "fresh"
    py_compile.compile(str(fresh / "a.py"), doraise=True)
    (fresh / "mine").mkdir()
    recover_with_interruptions(place, place.before | {f"{SITE}/app/fresh": None, f"{SITE}/app/fresh/mine": None})
