import pytest

from wherry.index.documents import Document
from wherry.index.lock_files import open_lock

LOCK = b'lock-version = "1.0"\ncreated-by = "a test"\npackages = []\n'
ADDRESS = "https://example.org/pylock.toml"


@pytest.mark.parametrize("note", ["", "an old copy"])
async def test_a_note_of_the_response_is_a_warning_of_the_lock(note):
    async def read(file):
        return Document(file, file, LOCK, note)

    lock = await open_lock(ADDRESS, read)
    assert lock.file.location == ADDRESS
    assert lock.warnings[:1] == ((note,) if note else ())
