"""Reading requirements files over a fetcher: the files they name, relative paths, and indexes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.harness.environments import PYODIDE_314
from wherry.errors import (
    AnswerTooLarge,
    IndexUnreachable,
    InvalidRequirement,
    InvalidRequirementsFile,
    RefusedByIndex,
    UnsupportedPython,
    WherryError,
)
from wherry.index.credentials import without_secrets
from wherry.index.failures import unreachable
from wherry.index.fetcher import Request, Response
from wherry.index.index import Index, read_indexes
from wherry.index.requirements_files import read_requirements_files
from wherry.resolution.problem import ResolveOptions, pose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

WEB = "https://example.org/app/"
DEFAULT = Index("https://default.example.org/")
RESERVED = Index("https://reserved.example.org/", projects=("torch",))


class Files:
    """Answers with ``texts``; an unknown path is missing, an unknown URL is answered with 404."""

    def __init__(self, texts: Mapping[str, str | bytes]) -> None:
        self.texts = texts
        self.asked: list[Request] = []

    async def fetch(self, request: Request) -> Response:
        self.asked.append(request)
        text = self.texts.get(request.url)
        if text is None and "://" not in request.url:
            raise unreachable(request.url, "missing", "No such file or directory")
        if text is None:
            return Response(request.url, 404, b"")
        return Response(request.url, 200, text if isinstance(text, bytes) else text.encode())


def read(
    files: Files,
    *named: str | Path,
    index_urls: Sequence[str] | None = None,
    environ: Mapping[str, str] | None = None,
    locate: Callable[[str], tuple[str, str]] = lambda url: (url, ""),
    **asked: Any,
) -> tuple[ResolveOptions, list[str] | None]:
    """Read files and return the options and the URLs of the indexes."""
    said, indexes = asyncio.run(
        read_requirements_files(
            ResolveOptions(requirements=asked.pop("requirements", ()), requirements_files=named, **asked),
            index_urls,
            indexes=(DEFAULT, RESERVED),
            fetcher=files,
            environment=PYODIDE_314,
            environ=environ or {},
            locate=locate,
            limit=1000,
        )
    )
    return said, None if indexes is None else [index.url for index in read_indexes(indexes)]


def lines(texts: Any) -> list[str]:
    """Return texts and lines, each line with its place."""
    found = []
    for text in texts:
        if isinstance(text, str):
            found.append(text)
        elif hasattr(text, "place"):
            found.append(f"{text.place}: {text.text}")
        else:
            found += lines(text)
    return found


@pytest.mark.parametrize("folder", [WEB, "", "/home/app/", "emfs:/home/app/", "file:///home/my%20app/"])
def test_paths_are_relative_to_the_file_that_names_them(folder: str) -> None:
    wheel = "sub/x-1-py3-none-any.whl"
    files = Files(
        {
            f"{folder}r.txt": "a\n-r sub/more.txt\n-c sub/limits.txt\n"
            f"./{wheel}[e] ; python_version > '3'\nx@{wheel}#sha256=0\n",
            f"{folder}sub/more.txt": "b\n-r deep/last.txt\n",
            f"{folder}sub/deep/last.txt": "c\n",
            f"{folder}sub/limits.txt": "d<1\n-r more.txt\n",
        }
    )
    said, indexes = read(files, f"{folder}r.txt")
    asked = [line.removeprefix(folder) for line in lines(said.requirements)]
    assert asked[:3] == ["r.txt, line 1: a", "sub/more.txt, line 1: b", "sub/deep/last.txt, line 1: c"]
    path = f"{folder}{wheel}"
    assert asked[3:] == [
        f"r.txt, line 4: {path}[e] ; python_version > '3'",
        f"r.txt, line 5: x@{path}#sha256=0",
    ]
    limits = [line.removeprefix(folder) for line in lines(said.constraints)]
    assert limits == ["sub/limits.txt, line 1: d<1", "sub/more.txt, line 1: b", "sub/deep/last.txt, line 1: c"]
    assert indexes is None
    # Each is fetched once.
    assert len(files.asked) == len(files.texts)


def test_a_file_is_read_once_and_a_cycle_is_refused() -> None:
    files = Files({"r.txt": "-r a.txt\n-r b.txt\n", "a.txt": "-r b.txt\nx\n", "b.txt": "y\n"})
    assert lines(read(files, "r.txt")[0].requirements) == ["b.txt, line 1: y", "a.txt, line 2: x"]
    files = Files({"r.txt": "-c a.txt\n", "a.txt": "\n-r b.txt\n", "b.txt": "-r a.txt"})
    with pytest.raises(InvalidRequirementsFile) as caught:
        read(files, "r.txt")
    assert str(caught.value) == "b.txt, line 1: files include each other: r.txt → a.txt → b.txt → a.txt"


@pytest.mark.parametrize("path", ["r.txt", "./r.txt", "../app/r.txt", "/home/app/r.txt"])
def test_a_cycle_is_found_under_any_spelling_of_a_path(path: str) -> None:
    files = Files({"/home/app/r.txt": f"-r {path}"})
    with pytest.raises(InvalidRequirementsFile, match="files include each other"):
        read(files, "/home/app/r.txt")


class Endless(Files):
    async def fetch(self, request: Request) -> Response:
        return Response(request.url, 200, b"-r deeper/r.txt")


def test_endless_nesting_is_refused() -> None:
    with pytest.raises(InvalidRequirementsFile, match="files include each other"):
        read(Endless({}), f"{WEB}r.txt")


@pytest.mark.parametrize(
    "text", ["", " ", "# none", "a>=1", "a @ https://example.org/x", "-c limits.txt", "a;b", "a\n"]
)
def test_texts_are_recognized(text: str) -> None:
    files = Files({"limits.txt": ""})
    assert all(line.startswith("the given text, line 1: a") for line in lines(read(files, text)[0].requirements))


@pytest.mark.parametrize("file", ["a", "my needs.txt", "https://example.org/r.txt?token=a==;b", "emfs:/r.txt"])
def test_addresses_are_recognized(file: str) -> None:
    assert lines(read(Files({file: "x"}), file)[0].requirements) == [f"{file}, line 1: x"]


def test_the_kind_follows_from_the_name_of_a_file_or_the_content_of_a_text() -> None:
    script = "# /// script\n# requires-python = '>=3.12'\n# dependencies = [\n#   's',\n# ]\n# ///\nimport s\n"
    project = "[project]\nname = 'x'\ndependencies = ['p']\noptional-dependencies.e = ['f']\n"
    files = Files({"tool.py": script, "pyproject.toml": project, "r": "-r pyproject.toml[e]\n-r tool.py\n"})
    assert lines(read(files, "tool.py", "pyproject.toml")[0].requirements) == [
        "tool.py, line 4: s",
        "pyproject.toml, line 3: p",
    ]
    assert lines(read(files, "pyproject.toml[ e ]")[0].requirements)[1] == "pyproject.toml, line 4: f"
    assert lines(read(files, Path("tool.py"))[0].requirements) == ["tool.py, line 4: s"]
    assert lines(read(files, "r")[0].requirements)[1:] == ["pyproject.toml, line 4: f", "tool.py, line 4: s"]
    assert lines(read(files, script, project, "r\n")[0].requirements) == [
        "the given text, line 4: s",
        "the given text, line 3: p",
        "the given text, line 1: r",
    ]


def test_groups_come_from_the_given_the_named_or_the_default_pyproject() -> None:
    files = Files(
        {
            "pyproject.toml": "[dependency-groups]\nt = ['near']",
            "sub/pyproject.toml": "[dependency-groups]\nt = ['sub']",
            f"{WEB}pyproject.toml": "[project]\nname='x'\ndependencies=['d']\n[dependency-groups]\nt = ['web']",
        }
    )
    assert lines(read(files, groups="t")[0].requirements) == ["pyproject.toml, line 2: near"]
    assert lines(read(files, groups=["sub/pyproject.toml:T"])[0].requirements) == ["sub/pyproject.toml, line 2: sub"]
    assert lines(read(files, f"{WEB}pyproject.toml", groups=["t"])[0].requirements) == [
        f"{WEB}pyproject.toml, line 3: d",
        f"{WEB}pyproject.toml, line 5: web",
    ]
    # A file without a project can be named for its groups.
    assert lines(read(files, "sub/pyproject.toml", groups=["t"])[0].requirements) == ["sub/pyproject.toml, line 2: sub"]
    for groups, message in (
        (["t"], "several files may define it: name the file, as in pyproject.toml:t"),
        (["a b"], "NAME or FILE:NAME"),
        ([""], "FILE:NAME"),
    ):
        with pytest.raises(InvalidRequirement, match=message):
            read(files, "pyproject.toml", "sub/pyproject.toml", groups=groups)


def test_options_of_the_call_come_first() -> None:
    files = Files({"r.txt": "--pre\nb\n-c c.txt\n", "c.txt": "c<2"})
    said, _ = read(files, "r.txt", requirements=("a",), constraints="x<1")
    assert lines(said.requirements) == ["a", "r.txt, line 2: b"]
    assert lines([said.constraints]) == ["x<1", "c.txt, line 1: c<2"]
    assert said.pre


@pytest.mark.parametrize(
    ("text", "index_urls", "expected"),
    [
        ("a", None, None),
        ("a", ["https://call/"], ["https://call/"]),
        ("-i https://own/", None, [RESERVED.url, "https://own/"]),
        ("--extra-index-url https://own", None, [DEFAULT.url, RESERVED.url, "https://own/"]),
        ("-i https://own/", ["https://call/"], ["https://call/", "https://own/"]),
        ("--extra-index-url https://more/\n-i https://own/", ["https://own/"], ["https://own/", "https://more/"]),
    ],
)
def test_indexes_of_the_call_come_first(text: str, index_urls: list[str] | None, expected: list[str] | None) -> None:
    assert read(Files({"r.txt": text}), "r.txt", index_urls=index_urls)[1] == expected


def test_credentials_go_to_their_origin_and_are_never_shown() -> None:
    address = "https://me:geheim@example.org/r.txt"
    files = Files(
        {
            "https://example.org/r.txt": "-r sub/b.txt\n-r https://other.example.org/c.txt\n-i https://${TOKEN}@own/\n",
            "https://example.org/sub/b.txt": "x @ https://u:geheim@files.example.org/x-1-py3-none-any.whl\n",
            "https://other.example.org/c.txt": "c\n",
        }
    )
    said, _ = read(files, address, environ={"TOKEN": "u:geheim"})
    assert [bool(request.secret_headers) for request in files.asked] == [True, True, False]
    bare, secrets = without_secrets(said)
    assert list(secrets) == ["https://files.example.org/x-1-py3-none-any.whl"]
    assert "geheim" not in f"{bare.requirements} {files.asked}"
    with pytest.raises(WherryError) as caught:
        read(Files({"https://example.org/r.txt": "-e ."}), address)
    assert "geheim" not in f"{caught.value} {caught.value.facts()}"


@pytest.mark.parametrize("content", ["ä\n".encode("utf-8-sig"), "ä\n".encode("utf-16")])
def test_a_byte_order_mark_selects_the_encoding(content: bytes) -> None:
    assert lines(read(Files({"r.txt": content}), "r.txt")[0].requirements) == ["r.txt, line 1: ä"]


@pytest.mark.parametrize(
    ("texts", "error", "message"),
    [
        ({"r.txt": b"\xff"}, InvalidRequirementsFile, "r.txt: it is not text in UTF-8: invalid start byte"),
        ({}, IndexUnreachable, "No answer from r.txt: No such file or directory; "),
        (
            {"r.txt": "\n-r b.txt"},
            IndexUnreachable,
            "No answer from b.txt: No such file or directory (named in r.txt, line 2); ",
        ),
        (
            {"r.txt": f"-r {WEB}b.txt"},
            RefusedByIndex,
            f"{WEB}b.txt answered with HTTP status 404 (named in r.txt, line 1)",
        ),
        ({"r.txt": "-r b.py", "b.py": "1"}, InvalidRequirementsFile, "b.py: it has no `# /// script` block (PEP 723)"),
        (
            {"r.txt": "-r b.py", "b.py": "# /// script\n# dependencies = 1\n# ///\n"},
            InvalidRequirementsFile,
            "b.py, line 2: `dependencies` must be an array of strings, not an integer",
        ),
        (
            {"r.txt": "-r b.py", "b.py": "# /// script\n# requires-python = '<3'\n# ///\n"},
            UnsupportedPython,
            "b.py requires Python <3, but this is Python 3.14",
        ),
        (
            {"r.txt": "-r b.toml", "b.toml": "[project]\nrequires-python = '>4'"},
            UnsupportedPython,
            "b.toml requires Python >4, but this is Python 3.14",
        ),
        (
            {"r.txt": "-r b.toml", "b.toml": "[project]\nrequires-python = 3"},
            InvalidRequirementsFile,
            "b.toml: requires-python is invalid: ",
        ),
        ({"r.txt": "-r https://[x"}, WherryError, "https://[x"),
    ],
)
def test_errors_of_files_name_the_place(
    texts: Mapping[str, str | bytes], error: type[WherryError], message: str
) -> None:
    with pytest.raises(error) as caught:
        read(Files(texts), "r.txt")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-r file:///etc/passwd", "line 1: 'file:///etc/passwd' is not on the web, but the file that names it is"),
        ("a\n-c emfs:/x", "line 2: 'emfs:/x' is not on the web"),
        (
            "file:///x-1-py3-none-any.whl",
            "line 1: 'file:///x-1-py3-none-any.whl' is not a valid requirement: is not on",
        ),
        ("-r //[x", "line 1: '//[x' is not a URL: "),
    ],
)
def test_a_file_from_the_web_may_name_only_files_on_the_web(text: str, message: str) -> None:
    with pytest.raises(WherryError) as caught:
        read(Files({f"{WEB}r.txt": text}), f"{WEB}r.txt")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a ==", "r.txt, line 1: 'a ==' is not a valid requirement: "),
        ("x @ git+https://example.org/x", "r.txt, line 1: 'x @ git+https://example.org/x' cannot be installed: "),
        ("y @ https://example.org/x-1-py3-none-any.whl", "r.txt, line 1: "),
        (
            "https://example.org/x-1-cp311-cp311-win32.whl",
            "r.txt, line 1: x-1-cp311-cp311-win32.whl cannot be installed here",
        ),
    ],
)
def test_errors_of_requirements_name_the_place(line: str, message: str) -> None:
    said, _ = read(Files({"r.txt": line}), "r.txt")
    with pytest.raises(WherryError) as caught:
        pose(said, environment=PYODIDE_314, installed={}, distribution={})
    assert str(caught.value).startswith(message)
    assert caught.value.facts()["place"] == "r.txt, line 1"


def test_hashes_of_constraints_count_if_a_requirement_has_one() -> None:
    one, other = ("--hash=sha256:" + digit * 64 for digit in "12")
    files = Files({"r.txt": f"-c c.txt\na==1 {one}\n", "c.txt": f"b==1 {other}\n"})
    problem, _ = pose(read(files, "r.txt")[0], environment=PYODIDE_314, installed={}, distribution={})
    assert problem.hashes is not None
    assert (sorted(problem.hashes.lines), problem.hashes.first) == (["a", "b"], "r.txt, line 2")
    said, _ = read(files, "c.txt")
    assert said.hashes_from == "c.txt, line 1"
    files = Files({"r.txt": "-c c.txt\nb\n", "c.txt": f"b==1 {other}\n"})
    assert read(files, "r.txt")[0].hashes_from == ""


def beside_the_page(path: str) -> tuple[str, str]:
    return (path, "") if ":" in path else (f"https://example.org/app/{path}", f"/home/pyodide/{path}")


def test_a_path_missing_in_the_file_system_is_read_beside_the_page() -> None:
    files = Files(
        {
            "https://example.org/app/requirements.txt": "-r more/others.txt\nidna",
            "https://example.org/app/more/others.txt": "six",
        }
    )
    said, _ = read(files, "requirements.txt", locate=beside_the_page)
    assert [line.rpartition(": ")[2] for line in lines(said.requirements)] == ["six", "idna"]


def test_an_error_names_both_places_of_a_missing_file() -> None:
    with pytest.raises(RefusedByIndex) as caught:
        read(Files({}), "requirements.txt", locate=beside_the_page)
    assert "https://example.org/app/requirements.txt" in str(caught.value)
    assert "/home/pyodide/requirements.txt" in str(caught.value)


def test_a_file_above_the_size_limit_is_refused() -> None:
    url = "https://example.org/requirements.txt"
    with pytest.raises(AnswerTooLarge, match=url):
        read(Files({url: "a" * 1001}), url)
