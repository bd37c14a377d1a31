"""Functions that the generated methods of data classes share."""

from __future__ import annotations

import dataclasses
from typing import Any, NoReturn

UNSET: Any = object()
set_field = object.__setattr__


def replace(instance: Any, /, **changes: Any) -> Any:  # noqa: ANN401 - as in dataclasses
    """Replace :func:`dataclasses.replace`, which reads more of a class than is kept; also used as ``__replace__``."""
    names = getattr(instance, "__written_out__", None)
    if names is None:
        return dataclasses.replace(instance, **changes)
    return type(instance)(**{name: getattr(instance, name) for name in names if name not in changes}, **changes)


def refuse_setting(_: object, name: str, __: object) -> NoReturn:
    """Refuse an assignment: ``__setattr__`` of a frozen class."""
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def refuse_deleting(_: object, name: str) -> NoReturn:
    """Refuse a deletion: ``__delattr__`` of a frozen class."""
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def get_state(self: Any) -> list[object]:  # noqa: ANN401 - of any class
    """Return the values of the slots: ``__getstate__`` of a frozen class with slots."""
    return [getattr(self, name) for name in self.__slots__]


def set_state(self: Any, state: list[object]) -> None:  # noqa: ANN401 - of any class
    """Set the values of the slots: ``__setstate__`` of a frozen class with slots."""
    for name, value in zip(self.__slots__, state, strict=True):
        set_field(self, name, value)


def made(names: tuple[str, ...], computed: tuple[str, ...], frozen: bool) -> tuple[_Note, _Note]:  # noqa: FBT001
    """Return ``__dataclass_fields__`` and ``__dataclass_params__`` of a class with the fields *names*.

    They are created at their first use, such as by :func:`dataclasses.fields`. A field has its name, and whether it is
    one of *computed*, which ``__init__`` does not take. The parameters have *frozen*.
    """
    return _Note(names, computed, frozen=frozen), _Note(names, computed, frozen=frozen)


class _Note:
    def __init__(self, names: tuple[str, ...], computed: tuple[str, ...], *, frozen: bool) -> None:
        self._names = names
        self._computed = computed
        self._frozen = frozen

    def __set_name__(self, owner: type, name: str) -> None:
        self._owner = owner
        self._name = name

    def __get__(self, instance: object, owner: type) -> Any:  # noqa: ANN401 - as in dataclasses
        # From now on they are where dataclasses would have stored them.
        model = dataclasses.make_dataclass(
            self._owner.__name__,
            [(name, object, dataclasses.field(init=name not in self._computed)) for name in self._names],
            namespace={"__doc__": "."},  # without one it would be written, from a signature
            init=False,
            repr=False,
            eq=False,
            frozen=self._frozen,
        )
        note = getattr(model, self._name)
        setattr(self._owner, self._name, note)
        return note
