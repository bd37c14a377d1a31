"""The interface to the JavaScript side.

Arguments and results are JSON text, so neither language holds objects of the other that must be freed. Names are
camelCase in JavaScript and snake_case in Python; only this module translates them.

``attach()`` waits until this module is imported, so each call imports the modules that it needs.
"""

from __future__ import annotations

import asyncio
import json
import re
from functools import cached_property
from typing import TYPE_CHECKING

from wherry.default import use_default
from wherry.installation.staging_root import was_interrupted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from contextlib import AbstractContextManager
    from typing import Any, TypeAlias, TypeVar

    from wherry.errors import WherryError
    from wherry.formats.script_metadata import ScriptMetadata
    from wherry.index.cache import Cache
    from wherry.index.index import Index
    from wherry.index.lock_files import GivenLock
    from wherry.index.network import Network
    from wherry.installer import Installer
    from wherry.model.progress import OnProgress, Progress
    from wherry.resolution.resolution import Resolution

    Listener: TypeAlias = Callable[[str], object]
    Method: TypeAlias = Callable[[Mapping[str, Any], OnProgress], Awaitable[object]]
    Result = TypeVar("Result")
    Kind = TypeVar("Kind", bound=Installer)

__all__ = ["Bridge"]

LOCK_FORMATS = ("pylock", "pyodide-lock")


