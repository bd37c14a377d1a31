from __future__ import annotations

import json
import json.decoder

from wherry.installation.imported import imported_modules


def test_modules_that_were_loaded_from_the_files_are_named_by_their_top():
    assert json.decoder.__file__ is not None
    assert imported_modules({json.decoder.__file__, "/nowhere/else.py"}.__contains__) == ["json"]


def test_files_that_nobody_has_imported_name_nothing():
    assert imported_modules({"/nowhere/else.py"}.__contains__) == []
