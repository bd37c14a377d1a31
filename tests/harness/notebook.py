"""A kernel as notebooks have it, on CPython: an IPython whose outputs are recorded."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any as AnyTrait, Dict, List

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from IPython.core.interactiveshell import ExecutionResult

__all__ = ["Notebook"]


class Outputs(DisplayPublisher):
    """Keeps the outputs of cells; an update replaces the output of the same place."""

    shown: dict[str, Mapping[str, str]] = Dict()

    def publish(
        self,
        data: dict[str, str],
        _metadata: Any = None,  # noqa: ANN401 - IPython's own signature
        *,
        transient: Mapping[str, str] | None = None,
        update: bool = False,
        **_: object,
    ) -> None:
        """Keep ``data``."""
        place = (transient or {}).get("display_id", f"output {len(self.shown)}")
        assert update == (place in self.shown)
        self.shown = {**self.shown, place: data}


class Notebook(InteractiveShell):
    """Runs cells; ``kernel`` makes wherry take it for a notebook, and ``errors`` has the texts shown in red."""

    kernel: Any = AnyTrait()
    errors: list[str] = List()

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - IPython's own signature
        super().__init__(display_pub_class=Outputs, **options)

    def _showtraceback(self, _kind: type, _error: BaseException | TracebackType, lines: list[str]) -> None:
        self.errors = [*self.errors, "\n".join(lines)]

    def run(self, cell: str) -> ExecutionResult:
        """Run ``cell``."""
        result = self.run_cell(cell)
        sys.stdout.flush()
        return result

    @property
    def texts(self) -> list[str]:
        """The outputs as text."""
        return [data["text/plain"] for data in self.display_pub.shown.values()]
