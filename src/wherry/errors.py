"""Everything wherry raises on purpose.

Facts are attributes; the sentence a person reads is ``str(error)``. It names the thing, the place and the way out. This
module stands below all floors, so it imports none of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

from wherry.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence


class WherryError(Exception):
    """Base of every error wherry raises on purpose.

    ``code`` is stable and made for programs; the message is made for people and may change. ``place`` is the file and
    line of the requirement that is to blame, where it stands in a requirements file.
    """

    code: ClassVar[str] = "error"
    place: str = ""

    def __init_subclass__(cls) -> None:
        """Make the sentence printable, whatever texts of others it quotes."""
        if (tell := vars(cls).get("__str__")) is not None:
            cls.__str__ = lambda self: printable(tell(self))  # type: ignore[method-assign]

    def facts(self) -> dict[str, object]:
        """Return the attributes as a JSON-able mapping."""
        return {name: _plain(value) for name, value in vars(self).items() if not name.startswith("_")}


def _plain(value: object) -> object:
    if isinstance(value, MissingProject):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [_plain(item) for item in value]
    return str(value)


# What was asked


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
    """A requirement that is valid but which this wherry cannot serve."""

    code = "unsupported-requirement"
    requirement: str
    reason: str

    def __str__(self) -> str:
        return f"{_at(self.place)}{self.requirement!r} cannot be installed: {self.reason}"


def _advising(sentence: str, hint: str) -> str:
    return f"{sentence}; {hint}" if hint else sentence


def _at(place: str) -> str:
    return f"{place}: " if place else ""


@dataclass(eq=False)
class InvalidRequirementsFile(WherryError):
    """A requirements file, pyproject.toml or script whose requirements cannot be read; ``line`` counts from 1."""

    code = "invalid-requirements-file"
    file: str
    problem: str
    line: int | None = field(default=None, kw_only=True)

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line is not None else self.file
        return f"{place}: {self.problem}"


@dataclass(eq=False)
class InvalidScriptMetadata(WherryError):
    """A script's inline metadata that breaks PEP 723; ``file`` is empty where it is not known."""

    code = "invalid-script-metadata"
    problem: str
    line: int | None = field(default=None, kw_only=True)
    file: str = field(default="", kw_only=True)

    def __str__(self) -> str:
        parts = [self.file] if self.file else []
        place = ", ".join(parts + [f"line {self.line}"] * (self.line is not None))
        place = place and f" ({place})"
        return f"The script's metadata is invalid{place}: {self.problem}"


@dataclass(eq=False)
class UnsupportedPython(WherryError):
    """Something that asks for another Python than the one that runs."""

    code = "unsupported-python"
    requires_python: str
    python_version: str
    subject: str

    def __str__(self) -> str:
        return f"{self.subject} requires Python {self.requires_python}, but this is Python {self.python_version}"


@dataclass(eq=False)
class InvalidSource(WherryError):
    """Source code that cannot be compiled: a program or script in ``file``, or code whose imports were to be installed.

    ``line`` counts from 1.
    """

    code = "invalid-source"
    reason: str
    line: int | None = None
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
        tops = dict.fromkeys(name.partition(".")[0] for name in self.imports)
        projects = ", ".join(f"{top!r}: '<project>'" for top in tops)
        which, them = ("project provides", "it") if len(self.imports) == 1 else ("projects provide", "them")
        return f"Cannot tell which {which} {_listed(self.imports)}. Name {them}: projects={{{projects}}}"


def _listed(names: Sequence[str]) -> str:
    *others, last = map(repr, names)
    return f"{', '.join(others)} and {last}" if others else last


@dataclass(eq=False)
class UnsupportedRuntime(WherryError):
    """wherry was used where there is no Pyodide to work in."""

    code = "unsupported-runtime"
    missing: str
    hint: str

    def __str__(self) -> str:
        return f"There is no {self.missing} here; {self.hint}"


# What was decided


class ResolutionError(WherryError):
    """No set of versions satisfies everything that is required."""

    code = "resolution-failed"


@dataclass(frozen=True, slots=True)
class MissingProject:
    """A project that cannot be had for a ``requirement``.

    ``chain`` leads to it from what was asked for, in requirements. ``code`` is that of the error which tells of it
    alone, ``reason`` says in a phrase what is missing. ``rejections`` pairs each filename with the reason why it does
    not fit, newest first. ``hint`` is a sentence.
    """

    name: str
    requirement: str
    chain: Sequence[str]
    code: str
    reason: str
    rejections: Sequence[tuple[str, str]] = ()
    hint: str = ""


