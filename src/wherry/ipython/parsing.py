"""Read the words of a command: pip's spellings of its options, and those of pip that mean nothing here."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, NoReturn

from wherry.errors import InvalidCommand
from wherry.formats.urls import without_credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["COMMANDS", "parse", "usage"]

# Options of pip and uv without a meaning here. The second have a value.
WITHOUT_EFFECT = (
    *("--user", "--no-cache-dir", "--no-cache", "--break-system-packages", "--disable-pip-version-check", "--no-input"),
    *("--no-color", "--no-warn-script-location", "--no-warn-conflicts", "--prefer-binary", "--no-build-isolation"),
    *("--no-compile", "--compile", "--system", "--yes", "-y", "-v", "-vv", "-vvv", "--verbose"),
    *("--no-python-version-warning", "--isolated", "--no-progress", "--require-virtualenv", "--no-clean"),
)
VALUES_WITHOUT_EFFECT = (
    *("--root-user-action", "--progress-bar", "--only-binary", "--upgrade-strategy", "--timeout", "--retries"),
    *("--cache-dir", "--log", "--exists-action", "--use-feature", "--use-deprecated", "--keyring-provider"),
)
VALUES_BEFORE_COMMAND = frozenset({*VALUES_WITHOUT_EFFECT, "--proxy", "--cert", "--trusted-host"})
UNBUILDABLE = "nothing can be built here; give the URL of a wheel"
REFUSED = {
    "-e": UNBUILDABLE,
    "--editable": UNBUILDABLE,
    "--no-binary": UNBUILDABLE,
    "-f": "give the URLs of wheels, or an index: --index-url",
    "--find-links": "give the URLs of wheels, or an index: --index-url",
    "--no-index": "name the index that is to be asked: --index-url",
    "-t": "there is one site-packages; for another, use wherry.Installer(destination=…)",
    "--target": "there is one site-packages; for another, use wherry.Installer(destination=…)",
    "--prefix": "there is one site-packages; for another, use wherry.Installer(destination=…)",
    "--root": "there is one site-packages; for another, use wherry.Installer(destination=…)",
    "--platform": "wheels are chosen for this runtime",
    "--python-version": "wheels are chosen for this runtime",
    "--ignore-requires-python": "wheels are chosen for this runtime",
    "--trusted-host": "the browser decides about certificates; for an index without TLS, write http: in --index-url",
    "--proxy": "the browser decides about proxies",
    "--cert": "the browser decides about certificates",
    "--ignore-installed": "use --force-reinstall",
    "-I": "use --force-reinstall",
}


class Parser(argparse.ArgumentParser):
    """A parser that raises :class:`~wherry.errors.InvalidCommand`, and never ends the program."""

    def error(self, message: str) -> NoReturn:
        """Raise the error for ``message``."""
        raise _invalid(self.prog, message)


class Refusal(argparse.Action):
    """An option of pip that wherry does not have; ``const`` says what to do."""

    def __call__(
        self, parser: argparse.ArgumentParser, _space: object, _values: object, option: str | None = None
    ) -> None:
        """Raise :class:`~wherry.errors.InvalidCommand`."""
        raise InvalidCommand(parser.prog, f"{option} is not supported: {self.const}")


def _install(parser: argparse.ArgumentParser) -> None:
    _requirements(parser)
    add = parser.add_argument
    add("--upgrade", "-U", action="store_true", help="take the newest versions, also of installed packages")
    add("--force-reinstall", "--reinstall", action="store_true", help="install again what is installed")
    add("--dry-run", action="store_true", help="show what would be installed")


def _lock(parser: argparse.ArgumentParser) -> None:
    _requirements(parser)
    add = parser.add_argument
    add("--output", "-o", metavar="FILE", help="write the lock to this file; its versions are kept where they fit")
    add("--upgrade", "-U", action="store_true", help="let all versions of the lock change")


def _requirements(parser: argparse.ArgumentParser) -> None:
    def several(*names: str, metavar: str, purpose: str) -> None:
        parser.add_argument(*names, action="append", default=[], metavar=metavar, help=purpose)

    add = parser.add_argument
    add("requirements", nargs="*", metavar="REQUIREMENT", help="such as pydantic, 'pydantic>=2', or the URL of a wheel")
    several("--requirement", "-r", metavar="FILE", purpose="requirements.txt, pyproject.toml or script; path or URL")
    several("--constraint", "-c", metavar="FILE", purpose="restrict versions as in this file")
    several("--group", metavar="[FILE:]NAME", purpose="a dependency group of pyproject.toml")
    add("--index-url", "-i", "--default-index", metavar="URL", help="ask this index, and not PyPI")
    several("--extra-index-url", "--index", metavar="URL", purpose="ask this index then")
    add("--pre", action="store_true", help="admit pre-releases")
    add("--no-deps", action="store_true", help="leave out dependencies")
    add("--require-hashes", action="store_true", help="admit only files whose hashes the requirements name")
    add("--prefer", choices=("distribution", "index"), help="of two versions that fit, take Pyodide's, or the newest")
    add("--exclude-newer", "--uploaded-prior-to", metavar="TIME", help="ignore files uploaded later")


def _uninstall(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="an installed package")
    parser.add_argument("--requirement", "-r", action=Refusal, const="name the packages", help=argparse.SUPPRESS)


def _why(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a package")


def _nothing(_parser: argparse.ArgumentParser) -> None:
    """Add no arguments."""


COMMANDS: dict[str, tuple[Callable[[argparse.ArgumentParser], None], str]] = {
    "install": (_install, "install packages, with their dependencies: all, or none"),
    "uninstall": (_uninstall, "remove packages"),
    "list": (_nothing, "list the installed packages"),
    "freeze": (_nothing, "list the installed packages as requirements"),
    "check": (_nothing, "find damaged packages and unmet requirements"),
    "tree": (_nothing, "show the installed packages with their requirements"),
    "why": (_why, "show who requires a package"),
    "lock": (_lock, "write the lock (pylock.toml) of packages, without installing them"),
}


def parse(program: str, words: Sequence[str]) -> argparse.Namespace | None:
    """Return the options of a command, with its ``command``; ``None`` if they ask for help.

    Raise :class:`~wherry.errors.InvalidCommand`.
    """
    place = _place_of_command(words)
    if place is None or words[place] == "help":
        return None
    command = words[place]
    if command not in COMMANDS:
        raise _invalid(program, f"there is no command {command!r}", tuple(COMMANDS))
    rest = [*words[:place], *words[place + 1 :]]
    if "-h" in rest or "--help" in rest:
        return None
    options, unknown = _parser(program, command).parse_known_intermixed_args(rest)
    if unknown:
        known = _spelled(_parser(program, command))
        raise _invalid(f"{program} {command}", f"there is no option {unknown[0]}", known)
    options.command, options.program = command, f"{program} {command}"
    return options


def _place_of_command(words: Sequence[str]) -> int | None:
    """Return the place of the first word that is neither an option nor the value of one."""
    for place, word in enumerate(words):
        if not word.startswith("-") and (not place or words[place - 1] not in VALUES_BEFORE_COMMAND):
            return place
    return None


def usage(program: str, words: Sequence[str]) -> str:
    """Return the help for the command in ``words``, or for all commands."""
    command = next((word for word in words if word in COMMANDS), None)
    if command is not None:
        return _parser(program, command).format_help().rstrip()
    lines = [f"{program} {name:<10} {purpose}" for name, (_, purpose) in COMMANDS.items()]
    return "\n".join([*lines, f"{program} COMMAND --help shows its options."])


def _parser(program: str, command: str) -> Parser:
    add_options, purpose = COMMANDS[command]
    parser = Parser(f"{program} {command}", description=purpose, add_help=False, allow_abbrev=False, exit_on_error=True)
    add_options(parser)
    parser.add_argument("--quiet", "-q", action="count", default=0, help="show warnings only")
    known = {spelling for action in parser._actions for spelling in action.option_strings}  # noqa: SLF001
    hidden: dict[str, Any] = {"help": argparse.SUPPRESS, "dest": "without_effect"}
    for spelling in WITHOUT_EFFECT:
        parser.add_argument(spelling, action="store_true", **hidden)
    for spelling in VALUES_WITHOUT_EFFECT:
        parser.add_argument(spelling, **hidden)
    for spelling, way_out in REFUSED.items():
        if spelling not in known:
            parser.add_argument(spelling, action=Refusal, nargs="?", const=way_out, **hidden)
    return parser


def _invalid(program: str, reason: str, options: tuple[str, ...] = ()) -> InvalidCommand:
    """Return the error for a command, which may have the password of an index."""
    return InvalidCommand(program, without_credentials(reason), options)


def _spelled(parser: argparse.ArgumentParser) -> tuple[str, ...]:
    """Return the options that the help names, as pip spells them."""
    shown = (action for action in parser._actions if action.help != argparse.SUPPRESS)  # noqa: SLF001
    # uv's spellings come last.
    return tuple("/".join(action.option_strings[:2]) for action in shown if action.option_strings)
