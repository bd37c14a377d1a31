from __future__ import annotations

import pytest
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any, List

from wherry.model.progress import OnProgress, Progress
from wherry.progress.notebook import cell_output


class Recorder(DisplayPublisher):
    published: List[tuple[str, str, bool]] = List()

    def publish(self, data, metadata=None, source=None, *, transient=None, update=False, **_):  # noqa: ARG002 - theirs
        self.published.append((data["text/plain"], transient["display_id"], update))


class Kernel(InteractiveShell):
    kernel = Any()


def listener() -> OnProgress:
    """Return the listener of a notebook."""
    found = cell_output()
    assert found is not None
    return found


@pytest.fixture
def shell():
    shell = Kernel.instance(display_pub_class=Recorder)
    yield shell
    Kernel.clear_instance()


def test_a_cell_shows_one_line_that_is_updated(shell):
    show = listener()
    show(Progress("resolving", "Resolving a"))
    show(Progress("downloading", "a: 1.0 kB of 2.0 kB", fraction=0.5))
    show(Progress("done", "1 package", fraction=1.0))
    lines, places, updates = zip(*shell.display_pub.published, strict=True)
    assert lines == (
        "────────────────────────   0%  Resolving a",
        "━━━━━━━━━━━━────────────  50%  a: 1.0 kB of 2.0 kB",
        "━━━━━━━━━━━━━━━━━━━━━━━━ 100%  1 package",
    )
    assert len(set(places)) == 1
    assert updates == (False, True, True)


def test_every_installation_has_its_own_line(shell):
    for _ in range(2):
        listener()(Progress("resolving", "Resolving a"))
    assert len({place for _, place, _ in shell.display_pub.published}) == 2


def test_updates_of_a_line_are_throttled(shell):
    show = listener()
    for done in range(1000):
        show(Progress("downloading", f"{done}"))
    assert len(shell.display_pub.published) < 500


def test_outside_of_notebooks_there_is_no_output():
    assert cell_output() is None
    shell = InteractiveShell.instance()
    try:
        assert cell_output() is None
    finally:
        shell.clear_instance()