class Bridge:
    """An :class:`~wherry.installer.Installer`, which is the default one, behind one method.

    *options_json* is an object with the options of ``attach()``: ``asMicropip``, ``bytecode``, ``indexUrls``,
    ``limits``, ``network``, ``prefer`` and ``strict``, and ``constraints`` and ``overwrite`` for every call. *cache* is
    its ``cache``, a JavaScript object.
    """

    def __init__(self, options_json: str, cache: object = None) -> None:
        self._attach_options = json.loads(options_json)
        self._kept_by = cache
        use_default(lambda: self._installer)
        self._running: dict[int | None, asyncio.Task[Any]] = {}
        self._methods: Mapping[str, Method] = {
            "bundle": self._bundle,
            "check": self._check,
            "environment": self._environment,
            "explain": self._explain,
            "explainLock": self._explain_lock,
            "install": self._install,
            "installImports": self._install_imports,
            "installLock": self._install_lock,
            "installed": self._installed,
            "lock": self._lock,
            "resolve": self._resolve,
            "runFile": self._run_file,
            "runModule": self._run_module,
            "runScript": self._run_script,
            "scriptMetadata": self._script_metadata,
            "tree": self._tree,
            "uninstall": self._uninstall,
            "why": self._why,
        }
        if self._attach_options.get("asMicropip"):
            from wherry.micropip.standing_in import as_micropip

            as_micropip()
        if was_interrupted():
            # Making the installer rolls it back, so that half-installed packages cannot be imported.
            _ = self._installer

    @cached_property
    def _installer(self) -> Installer:
        from wherry.installer import Installer

        return self._make(Installer)

    def _make(self, kind: type[Kind]) -> Kind:
        from wherry.model.archive_limits import ArchiveLimits

        return kind(
            index_urls=_indexes(self._attach_options.get("indexUrls")),
            network=self._network,
            cache=self._cache,
            limits=self._group("limits", ArchiveLimits),
            prefer=self._attach_options.get("prefer") or "distribution",
            constraints=self._attach_options.get("constraints") or (),
            overwrite=self._attach_options.get("overwrite") or (),
            strict=bool(self._attach_options.get("strict")),
            bytecode=self._attach_options.get("bytecode") is not False,
        )

    @property
    def _cache(self) -> Cache | None:
        if self._kept_by is None:
            return None
        from wherry.runtime.cache import JsCache

        return JsCache(self._kept_by, self._network.max_archive_size)

    @cached_property
    def _network(self) -> Network:
        from wherry.index.network import Network

        return self._group("network", Network)

    def _group(self, option: str, kind: Callable[..., Result]) -> Result:
        """Make a *kind* from an option of ``attach()`` that is an object; with defaults if it was left out."""
        fields = self._attach_options.get(option) or {}
        return _apply(kind, **{_snake_case(name): value for name, value in fields.items()})

    def call(
        self, method: str, arguments_json: str, on_progress: Listener | None = None, ticket: int | None = None
    ) -> asyncio.Task[str]:
        """Call *method* with an object of named arguments; *on_progress* receives each event as JSON.

        The result is ``{"value": …}``, or ``{"error": {type, code, message, facts}}`` for errors of wherry and for
        invalid arguments. Any other exception is a bug, and propagates. Until its work is done, :meth:`cancel` can end
        the call by its *ticket*, a number that the caller chose.
        """
        # A task at once, so that it can be cancelled before it has begun.
        task = asyncio.ensure_future(self._call(method, arguments_json, self._listen(on_progress, ticket)))
        self._running[ticket] = task
        task.add_done_callback(lambda _: self._running.pop(ticket, None))
        return task

    async def _call(self, method: str, arguments_json: str, on_progress: OnProgress) -> str:
        from wherry.errors import WherryError

        try:
            value = await self._methods[method](json.loads(arguments_json), on_progress)
        except WherryError as error:
            return json.dumps({"error": _describe(error)})
        except _Misuse as error:
            return json.dumps({"error": {"type": "TypeError", "code": "", "message": str(error)}})
        return json.dumps({"value": value})

    def cancel(self, ticket: int) -> None:
        """Cancel the call that has *ticket*, which then raises ``CancelledError``; do nothing if it is done."""
        # Once: another cancellation would interrupt the cleanup after the first.
        if (task := self._running.pop(ticket, None)) is not None:
            task.cancel()

    def _listen(self, on_progress: Listener | None, ticket: int | None) -> OnProgress:
        def hear(event: Progress) -> None:
            if event.phase == "done":
                self._running.pop(ticket, None)
            if on_progress is not None:
                on_progress(json.dumps(_camel_case_keys(event.to_dict())))

        return hear

    async def _install(self, arguments: Mapping[str, Any], on_progress: OnProgress) -> object:
        with self._first_pages(arguments):
            await _yield_to_requests()
            options = _options(arguments, on_progress)
            report = await _apply(self._installer.install, *arguments["requirements"], **options)
        return report.to_dict()

    async def _install_imports(self, arguments: Mapping[str, Any], on_progress: OnProgress) -> object:
        options = _options(arguments, on_progress)
        source, projects = options.pop("source"), options.pop("projects", None)
        _apply(self._installer.install, **options).close()
        report = await self._installer.install_imports(source, projects=projects, **options)
        return report.to_dict()

    async def _resolve(self, arguments: Mapping[str, Any], on_progress: OnProgress) -> object:
        return _camel_case_keys((await self._decide(arguments, on_progress)).to_dict())

    async def _explain(self, arguments: Mapping[str, Any], on_progress: OnProgress) -> object:
        """Resolve; return also the tree of requirements, and the chains to the project ``name``, if given."""
        return _explanation(await self._decide(arguments, on_progress), arguments.get("name"))

    async def _lock(self, arguments: Mapping[str, Any], on_progress: OnProgress) -> object:
        """Make a lock; return its text, its pins, its warnings, and its changes to the lock ``existing``, if given."""
        with self._first_pages(arguments):
            await _yield_to_requests()
            options = _options(arguments, on_progress)
            form, others = options.pop("format", None) or "pylock", options.pop("others", True)
            base = _cdn() if options.pop("absolute", False) else None
            if form not in LOCK_FORMATS:
                raise _Misuse(f"format must be one of {', '.join(LOCK_FORMATS)}, not {form!r}")
            lock = await _apply(self._installer.lock, *arguments["requirements"], **options)
        return {
            "text": lock.to_pyodide_lock(others=others, base=base) if form == "pyodide-lock" else str(lock),
            "pins": lock.pins,
            "changes": [change.to_dict() for change in lock.changes],
            "warnings": list(lock.warnings),
        }

    async def _install_lock(self, arguments: Mapping[str, Any], on_progress: OnProgress) -> object:
        options = _options(arguments, on_progress)
        lock = _given_lock(options)
        return (await _apply(self._installer.install_lock, lock, **options)).to_dict()

    async def _bundle(self, arguments: Mapping[str, Any], on_progress: OnProgress) -> object:
        """Write the bundle of a lock into ``folder``; return the sizes of its packages, and the warnings."""
        from wherry.bundler import Bundler

        options = _options(arguments, on_progress)
        lock = _given_lock(options)
        return (await _apply(self._make(Bundler).bundle, lock, **options)).to_dict()

    async def _explain_lock(self, arguments: Mapping[str, Any], on_progress: OnProgress) -> object:
        """Return what :meth:`_explain` returns, for the packages of a lock."""
        options = _options(arguments, on_progress)
        options = {name: value for name, value in options.items() if name != "on_progress"}
        resolution = await _apply(self._installer.resolve_lock, _given_lock(options), **options)
        return _explanation(resolution, arguments.get("name"))

    async def _decide(self, arguments: Mapping[str, Any], on_progress: OnProgress) -> Resolution:
        with self._first_pages(arguments):
            await _yield_to_requests()
            options = _options(arguments, on_progress)
            return await _apply(self._installer.resolve, *arguments["requirements"], **options)

    def _first_pages(self, arguments: Mapping[str, Any]) -> AbstractContextManager[None]:
        """Request the first pages before the modules that read them are imported."""
        from wherry._default_index import DEFAULT_INDEX_URL
        from wherry.index.index import read_indexes
        from wherry.runtime.fetch import begun_early
        from wherry.runtime.first_pages import first_pages

        named = arguments.get("indexUrls") or self._attach_options.get("indexUrls")
        indexes = read_indexes(_indexes(named) or DEFAULT_INDEX_URL)
        defaults = {"prefer": self._attach_options.get("prefer")}
        return begun_early(first_pages(defaults | {**arguments}, indexes), self._network)

    async def _uninstall(self, arguments: Mapping[str, Any], _: OnProgress) -> object:
        return self._installer.uninstall(*arguments["names"]).to_dict()

    async def _installed(self, _: Mapping[str, Any], __: OnProgress) -> object:
        return [distribution.to_dict() for distribution in self._installer.installed()]

    async def _check(self, _: Mapping[str, Any], __: OnProgress) -> object:
        return _camel_case_keys(self._installer.check().to_dict())

    async def _tree(self, _: Mapping[str, Any], __: OnProgress) -> object:
        return _camel_case_keys(self._installer.tree().to_dict())

    async def _why(self, arguments: Mapping[str, Any], _: OnProgress) -> object:
        return _camel_case_keys(self._installer.why(arguments["name"]).to_dict())

    async def _environment(self, _: Mapping[str, Any], __: OnProgress) -> object:
        from wherry.model.environment import Environment

        environment = Environment.current()
        return {"pythonVersion": str(environment.python_version), "platform": environment.platform}

    async def _script_metadata(self, arguments: Mapping[str, Any], _: OnProgress) -> object:
        metadata = _read_script_metadata(arguments["file"])
        options = {"prefer": metadata.prefer} if metadata.prefer else {}
        return {"dependencies": list(metadata.dependencies), "options": options}

    async def _run_script(self, arguments: Mapping[str, Any], _: OnProgress) -> object:
        return self._installer.run_script(arguments["name"], arguments["args"])

    async def _run_file(self, arguments: Mapping[str, Any], _: OnProgress) -> object:
        from wherry.runtime.program import run_file

        return run_file(arguments["file"], arguments["argv"], arguments["workingDirectory"])

    async def _run_module(self, arguments: Mapping[str, Any], _: OnProgress) -> object:
        from wherry.runtime.program import run_module

        return run_module(arguments["name"], arguments["argv"], arguments["workingDirectory"])


