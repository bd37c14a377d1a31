"""A kernel as notebooks have it, on CPython: an IPython whose outputs are recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Notebook"]


class Outputs(DisplayPublisher):
    """Keeps the outputs of cells; an update replaces the output of the same place."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - IPython's own signature
        super().__init__(*args, **options)  # type: ignore[no-untyped-call]
        self.shown: dict[str, Mapping[str, str]] = {}

    def publish(  # type: ignore[override]
        self,
        data: Mapping[str, str],
        _metadata: object = None,
        *,
        transient: Mapping[str, str] | None = None,
        update: bool = False,
        **_: object,
    ) -> None:
        """Keep ``data``."""
        place = (transient or {}).get("display_id", f"output {len(self.shown)}")
        assert update == (place in self.shown)
        self.shown[place] = data


class Notebook(InteractiveShell):
    """Runs cells; ``kernel`` makes wherry take it for a notebook, and ``errors`` has the texts shown in red."""

    kernel: Any = None

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - IPython's own signature
        super().__init__(display_pub_class=Outputs, **options)  # type: ignore[no-untyped-call]
        self.errors: list[str] = []

    def _showtraceback(self, _kind: object, _error: object, lines: list[str]) -> None:
        self.errors.append("\n".join(lines))

    def run(self, cell: str) -> bool:
        """Run ``cell``; return whether it succeeded."""
        return bool(self.run_cell(cell).success)  # type: ignore[no-untyped-call]

    @property
    def outputs(self) -> list[Mapping[str, str]]:
        """The outputs by media type."""
        assert isinstance(self.display_pub, Outputs)
        return list(self.display_pub.shown.values())

    @property
    def texts(self) -> list[str]:
        """The outputs as text, without those that were cleared."""
        return [data["text/plain"] for data in self.outputs if data["text/plain"]]
