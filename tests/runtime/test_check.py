"""What is installed in the runtime is checked, drawn and explained there."""

from __future__ import annotations

from pytest_pyodide import run_in_pyodide


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


def test_what_is_installed_is_looked_at(fresh_wherry_runtime, index_server):
    sound, tree, why, damaged = look(fresh_wherry_runtime, index_server.json_url)
    assert sound == "Everything that is installed has what it requires"
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
    ]
