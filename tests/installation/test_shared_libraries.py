from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from tests.harness.index_files import IndexFile, make_wheel
from tests.harness.side_modules import ELF, PREAMBLE, padded, section, side_module
from tests.installation.places import deliver
from wherry.errors import InvalidWheel, UnsupportedWheel
from wherry.installation.destination import SharedLibrary
from wherry.installation.shared_libraries import Loader, find_unloadable, library_paths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wherry.installation.scheme import Scheme

OWN = ".cpython-314-wasm32-emscripten.so"
SUFFIXES = (OWN, ".abi3.so", ".so")
PLATFORM = "cp314-cp314-pyemscripten_2026_0_wasm32"
EXT = f"app/_ext{OWN}"


@pytest.fixture
def loader(scheme):
    return Loader(
        folders=(scheme.libraries, scheme.site_packages),
        suffixes=SUFFIXES,
        stays=lambda path: Path(path).is_file(),
        is_loaded=lambda name: name == "libloaded.so",
        offer=lambda name: "libgeos" if name == "libgeos_c.so" else None,
    )


@pytest.fixture
def problems(scheme, loader):
    """Return the errors about a wheel of these files, together with libraries of the distribution."""

    def find(
        files: Mapping[str, bytes], *, tag: str = PLATFORM, brought: Mapping[str, bytes] | None = None
    ) -> list[UnsupportedWheel]:
        libraries = [SharedLibrary(canonicalize_name("libx"), "https://example.org/libx.zip", brought or {})]
        return [*find_unloadable([deliver(make_wheel("app", "1", files=files, tag=tag))], libraries, scheme, loader)]

    return find


def place(folder: str, name: str) -> None:
    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / name).write_bytes(side_module())


def test_libraries_without_dependencies_are_accepted(problems):
    assert problems({EXT: side_module(), "app/__init__.py": b"", "app/libx.so.1.2": side_module()}) == []


@pytest.mark.parametrize(
    ("runtime_paths", "path"),
    [
        (["$ORIGIN"], "app/liba.so"),
        (["/nowhere", "$ORIGIN/deep/er"], "app/deep/er/liba.so"),
        (["$ORIGIN/../app.libs"], "app.libs/liba.so"),
        ([], "app.libs/liba.so"),
        ([], "liba.so"),
        (["$ORIGIN"], "app-1.data/platlib/app/liba.so"),
    ],
)
def test_a_needed_library_may_be_in_the_wheel(problems, runtime_paths, path):
    assert problems({EXT: side_module(["liba.so"], runtime_paths), path: side_module()}) == []


@pytest.mark.parametrize(
    ("needed", "runtime_paths", "path"),
    [
        ("liba.so", [], "app/liba.so"),
        ("liba.so", ["$ORIGIN/.."], "app/liba.so"),
        ("liba.so", ["/nowhere:$ORIGIN"], "app/liba.so"),
        ("liba.so", ["${ORIGIN}"], "app/liba.so"),
        ("liba.so", [], "app/app.libs/liba.so"),
        ("../app.libs/liba.so", ["$ORIGIN"], "app.libs/liba.so"),
    ],
)
def test_a_needed_library_outside_of_the_search_path_is_refused(problems, scheme, needed, runtime_paths, path):
    (problem,) = problems({EXT: side_module([needed], runtime_paths), path: side_module()})
    assert problem.missing == [(needed, EXT)]
    assert f"it would be at {scheme.site_packages}/{path}, outside of the RPATH" in str(problem)


def test_a_needed_library_may_come_with_another_wheel(scheme, loader):
    needs = deliver(make_wheel("app", "1", files={EXT: side_module(["liba.so"], ["$ORIGIN/../b.libs"])}, tag=PLATFORM))
    brings = deliver(make_wheel("b", "1", files={"b.libs/liba.so": side_module()}, tag=PLATFORM))
    assert list(find_unloadable([needs, brings], [], scheme, loader)) == []


def test_a_needed_library_may_come_with_the_distribution(problems):
    assert problems({EXT: side_module(["libx.so.3"])}, brought={"libx.so.3": side_module()}) == []


def test_a_needed_library_may_be_installed_or_loaded_already(problems, scheme):
    place(f"{scheme.site_packages}/app", "liba.so")
    place(scheme.site_packages, "libb.so")
    absolute = f"{scheme.site_packages}/libb.so"
    assert problems({EXT: side_module(["liba.so", "libb.so", absolute, "libloaded.so"], ["$ORIGIN"])}) == []


@pytest.mark.parametrize(
    ("missing", "hint"),
    [
        ("libgeos_c.so", "install libgeos first, which may provide it"),
        ("libz.so", "install the package that provides it first, or ask the project for a wheel that includes it"),
        ("/usr/lib/libz.so", "install the package that provides it first"),
    ],
)
def test_a_missing_library_is_named_with_its_requirer_and_a_hint(problems, missing, hint):
    (problem,) = problems({EXT: side_module(["liba.so", missing], ["$ORIGIN"]), "app/liba.so": side_module()})
    assert problem.filename == f"app-1-{PLATFORM}.whl"
    assert problem.missing == [(missing, EXT)]
    assert f"{EXT} needs {missing}, which the loader cannot find; {hint}" in str(problem)


