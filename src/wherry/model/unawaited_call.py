"""Show at a prompt that a call without ``await`` has not begun."""

from __future__ import annotations

import functools
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

__all__ = ["begins_when_awaited"]

Parameters = ParamSpec("Parameters")
Outcome = TypeVar("Outcome")


def begins_when_awaited(
    function: Callable[Parameters, Coroutine[Any, Any, Outcome]],
) -> Callable[Parameters, Coroutine[Any, Any, Outcome]]:
    """Let ``function`` return a coroutine whose ``repr()`` says that it must be awaited."""

    @functools.wraps(function)
    def call(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Coroutine[Any, Any, Outcome]:
        return _Call(function(*args, **kwargs))

    return call


class _Call(Coroutine[Any, Any, Outcome]):
    """A coroutine with another ``repr()``. Python's own type cannot be subclassed."""

    def __init__(self, coroutine: Coroutine[Any, Any, Outcome]) -> None:
        self._coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, Outcome]:
        return self._coroutine.__await__()

    def send(self, value: Any, /) -> Any:  # noqa: ANN401 - as the base class
        """Run to the next wait."""
        return self._coroutine.send(value)

    def throw(self, *args: Any) -> Any:  # noqa: ANN401 - as the base class
        """Raise an exception at the current wait."""
        return self._coroutine.throw(*args)

    def close(self) -> None:
        """End the coroutine at the current wait."""
        self._coroutine.close()

    def __getattr__(self, name: str) -> object:
        # asyncio shows a task by its coroutine's names, code and frame.
        return getattr(self._coroutine, name)

    def __repr__(self) -> str:
        # As in inspect.getcoroutinestate(), whose module takes long to import.
        if self.cr_frame is None or self.cr_running or self.cr_suspended:
            return repr(self._coroutine)
        name = self.__getattr__("__name__")
        return f"<{name}() has not begun: write await in front of it, as in: await wherry.{name}(…)>"