def _cdn() -> str | None:
    from wherry.runtime.distribution import cdn_url

    return cdn_url()


async def _yield_to_requests() -> None:
    """Let requests leave, which takes some turns of Node's event loop, before imports block it."""
    for _ in range(4):
        await asyncio.sleep(0)


def _options(arguments: Mapping[str, Any], on_progress: OnProgress) -> dict[str, Any]:
    options = {_snake_case(name): value for name, value in arguments.items() if name not in {"requirements", "name"}}
    if "index_urls" in options:
        options["index_urls"] = _indexes(options["index_urls"])
    return options | {"on_progress": on_progress}


def _explanation(resolution: Resolution, name: str | None) -> object:
    why = resolution.why(name).to_dict() if name is not None else None
    return _camel_case_keys({"resolution": resolution.to_dict(), "tree": resolution.tree().to_dict(), "why": why})


def _given_lock(options: dict[str, Any]) -> GivenLock:
    """Take the options about the lock itself out of ``options``."""
    from wherry.index.lock_files import GivenLock

    fields = {"lock": "lock", "location": "location", "document": "document_json", "begun": "begun"}
    fields |= {"note": "note", "integrity": "integrity", "meets": "requirements", "meets_name": "asker"}
    given = {field: options.pop(option, None) for option, field in fields.items()}
    return _apply(GivenLock, **{field: value for field, value in given.items() if value is not None})


