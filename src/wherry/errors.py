"""All errors that wherry raises on purpose.

The facts are attributes; ``str(error)`` is a sentence that names the thing, the place and the way out. This module
stands below all floors, so it imports none of them. Its helpers are at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

from wherry.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence


class WherryError(Exception):
    """The base of all errors that wherry raises on purpose."""

    code: ClassVar[str] = "error"  # stable, for programs; the message is for people and may change
    place: str = ""  # file and line of the requirement at fault, if it is in a requirements file

    def __init_subclass__(cls) -> None:
        """Make the message printable: it may quote any text."""
        if (tell := vars(cls).get("__str__")) is not None:
            cls.__str__ = lambda self: printable(tell(self))  # type: ignore[method-assign]

    def _render_traceback_(self) -> list[str]:
        # IPython and its kernels show this. The frames inside wherry explain nothing.
        from wherry.short_traceback import short_traceback

        return short_traceback(self)

    def facts(self) -> dict[str, object]:
        """Return the attributes as a JSON-able mapping."""
        return {name: _plain(value) for name, value in vars(self).items() if not name.startswith("_")}


# Requirements and options


@dataclass(eq=False)
class InvalidRequirement(WherryError):
    """A requirement, constraint or option that cannot be read (PEP 508)."""

    code = "invalid-requirement"
    requirement: str
    reason: str

    def __str__(self) -> str:
        return f"{_at(self.place)}{self.requirement!r} is not a valid requirement: {self.reason}"


@dataclass(eq=False)
class UnsupportedRequirement(WherryError):
    """A valid requirement that wherry does not support."""

    code = "unsupported-requirement"
    requirement: str
    reason: str

    def __str__(self) -> str:
        return f"{_at(self.place)}{self.requirement!r} cannot be installed: {self.reason}"


@dataclass(eq=False)
class InvalidRequirementsFile(WherryError):
    """A requirements file, pyproject.toml or script whose requirements cannot be read."""

    code = "invalid-requirements-file"
    file: str
    problem: str
    line: int | None = field(default=None, kw_only=True)  # counted from 1

    def __str__(self) -> str:
        return f"{_joined(self.file, _line(self.line))}: {self.problem}"


@dataclass(eq=False)
class InvalidLock(WherryError):
    """A lock that cannot be read, that contradicts itself, or that has nothing for this runtime (PEP 751)."""

    code = "invalid-lock"
    lock: str
    problem: str
    entry: str = field(default="", kw_only=True)  # such as packages[3] (numpy)
    line: int | None = field(default=None, kw_only=True)  # counted from 1
    hint: str = field(default="", kw_only=True)

    def __str__(self) -> str:
        return _advising(f"{_joined(self.lock, _line(self.line), self.entry)}: {self.problem}", self.hint)


@dataclass(eq=False)
class InvalidScriptMetadata(WherryError):
    """Inline metadata of a script that breaks PEP 723."""

    code = "invalid-script-metadata"
    problem: str
    line: int | None = field(default=None, kw_only=True)  # counted from 1
    file: str = field(default="", kw_only=True)  # empty if it is not known

    def __str__(self) -> str:
        place = _joined(self.file, _line(self.line))
        return f"The script's metadata is invalid{place and f' ({place})'}: {self.problem}"


@dataclass(eq=False)
class UnsupportedPython(WherryError):
    """A script or wheel that requires another Python than the running one."""

    code = "unsupported-python"
    requires_python: str
    python_version: str
    subject: str

    def __str__(self) -> str:
        return f"{self.subject} requires Python {self.requires_python}, but this is Python {self.python_version}"


@dataclass(eq=False)
class InvalidSource(WherryError):
    """Source code that cannot be compiled: that of a ``file``, or code given to install its imports."""

    code = "invalid-source"
    reason: str
    line: int | None = None  # counted from 1
    file: str = field(default="", kw_only=True)

    def __str__(self) -> str:
        if self.file:
            return f"{self.file} cannot be compiled: {self.reason}"
        return f"The source code whose imports were to be installed is not valid Python: {self.reason}"


@dataclass(eq=False)
class UnknownImports(WherryError):
    """Modules that no known project provides."""

    code = "unknown-imports"
    imports: Sequence[str]

    def __str__(self) -> str:
        projects = ", ".join(f"{top!r}: '<project>'" for top in _top_modules(self.imports))
        which, them = ("project provides", "it") if len(self.imports) == 1 else ("projects provide", "them")
        return f"Cannot tell which {which} {_listed(self.imports)}. Name {them}: projects={{{projects}}}"


@dataclass(eq=False)
class UnsupportedRuntime(WherryError):
    """A use of wherry outside Pyodide."""

    code = "unsupported-runtime"
    missing: str
    hint: str

    def __str__(self) -> str:
        return f"There is no {self.missing} here; {self.hint}"


@dataclass(eq=False)
class InvalidCommand(WherryError):
    """A command in a notebook's cell, such as ``%wherry install``, that cannot be read."""

    code = "invalid-command"
    command: str
    reason: str
    options: Sequence[str] = ()  # those that exist, if another was used

    def __str__(self) -> str:
        return _advising(
            f"{self.command}: {self.reason}", f"there are {', '.join(self.options)}" if self.options else ""
        )


