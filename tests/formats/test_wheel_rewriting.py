from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given, strategies as st

from tests.harness.index_files import make_wheel
from wherry.formats.wheel_archive import WheelArchive, open_wheel
from wherry.formats.wheel_rewriting import Rewriting

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Mapping

    from wherry.formats.wheel_rewriting import Bytecode

INFO = "app-1.0.dist-info"
DESCRIPTION = {f"{INFO}/METADATA", f"{INFO}/WHEEL"}


def compile_(source: bytes, path: str) -> bytes | None:
    return None if b"broken" in source else b"bytecode of %s: %s" % (path.encode(), source)


def rewriting(files: Mapping[str, str | bytes], bytecode: str = "beside") -> Rewriting:
    made = make_wheel("app", "1.0", files=files)
    return Rewriting(
        open_wheel(made.content, filename=made.filename), cast("Bytecode", bytecode), "cpython-314", compile_
    )


def finish(steps: Generator[float, None, bytes]) -> bytes:
    """Run all steps; return their result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast("bytes", end.value)


def rewrite(files: Mapping[str, str | bytes], bytecode: str = "beside", excluded: Collection[str] = ()) -> WheelArchive:
    work = rewriting(files, bytecode)
    return open_wheel(finish(work.write(excluded)), filename=work.wheel.filename)


def contents(wheel: WheelArchive) -> dict[str, bytes]:
    return {path: wheel.read(path) for path in wheel.record.keys() - DESCRIPTION}


def test_bytecode_is_where_python_caches_it() -> None:
    assert contents(rewrite({"app/__init__.py": "1", "top.py": "2", "app/data.txt": "x"})) == {
        "app/__init__.py": b"1",
        "app/__pycache__/__init__.cpython-314.pyc": b"bytecode of app/__init__.py: 1",
        "top.py": b"2",
        "__pycache__/top.cpython-314.pyc": b"bytecode of top.py: 2",
        "app/data.txt": b"x",
    }


def test_bytecode_alone_takes_the_place_of_the_source() -> None:
    assert contents(rewrite({"app/__init__.py": "1", "app/data.txt": "x"}, "only")) == {
        "app/__init__.pyc": b"bytecode of app/__init__.py: 1",
        "app/data.txt": b"x",
    }


def test_sources_that_cannot_be_bytecode_are_kept_and_named() -> None:
    files = {"app/broken.py": "broken", "app/2to3.py": "1", "app/{{name}}/x.py": "2", "app/x.py": "3"}
    work = rewriting(files, "only")
    paths = open_wheel(finish(work.write(())), filename=work.wheel.filename).record.keys() - DESCRIPTION
    assert paths == {"app/broken.py", "app/2to3.py", "app/{{name}}/x.py", "app/x.pyc"}
    assert work.sources == ["app/broken.py", "app/2to3.py", "app/{{name}}/x.py"]


def test_modules_of_data_folders_have_their_installed_path() -> None:
    found = contents(
        rewrite({f"app-1.0.data/{part}/x.py": "1" for part in ("purelib", "platlib", "scripts", "data/share")})
    )
    compiled = {path: content for path, content in found.items() if path.endswith(".pyc")}
    assert compiled == {
        f"app-1.0.data/{part}/__pycache__/x.cpython-314.pyc": b"bytecode of x.py: 1" for part in ("purelib", "platlib")
    }


def test_bytecode_in_the_wheel_is_made_anew() -> None:
    files = {
        "x.py": "1",
        "__pycache__/x.cpython-314.pyc": "old",
        "__pycache__/x.cpython-312.pyc": "older",
        "y.pyc": "no source",
    }
    assert contents(rewrite(files)) == {
        "x.py": b"1",
        "__pycache__/x.cpython-314.pyc": b"bytecode of x.py: 1",
        "y.pyc": b"no source",
    }
    assert contents(rewrite({"x.py": "1", "x.pyc": "old"}, "only")) == {"x.pyc": b"bytecode of x.py: 1"}


def test_a_wheel_with_nothing_to_change_keeps_every_byte() -> None:
    for files, bytecode in [({"x.py": "1"}, "none"), ({"x.so": "1"}, "beside"), ({"x.py": "broken"}, "only")]:
        work = rewriting(files, bytecode)
        assert finish(work.write(())) is work.wheel.archive.content
    again = rewriting(contents(rewrite({"x.py": "1"})))
    assert finish(again.write(())) is again.wheel.archive.content


@pytest.mark.parametrize("bytecode", ["beside", "only", "none"])
def test_excluded_files_have_neither_a_member_nor_a_line_in_record(bytecode: str) -> None:
    wheel = rewrite({"x.py": "1", "other.py": "2"}, bytecode, {"other.py"})
    assert not any("other" in path for path in contents(wheel))
    assert len(contents(wheel)) == (2 if bytecode == "beside" else 1)


def test_executable_files_stay_executable() -> None:
    buffer = io.BytesIO()
    made = make_wheel("app", "1.0", files={"x.py": "1", "tool": "2"})
    with zipfile.ZipFile(io.BytesIO(made.content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for member in old.infolist():
            member.external_attr = (0o100755 if member.filename == "tool" else 0o100644) << 16
            new.writestr(member, old.read(member.filename))
    wheel = open_wheel(buffer.getvalue(), filename=made.filename)
    with zipfile.ZipFile(io.BytesIO(finish(Rewriting(wheel, "beside", "cpython-314", compile_).write(())))) as written:
        modes = {member.filename: member.external_attr >> 16 for member in written.infolist()}
    assert (modes["tool"], modes["x.py"], modes["__pycache__/x.cpython-314.pyc"]) == (0o100755, 0o100644, 0o100644)


names = st.sampled_from(["a", "b", "tests", "__pycache__"])
files = st.dictionaries(
    st.builds(
        lambda folders, name, suffix: "/".join([*folders, f"f_{name}{suffix}"]),
        st.lists(names, max_size=3),
        names,
        st.sampled_from([".py", ".pyc", ".cpython-314.pyc", ".txt", ".so"]),
    ),
    st.binary(max_size=20),
    max_size=6,
)


@given(files, st.sampled_from(["beside", "only", "none"]))
def test_every_written_wheel_passes_the_checks_and_is_the_same_again(given: dict[str, bytes], bytecode: str) -> None:
    first, second = rewriting(given, bytecode), rewriting(given, bytecode)
    archive = finish(first.write(()))
    assert archive == finish(second.write(()))
    wheel = open_wheel(archive, filename=first.wheel.filename)
    others = {path: content for path, content in given.items() if not path.endswith((".py", ".pyc"))}
    found = contents(wheel)
    assert others.items() <= found.items()
