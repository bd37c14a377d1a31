"""Build hook that writes the module with the default index.

The URL is taken from a library that publishes it, so that this repository has no copy that could become outdated.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from pypi_simple import PYPI_SIMPLE_ENDPOINT

GENERATED = "src/wherry/_default_index.py"

TEMPLATE = '''\
"""URL of the default index. Written by hatch_build.py; do not edit."""

from typing import Final

DEFAULT_INDEX_URL: Final = "{url}"
'''


class DefaultIndexHook(BuildHookInterface[Any]):
    """Writes `_default_index.py` before a wheel, plain or editable, is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Write the module; hatchling includes it because pyproject.toml lists it as an artifact."""
        Path(self.root, GENERATED).write_text(TEMPLATE.format(url=PYPI_SIMPLE_ENDPOINT), encoding="utf-8")