# Resolution


class ResolutionError(WherryError):
    """No set of versions satisfies all requirements."""

    code = "resolution-failed"


@dataclass(frozen=True, slots=True)
class MissingProject:
    """A project without a usable release for a ``requirement``."""

    name: str
    requirement: str
    chain: Sequence[str]  # requirements from one of the caller's to this one
    code: str  # of the error for this project alone
    reason: str  # a phrase
    rejections: Sequence[tuple[str, str]] = ()  # filename and reason why it does not fit, newest first
    hint: str = ""  # a sentence


@dataclass(eq=False)
class UnknownProject(ResolutionError):
    """A project that is on no index."""

    code = "unknown-project"
    name: str
    index_urls: Sequence[str]
    required_by: Sequence[str] = ()
    similar: Sequence[str] = ()  # projects of the distribution with a module of this name, or names one slip away
    missing: Sequence[MissingProject] = ()  # all missing projects; ``name`` is the first
    hint: str = ""  # set if the name is a module of Python

    def __str__(self) -> str:
        if len(self.missing) > 1:
            return list_missing(self.missing)
        subject = f"There is no project named {self.name!r}{_askers(self.required_by, self.missing)}"
        hint = _meant(self.similar) or self.hint or "check the spelling, or name another index"
        return f"{subject} on {', '.join(self.index_urls) or 'any index'}; {hint}"


@dataclass(eq=False)
class NoFittingWheel(ResolutionError):
    """A project none of whose files can be installed here."""

    code = "no-fitting-wheel"
    requirement: str
    rejections: Sequence[tuple[str, str]]  # filename and reason why it does not fit, newest first
    required_by: Sequence[str] = ()
    hint: str = ""  # a sentence
    reason: str = "no file that fits"  # names the files that exist
    missing: Sequence[MissingProject] = ()  # all missing projects; ``requirement`` is for the first without a wheel

    @property
    def files(self) -> Sequence[tuple[str, str]]:
        """The files of all projects without a wheel, each with the reason why it does not fit."""
        return [each for project in self.missing for each in project.rejections] or self.rejections

    def __str__(self) -> str:
        if len(self.missing) > 1:
            return list_missing(self.missing)
        problem = f"{self.requirement}{_askers(self.required_by, self.missing)} has {self.reason}"
        return f"{problem}\n{self.hint}" if self.hint else problem


@dataclass(eq=False)
class ResolutionConflict(ResolutionError):
    """Requirements that exclude each other."""

    code = "resolution-conflict"
    explanation: str
    clashes: Sequence[tuple[str, str | None]]  # requirement and requirer, which is None for the caller

    def __str__(self) -> str:
        return self.explanation


@dataclass(eq=False)
class ResolutionTooDeep(ResolutionError):
    """A search that reached its limit; an answer may exist."""

    code = "resolution-too-deep"
    effort: str  # the work done, a phrase
    trying: Sequence[str]  # the last projects of the search

    def __str__(self) -> str:
        projects = ", ".join(self.trying)
        return (
            f"No answer was found with {self.effort}, the last of them about {projects}; "
            "ask for narrower versions of these"
        )


# The network


