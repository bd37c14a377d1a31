"""Install Python packages into a running Pyodide: ``await wherry.install("pydantic")``.

This is the package in a wheel with bytecode. One file has all modules: Python would take much longer to compile them.
"""


def _import_bytecode() -> None:
    """Make the modules importable, and become the first of them."""
    import marshal
    from pathlib import Path
    from types import ModuleType

    from compression import zstd

    content = zstd.decompress(Path(__file__).with_name("_bytecode.zst").read_bytes())
    code, packages, groups = marshal.loads(content)  # noqa: S302 - our own
    finder = ModuleType("finder")
    exec(code, finder.__dict__)  # noqa: S102 - as an import does
    found = finder.begin("/lib/wherry.zip", packages, groups)
    exec(found.get_code("wherry"), globals())  # noqa: S102 - as an import does


_import_bytecode()
del _import_bytecode