def _indexes(named: str | Iterable[str | Mapping[str, Any]] | None) -> tuple[str | Index, ...]:
    """Return the indexes that JavaScript names: URLs, or objects with the fields of an :class:`Index`."""
    from wherry.index.index import Index

    if isinstance(named, str):
        return (named,)
    return tuple(index if isinstance(index, str) else _apply(Index, **index) for index in named or ())


class _Misuse(TypeError):
    """Invalid arguments."""


def _apply(function: Callable[..., Result], *arguments: object, **options: object) -> Result:
    """Call *function*, a class or an asynchronous function: an immediate TypeError is about its arguments."""
    try:
        return function(*arguments, **options)
    except TypeError as error:
        raise _Misuse(*error.args) from error


def _read_script_metadata(path: str) -> ScriptMetadata:
    """Read the metadata of the script at *path*, empty if it has none. Raise an error if it needs another Python."""
    from importlib.util import decode_source
    from pathlib import Path

    from wherry.errors import InvalidScriptMetadata, UnsupportedPython
    from wherry.formats.script_metadata import ScriptMetadata, parse_script_metadata
    from wherry.model.environment import Environment

    file = Path(path)
    try:
        source = decode_source(file.read_bytes())
    except (SyntaxError, UnicodeDecodeError) as error:
        problem = f"the file cannot be decoded: {error}"
        raise InvalidScriptMetadata(problem, file=file.name) from error
    try:
        metadata = parse_script_metadata(source) or ScriptMetadata()
    except InvalidScriptMetadata as error:
        error.file = file.name
        raise
    required, running = metadata.requires_python, Environment.current().python_version
    if required is not None and not required.contains(running, prereleases=True):
        raise UnsupportedPython(str(required), str(running), file.name)
    return metadata


def _describe(error: WherryError) -> dict[str, object]:
    return {
        "type": type(error).__name__,
        "code": error.code,
        "message": str(error),
        "facts": {_camel_case(name): value for name, value in error.facts().items()},
    }


def _camel_case_keys(value: object) -> object:
    """Rename all keys in *value*. A project's normalized name has no underscore, and does not change."""
    if isinstance(value, dict):
        return {_camel_case(key): _camel_case_keys(item) for key, item in value.items()}
    return [_camel_case_keys(item) for item in value] if isinstance(value, list) else value


def _snake_case(name: str) -> str:
    return re.sub(r"[A-Z]", lambda capital: f"_{capital[0].lower()}", name)


def _camel_case(name: str) -> str:
    return re.sub(r"_([a-z])", lambda initial: initial[1].upper(), name)