@dataclass(eq=False)
class IndexUnavailable(WherryError):
    """An index, or a file that it names, that could not be read."""

    code = "index-unavailable"
    url: str
    reason: str
    attempts: int = field(default=1, kw_only=True)
    hint: str = field(default="", kw_only=True)

    def __str__(self) -> str:
        return self._sentence(f"{self.url} could not be read: {self.reason}")

    def _sentence(self, problem: str) -> str:
        tried = f" (tried {self.attempts} times)" if self.attempts > 1 else ""
        return _advising(f"{problem}{tried}", self.hint)


UnreachableKind = Literal["offline", "dns", "tls", "refused", "cors", "timeout", "cut", "portal", "missing", "unknown"]


@dataclass(eq=False)
class IndexUnreachable(IndexUnavailable):
    """An index that sent no HTTP answer, or only part of one."""

    code = "index-unreachable"
    kind: UnreachableKind = field(default="unknown", kw_only=True)  # as far as the platform reports it

    def __str__(self) -> str:
        return self._sentence(f"No answer from {self.url}: {self.reason}")


@dataclass(eq=False)
class AnswerTooLarge(IndexUnavailable):
    """An answer above the limit, which was not read further, or one that does not fit into memory."""

    code = "answer-too-large"
    limit: int | None = field(kw_only=True)  # bytes; None if memory ran out

    def __str__(self) -> str:
        return self._sentence(f"{self.url} is too large: {self.reason}")


@dataclass(eq=False)
class RefusedByIndex(IndexUnavailable):
    """An HTTP error of the index."""

    code = "refused-by-index"
    status: int = field(kw_only=True)

    def __str__(self) -> str:
        return self._sentence(f"{self.url} answered with {self.reason}")


class InvalidIndexPage(IndexUnavailable):
    """An answer that is not a project page of the Simple API."""

    code = "invalid-index-page"

    def __str__(self) -> str:
        return self._sentence(f"{self.url} is not a project page of a package index: {self.reason}")


# Files


@dataclass(eq=False)
class IntegrityError(WherryError):
    """Bytes that differ from those that the index, a lock file or a requirements file (``place``) specifies."""

    code = "integrity-error"
    subject: str
    expected: str
    actual: str
    hint: str = field(default="", kw_only=True)  # names an older release, if there is one

    def __str__(self) -> str:
        source = self.place or "the index"
        text = f"{self.subject} does not match {source}: expected {self.expected}, got {self.actual}"
        return _advising(text, self.hint)


@dataclass(eq=False)
class MissingHash(WherryError):
    """A requirement without a hash where another has one: then all need one, and so do dependencies."""

    code = "missing-hash"
    requirement: str
    required_by: Sequence[str]
    first: str  # file and line of the first hash
    hash: str | None = None  # of the chosen file, as the index gives it

    def __str__(self) -> str:
        line = f"{self.requirement} --hash={self.hash or 'sha256:…'}"
        return (
            f"{self.requirement}{_askers(self.required_by)} has no hash, but every requirement needs one, because of "
            f"{self.first}. If its file can be trusted, add: {line}"
        )


@dataclass(eq=False)
class InvalidMetadata(WherryError):
    """Core metadata that cannot be read."""

    code = "invalid-metadata"
    subject: str
    problem: str  # names the field

    def __str__(self) -> str:
        return f"The metadata of {self.subject} is invalid: {self.problem}"


@dataclass(eq=False)
class InvalidWheel(WherryError):
    """A wheel that breaks its specification."""

    code = "invalid-wheel"
    shown: ClassVar[int] = 20
    filename: str
    problems: Sequence[str]  # all of them
    hint: str = field(default="", kw_only=True)  # names an older release, if there is one

    def __str__(self) -> str:
        problems = "; ".join(self.problems[: self.shown])
        more = _more("; and", self.problems, self.shown)
        return _advising(f"{self.filename} is not a valid wheel: {problems}{more}", self.hint)


@dataclass(eq=False)
class UnsupportedWheel(WherryError):
    """A valid wheel that cannot work in this runtime."""

    code = "unsupported-wheel"
    filename: str
    reason: str
    missing: Sequence[tuple[str, str]] = ()  # shared library that was not found, and the file that needs it

    def __str__(self) -> str:
        return f"{_at(self.place)}{self.filename} cannot be installed here: {self.reason}"


# The environment