@dataclass(eq=False)
class UnknownProject(ResolutionError):
    """No index has the project.

    ``similar`` are projects of the distribution with a module of that name, or known projects whose names differ by one
    slip; ``hint`` says that it is a module of Python. ``missing`` has all projects that cannot be had, of which
    ``name`` is the first.
    """

    code = "unknown-project"
    name: str
    index_urls: Sequence[str]
    required_by: Sequence[str] = ()
    similar: Sequence[str] = ()
    missing: Sequence[MissingProject] = ()
    hint: str = ""

    def __str__(self) -> str:
        if len(self.missing) > 1:
            return list_missing(self.missing)
        places = ", ".join(self.index_urls) or "any index"
        hint = (
            f"did you mean {' or '.join(self.similar)}?"
            if self.similar
            else self.hint or "check the spelling, or name another index"
        )
        askers = _askers(self.required_by, self.missing)
        return f"There is no project named {self.name!r}{askers} on {places}; {hint}"


@dataclass(eq=False)
class NoFittingWheel(ResolutionError):
    """The project exists, but none of its files can be installed here; ``reason`` says which files there are.

    ``rejections`` pairs each filename with the reason why it does not fit, newest first. ``hint`` is what would
    help, in a sentence. ``missing`` has all projects that cannot be had, of which that of ``requirement`` is the first
    without a wheel.
    """

    code = "no-fitting-wheel"
    requirement: str
    rejections: Sequence[tuple[str, str]]
    required_by: Sequence[str] = ()
    hint: str = ""
    reason: str = "no file that fits"
    missing: Sequence[MissingProject] = ()

    @property
    def files(self) -> Sequence[tuple[str, str]]:
        """The files of all projects without a wheel, each with the reason why it does not fit."""
        found = [rejection for project in self.missing for rejection in project.rejections]
        return found or self.rejections

    def __str__(self) -> str:
        if len(self.missing) > 1:
            return list_missing(self.missing)
        lines = [f"{self.requirement}{_askers(self.required_by, self.missing)} has {self.reason}", self.hint]
        return "\n".join(filter(None, lines))


def _askers(required_by: Sequence[str], missing: Sequence[MissingProject] = ()) -> str:
    chain = missing[0].chain if missing else ()
    if len(chain) > 1:
        return f" ({' → '.join(chain)})"
    return f" (required by {', '.join(required_by)})" if required_by else ""


def list_missing(missing: Sequence[MissingProject]) -> str:
    """Tell of several projects, a line each, and what would help."""
    lines = [f"  {' → '.join(project.chain)}: {project.reason}" for project in missing]
    hints = dict.fromkeys(project.hint for project in missing if project.hint)
    return "\n".join([f"{len(missing)} requirements cannot be met:", *lines, *hints])


@dataclass(eq=False)
class ResolutionConflict(ResolutionError):
    """Requirements that exclude each other.

    ``clashes`` holds pairs (requirement, who requires it); the second is ``None`` for what the caller asked for.
    """

    code = "resolution-conflict"
    explanation: str
    clashes: Sequence[tuple[str, str | None]]

    def __str__(self) -> str:
        return self.explanation


@dataclass(eq=False)
class ResolutionTooDeep(ResolutionError):
    """The search was ended after so much ``effort``: an answer may exist, but was not found.

    ``trying`` are the projects that the search was at.
    """

    code = "resolution-too-deep"
    effort: str
    trying: Sequence[str]

    def __str__(self) -> str:
        return (
            f"No answer was found with {self.effort}, the last of them about {', '.join(self.trying)}; "
            "ask for narrower versions of these"
        )


# The network


@dataclass(eq=False)
class IndexUnavailable(WherryError):
    """The index, or a file it names, could not be read, though it was asked for ``attempts`` times."""

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
    """No HTTP answer of the index came, or not all of it; ``kind`` says why, as far as the platform tells."""

    code = "index-unreachable"
    kind: UnreachableKind = field(default="unknown", kw_only=True)

    def __str__(self) -> str:
        return self._sentence(f"No answer from {self.url}: {self.reason}")


@dataclass(eq=False)
class AnswerTooLarge(IndexUnavailable):
    """An answer of more than ``limit`` bytes, which was not read further, or one that the memory is too small for."""

    code = "answer-too-large"
    limit: int | None = field(kw_only=True)

    def __str__(self) -> str:
        return self._sentence(f"{self.url} is too large: {self.reason}")


@dataclass(eq=False)
class RefusedByIndex(IndexUnavailable):
    """The index answered with an HTTP error; ``status`` is its code."""

    code = "refused-by-index"
    status: int = field(kw_only=True)

    def __str__(self) -> str:
        return self._sentence(f"{self.url} answered with {self.reason}")


class InvalidIndexPage(IndexUnavailable):
    """Something answered, but not with a project page of the Simple API."""

    code = "invalid-index-page"

    def __str__(self) -> str:
        return self._sentence(f"{self.url} is not a project page of a package index: {self.reason}")


# What came


@dataclass(eq=False)
class IntegrityError(WherryError):
    """Bytes that are not those which the index, a lock file or a requirements file (at ``place``) promised.

    ``hint`` names an older release, where there is one.
    """

    code = "integrity-error"
    subject: str
    expected: str
    actual: str
    hint: str = field(default="", kw_only=True)

    def __str__(self) -> str:
        promise = f"what {self.place} allows" if self.place else "what the index promised"
        text = f"{self.subject} is not {promise}: expected {self.expected}, got {self.actual}"
        return _advising(text, self.hint)


