"""The logger of micropip, which prints to standard output."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["setup_logging"]

LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


class _Printer(logging.Handler):
    """Prints each message to the present standard output, which a test or a notebook may redirect."""

    def emit(self, record: logging.LogRecord) -> None:
        level = f"{record.levelname}: " if record.levelno >= logging.WARNING else ""
        sys.stdout.write(f"{level}{record.getMessage()}\n")


class _Logger:
    """The logger, with its level for a while."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any attribute of a logger
        return getattr(self._logger, name)

    @contextmanager
    def ctx_level(self, verbosity: int | None = None) -> Iterator[logging.Logger]:
        """Set the level for the block: 0 (``False``, or less) for warnings, 1 (or ``True``) for messages, 2 for all."""
        before = self._logger.level
        if verbosity is not None:
            if verbosity >= len(LEVELS):
                raise ValueError(f"verbose={verbosity} is none of False, True, 0, 1 and 2")
            self._logger.setLevel(LEVELS[max(verbosity, 0)])
        try:
            yield self._logger
        finally:
            self._logger.setLevel(before)


def setup_logging() -> _Logger:
    """Return the logger named ``micropip``."""
    logger = logging.getLogger("micropip")
    if not any(isinstance(handler, _Printer) for handler in logger.handlers):
        logger.addHandler(_Printer())
    return _Logger(logger)