@dataclass(eq=False)
class InstallConflict(WherryError):
    """A file that differs from one of another distribution, or from one that is in no RECORD, at the same path."""

    code = "install-conflict"
    no_record: ClassVar[str] = "no RECORD"  # the owner of a file that belongs to no distribution
    path: str
    owner: str
    newcomer: str
    overwrite: Sequence[str] = ()  # names for the option, to install ``newcomer``; empty if it cannot help

    def __str__(self) -> str:
        subject = f"{self.newcomer} would overwrite {self.path}, which"
        if self.owner == self.no_record:
            return f"{subject} is in {self.owner} and has other content; move it away if it is not needed"
        if not self.overwrite:
            return f"{subject} belongs to {self.owner}"
        return (
            f"{subject} belongs to {self.owner} and has other content; leave one of them out, or name the one whose "
            f"files may be replaced: overwrite={_tuple(self.overwrite)}"
        )


@dataclass(eq=False)
class NotInstalled(WherryError):
    """Distributions to uninstall that are not installed."""

    code = "not-installed"
    names: Sequence[str]

    def __str__(self) -> str:
        return f"Not installed: {', '.join(self.names)}"


@dataclass(eq=False)
class UnknownScript(WherryError):
    """A script that no installed distribution has."""

    code = "unknown-script"
    shown: ClassVar[int] = 12
    name: str
    similar: Sequence[str] = ()  # scripts one slip away, and those of a distribution of this name
    scripts: Sequence[tuple[str, str]] = ()  # all scripts with their distributions

    def __str__(self) -> str:
        subject = f"No installed distribution has a script named {self.name!r}"
        scripts = ", ".join(f"{script} (of {distribution})" for script, distribution in self.scripts[: self.shown])
        listed = f"there are {scripts}{_more(' and', self.scripts, self.shown)}"
        none = "there are no scripts. Install the distribution that has it"
        return f"{subject}; {_meant(self.similar) or (listed if scripts else none)}"


@dataclass(eq=False)
class UninstallRefused(WherryError):
    """A distribution that cannot be uninstalled without guessing."""

    code = "uninstall-refused"
    distribution: str
    reason: str

    def __str__(self) -> str:
        return f"{self.distribution} cannot be uninstalled: {self.reason}"


@dataclass(eq=False)
class RecoveryFailed(WherryError):
    """An interrupted change that could not be rolled back; until then, nothing else is changed."""

    code = "recovery-failed"
    kept: str  # the folder with its files
    problem: str

    def __str__(self) -> str:
        ways = f"remove the cause and try again, or save the files you need from {self.kept}, then delete it"
        return f"{self.problem}: {ways}"


# Helpers


def list_missing(missing: Sequence[MissingProject]) -> str:
    """Return a message about several missing projects, one line each, with their hints below."""
    lines = [f"  {' → '.join(project.chain)}: {project.reason}" for project in missing]
    hints = dict.fromkeys(project.hint for project in missing if project.hint)
    return "\n".join([f"{len(missing)} requirements cannot be met:", *lines, *hints])


def _askers(required_by: Sequence[str], missing: Sequence[MissingProject] = ()) -> str:
    chain = missing[0].chain if missing else ()
    if len(chain) > 1:
        return f" ({' → '.join(chain)})"
    return f" (required by {', '.join(required_by)})" if required_by else ""


def _advising(sentence: str, hint: str) -> str:
    return f"{sentence}; {hint}" if hint else sentence


def _meant(similar: Sequence[str]) -> str:
    return f"did you mean {' or '.join(similar)}?" if similar else ""


def _at(place: str) -> str:
    return f"{place}: " if place else ""


def _line(number: int | None) -> str:
    return "" if number is None else f"line {number}"


def _joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _listed(names: Sequence[str]) -> str:
    *others, last = map(repr, names)
    return f"{', '.join(others)} and {last}" if others else last


def _top_modules(imports: Sequence[str]) -> Sequence[str]:
    return [*dict.fromkeys(name.partition(".")[0] for name in imports)]


def _more(word: str, items: Sequence[object], shown: int) -> str:
    return f"{word} {len(items) - shown} more" if len(items) > shown else ""


def _tuple(names: Sequence[str]) -> str:
    written = ", ".join(f'"{name}"' for name in names)
    return f"({written},)" if len(names) == 1 else f"({written})"


def _plain(value: object) -> object:
    """Return ``value`` in types that JSON has."""
    if isinstance(value, MissingProject):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [_plain(item) for item in value]
    return str(value)
