"""Check, tree and why in the runtime."""

from __future__ import annotations

from pytest_pyodide import run_in_pyodide

from tests.harness.runtime import BOTH_HALVES

pytestmark = BOTH_HALVES


@run_in_pyodide
async def look(selenium, index_url):
    import os
    import sysconfig

    import wherry

    await wherry.install("pydantic", index_urls=[index_url])
    sound = str(wherry.check())
    tree = str(wherry.tree())
    why = str(wherry.why("typing-extensions"))
    wherry.uninstall("annotated-types")
    await wherry.install("msgpack<1.2.4", index_urls=[index_url])
    os.remove(os.path.join(sysconfig.get_path("purelib"), "msgpack", "ext.py"))  # noqa: PTH107, PTH118
    return sound, tree, why, str(wherry.check())


def test_installed_packages_are_checked_drawn_and_explained(fresh_wherry_runtime, index_server, half):
    sound, tree, why, damaged = look(fresh_wherry_runtime, index_server.json_url)
    origin = {
        "javascript": "by attach()",
        "python": "none (/lib/alone/wherry has no _javascript.js), so Python alone does its work",
    }
    environment = (
        f"Environment: Pyodide 314.0.7, Python 3.14.2, platform pyemscripten_2026_0_wasm32; JavaScript: {origin[half]}"
    )
    assert sound.splitlines() == ["No problems found", environment]
    assert tree.splitlines() == [
        "pydantic 2.14.3",
        "├── annotated-types 0.8.0 (annotated-types>=0.6.0)",
        "├── pydantic-core 2.50.4 (pydantic-core==2.50.4)",
        "│   └── typing-extensions 4.16.0 (typing-extensions>=4.16.0)",
        "├── typing-extensions 4.16.0 (typing-extensions>=4.16.0)",
        "└── typing-inspection 0.4.5 (typing-inspection>=0.4.4)",
        "    └── typing-extensions 4.16.0 (typing-extensions>=4.15.0)",
        "pyodide 314.0.7",
        "pyodide-py 314.0.7",
        "wherry 0.1.0",
    ]
    assert why.splitlines() == [
        "typing-extensions 4.16.0",
        "  pydantic → typing-extensions>=4.16.0",
        "  pydantic → pydantic-core==2.50.4 → typing-extensions>=4.16.0",
        "  pydantic → typing-inspection>=0.4.4 → typing-extensions>=4.15.0",
    ]
    assert damaged.splitlines() == [
        "Broken: msgpack 1.2.3: 1 of its files is missing: /lib/python3.14/site-packages/msgpack/ext.py",
        "Missing: pydantic 2.14.3 requires annotated-types>=0.6.0, which is not installed",
        environment,
    ]


@run_in_pyodide
async def disturb(selenium, index_url):
    import os
    import sysconfig

    import wherry

    least = b"Metadata-Version: 2.1\nName: odd\nVersion: 1\n"
    markers = ("python_version ~= '3'", "'x' in extras", "os_name ~= 'x'", "python_version > 'abc'")
    distributions = {
        "odd-1": least + "".join(f"Requires-Dist: six; {marker}\n" for marker in markers).encode(),
        "unreadable-1": least.replace(b"odd", b"unreadable") + b"Requires-Dist: pytz>dev\nAuthor: \xff\n",
        "binary-1": bytes(range(256)),
        "huge-1": least + b"\n" * 2**25,
    }
    for name, content in distributions.items():
        folder = os.path.join(sysconfig.get_path("purelib"), f"{name}.dist-info")  # noqa: PTH118
        os.mkdir(folder)  # noqa: PTH102
        with open(os.path.join(folder, "METADATA"), "wb") as file:  # noqa: ASYNC230, PTH118, PTH123
            file.write(content)
    await wherry.install("idna", index_urls=[index_url])
    names = [one.name for one in wherry.installed()]
    seen = names, str(wherry.check()), str(wherry.tree())
    gone = [one.name for one in wherry.uninstall("idna")]
    try:
        await wherry.install("six; python_version ~= '3'", index_urls=[index_url])
    except wherry.InvalidRequirement as error:
        return *seen, gone, str(error)


def test_faulty_installed_metadata_does_not_break_other_calls(fresh_wherry_runtime, index_server):
    names, checked, tree, gone, error = disturb(fresh_wherry_runtime, index_server.json_url)
    assert {"odd", "unreadable", "idna"} <= {*names}
    assert {"binary", "huge"}.isdisjoint(names)
    lines = checked.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["Broken"] * 3 + ["Warning"] * 4 + ["Environment"]
    assert lines[3] == (
        'Warning: odd-1.dist-info: python_version ~= "3" is undefined and counts as false, in Requires-Dist '
        "\"six; python_version ~= '3'\""
    )
    assert "idna 3.20" in tree
    assert gone == ["idna"]
    assert 'python_version ~= "3" is undefined' in error
