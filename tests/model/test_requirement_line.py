"""Files that the hashes of a line allow and refuse."""

from __future__ import annotations

import pytest

from wherry.model.requirement_line import RequirementLine

LINE = RequirementLine("a==1", "r.txt, line 1", ("sha256:1", "sha256:2", "sha512:3"))


@pytest.mark.parametrize(
    ("known", "allowed", "refused"),
    [
        ({"sha256": "2"}, True, False),
        ({"sha512": "3", "sha256": "9"}, True, False),
        ({"sha256": "9", "sha512": "9"}, False, True),
        ({"sha256": "9"}, False, False),  # its sha512 may be the one
        ({"md5": "1"}, False, False),
        ({}, False, False),
    ],
)
def test_a_file_is_refused_only_if_no_hash_can_match(known: dict[str, str], allowed: bool, refused: bool) -> None:  # noqa: FBT001
    assert (LINE.allows(known), LINE.refuses(known)) == (allowed, refused)