@dataclass(eq=False)
class MissingHash(WherryError):
    """A requirement without a hash, where another has one: then all must, also those of dependencies.

    ``required_by`` are the projects that require it. ``first`` is the file and line that began with hashes; ``hash`` is
    the one that the index gives of the file chosen.
    """

    code = "missing-hash"
    requirement: str
    required_by: Sequence[str]
    first: str
    hash: str | None = None

    def __str__(self) -> str:
        line = f"{self.requirement} --hash={self.hash or 'sha256:…'}"
        return (
            f"{self.requirement}{_askers(self.required_by)} has no hash, but every requirement needs one, because of "
            f"{self.first}. If its file can be trusted, add: {line}"
        )


@dataclass(eq=False)
class InvalidMetadata(WherryError):
    """Core metadata that cannot be read; ``problem`` names the field."""

    code = "invalid-metadata"
    subject: str
    problem: str

    def __str__(self) -> str:
        return f"The metadata of {self.subject} is invalid: {self.problem}"


@dataclass(eq=False)
class InvalidWheel(WherryError):
    """A wheel that breaks its specification; ``problems`` lists all that was found.

    ``hint`` names an older release, where there is one.
    """

    code = "invalid-wheel"
    shown: ClassVar[int] = 20
    filename: str
    problems: Sequence[str]
    hint: str = field(default="", kw_only=True)

    def __str__(self) -> str:
        text = f"{self.filename} is not a valid wheel: {'; '.join(self.problems[: self.shown])}"
        more = f"; and {len(self.problems) - self.shown} more" if len(self.problems) > self.shown else ""
        return _advising(text + more, self.hint)


@dataclass(eq=False)
class UnsupportedWheel(WherryError):
    """A valid wheel that cannot work in this runtime.

    ``missing`` pairs each shared library that is nowhere with the file that needs it.
    """

    code = "unsupported-wheel"
    filename: str
    reason: str
    missing: Sequence[tuple[str, str]] = ()

    def __str__(self) -> str:
        return f"{_at(self.place)}{self.filename} cannot be installed here: {self.reason}"


# The environment


@dataclass(eq=False)
class InstallConflict(WherryError):
    """Two distributions have different files at one path, or one has a file where another stands in :attr:`nobody`.

    ``overwrite`` are names that the option of the same name must have for ``newcomer`` to be installed; none where it
    cannot help.
    """

    code = "install-conflict"
    nobody: ClassVar[str] = "nobody's record"
    path: str
    owner: str
    newcomer: str
    overwrite: Sequence[str] = ()

    def __str__(self) -> str:
        subject = f"{self.newcomer} would overwrite {self.path}, which"
        if self.owner == self.nobody:
            return f"{subject} stands in {self.owner} and has another content; move it away if it is not needed"
        if not self.overwrite:
            return f"{subject} belongs to {self.owner}"
        names = "".join(f'"{name}", ' for name in self.overwrite)
        names = names.removesuffix(" " if len(self.overwrite) == 1 else ", ")
        return (
            f"{subject} belongs to {self.owner} and has another content; leave one of them out, or name the one whose "
            f"files may be replaced: overwrite=({names})"
        )


@dataclass(eq=False)
class NotInstalled(WherryError):
    """A distribution that should go is not there."""

    code = "not-installed"
    names: Sequence[str]

    def __str__(self) -> str:
        return f"Not installed: {', '.join(self.names)}"


@dataclass(eq=False)
class UnknownScript(WherryError):
    """No installed distribution has the script.

    ``similar`` are scripts whose names differ by one slip, and those of a distribution of that name; ``scripts`` pairs
    all that there are with their distributions.
    """

    code = "unknown-script"
    shown: ClassVar[int] = 12
    name: str
    similar: Sequence[str] = ()
    scripts: Sequence[tuple[str, str]] = ()

    def __str__(self) -> str:
        subject = f"No installed distribution has a script named {self.name!r}"
        if self.similar:
            return f"{subject}; did you mean {' or '.join(self.similar)}?"
        if not self.scripts:
            return f"{subject}, or any other; install one that has"
        listed = ", ".join(f"{script} (of {distribution})" for script, distribution in self.scripts[: self.shown])
        more = f" and {len(self.scripts) - self.shown} more" if len(self.scripts) > self.shown else ""
        return f"{subject}; there are {listed}{more}"


@dataclass(eq=False)
class UninstallRefused(WherryError):
    """A distribution that cannot be taken away without guessing."""

    code = "uninstall-refused"
    distribution: str
    reason: str

    def __str__(self) -> str:
        return f"{self.distribution} cannot be uninstalled: {self.reason}"


@dataclass(eq=False)
class RecoveryFailed(WherryError):
    """An interrupted change that could not be taken back, so that nothing more is changed; ``kept`` has its files."""

    code = "recovery-failed"
    kept: str
    problem: str

    def __str__(self) -> str:
        return (
            f"{self.problem}: make that possible and try again, or take what is needed from {self.kept} and delete it"
        )