def test_needed_libraries_are_checked_recursively(problems):
    (problem,) = problems({EXT: side_module(["liba.so"], ["$ORIGIN"]), "app/liba.so": side_module(["libz.so"])})
    assert "app/liba.so needs libz.so" in str(problem)


def test_libraries_of_the_distribution_are_checked_too(problems):
    (problem,) = problems({EXT: side_module(["libx.so"])}, brought={"libx.so": side_module(["libz.so"])})
    assert "libx cannot be installed here: libx.so needs libz.so" in str(problem)


def test_each_library_that_does_not_load_is_named(problems):
    found = problems({EXT: side_module(["liba.so"]), "app/libb.so": ELF, "app/libc.so": side_module(["libd.so"])})
    assert [problem.missing for problem in found] == [(), [("liba.so", EXT)], [("libd.so", "app/libc.so")]]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (ELF, "is an ELF library, made for Linux"),
        (b"MZ\x90\0", "is a DLL, made for Windows"),
        (PREAMBLE + section(1, b"\0"), "is WebAssembly, but does not begin as a shared library does"),
        (b"INPUT(liba.so)", "is not a shared library"),
        (b"", "is not a shared library"),
    ],
)
@pytest.mark.parametrize(
    ("path", "tag"),
    [
        (EXT, PLATFORM),
        ("app/liba.so.1", PLATFORM),
        (EXT, "py3-none-any"),
        ("app/_ext.abi3.so", "py3-none-any"),
    ],
)
def test_extension_modules_that_are_not_loadable_are_refused(problems, path, tag, content, expected):
    (problem,) = problems({path: content}, tag=tag)
    assert f"{path} {expected}" in str(problem)


@pytest.mark.parametrize("tag", ["py3-none-any", PLATFORM])
def test_a_module_for_another_platform_only_is_refused(problems, tag):
    path = "app/_ext.cpython-314-x86_64-linux-gnu.so"
    (problem,) = problems({path: ELF}, tag=tag)
    assert f"{path} is an ELF library" in str(problem)


@pytest.mark.parametrize("sibling", [EXT, "app/_ext.py"])
def test_a_module_with_a_variant_for_this_platform_is_accepted(problems, sibling):
    assert problems({"app/_ext.cpython-314-x86_64-linux-gnu.so": ELF, sibling: side_module()}) == []


def test_modules_for_another_python_are_not_checked(problems):
    assert problems({"app/_ext.cpython-313-wasm32-emscripten.so": side_module(["libz.so"])}) == []


def test_a_pure_wheel_may_carry_libraries_of_other_platforms(problems):
    assert problems({"app/attach_linux_amd64.so": ELF}, tag="py3-none-any") == []


def test_a_long_head_is_read_to_its_end(problems):
    names = [f"lib{number}.so" for number in range(1000)]
    (problem,) = problems({EXT: padded(side_module(names, ["$ORIGIN"]), 10), "app/lib0.so": side_module()})
    assert [name for name, _ in problem.missing] == names[1:]


def test_a_malformed_head_is_refused(problems):
    with pytest.raises(InvalidWheel, match=f"the dylink.0 section of {EXT} is malformed"):
        problems({EXT: PREAMBLE + section(0, b"\x08dylink.0\2\1\xff")})


def test_nothing_beyond_the_head_is_unpacked(scheme, loader):
    wheel = make_wheel("app", "1", files={EXT: padded(side_module(), 10_000_000)}, tag=PLATFORM)
    late = wheel.content.index(b"PK\3\4", 4) - 100  # in the first member, before the second
    damaged = wheel.content[:late] + b"????" + wheel.content[late + 4 :]
    delivery = deliver(IndexFile(wheel.filename, damaged))
    assert list(find_unloadable([delivery], [], scheme, loader)) == []
    with pytest.raises(InvalidWheel):
        {path: delivery.wheel.read(path) for path in delivery.wheel.record}


def test_library_paths_and_folders_are_those_of_the_targets(scheme: Scheme) -> None:
    files = {
        EXT: side_module(),
        "app/_ext.cpython-313-wasm32-emscripten.so": side_module(),
        "app/notes.txt": b"",
        "app-1.data/platlib/app.libs/liba.so.1": side_module(),
    }
    library = SharedLibrary(canonicalize_name("libx"), "https://example.org/libx.zip", {"libx.so": b"", "README": b""})
    delivery = deliver(make_wheel("app", "1", files=files, tag=PLATFORM))
    assert library_paths([delivery], [library], scheme, SUFFIXES) == [
        f"{scheme.site_packages}/{EXT}",
        f"{scheme.site_packages}/app.libs/liba.so.1",
        f"{scheme.libraries}/libx.so",
    ]
