"""Which source is recognized as shallow without counting its depth."""

from __future__ import annotations

import pytest

from wherry.formats.shallow_source import is_shallow

MOST = 3000
SUM = " + x" * 4000
MODULE = r'''
"""A module. It isn't deep - not at all."""
import a  # (

class Class(a.B):
    """Its "docstring", with (signs.\""""

    TABLE = {
        "key": [-1, 'it\'s'],  # "
        'other': r"\\" "", 'f': f"{a.b!r:>5} {{ {c['d']}", **{},
    }

    def method(self, *args):
        return (self.one + self.two
                - self.three) \
            * b'"'
'''


def test_a_long_module_of_short_statements_is_shallow():
    compile(MODULE, "<test>", "exec")
    assert is_shallow(MODULE * 400, MOST)


@pytest.mark.parametrize(
    "source", ["", "x = 1", "x = '" + "-" * 9000 + "'", "# " + "-" * 9000, '"""' + "-\n" * 9000 + '"""']
)
def test_signs_in_texts_do_not_count(source):
    assert is_shallow(source, MOST)


@pytest.mark.parametrize(
    "source",
    [
        f"x = 1{SUM}",
        f"x = (1{SUM.replace(' ', chr(10))})",
        f"x = 1{SUM.replace(' +', f' {chr(92)}{chr(10)}+')}",
        f"x = [[[1{SUM}]]]",
        f"x = {'(' * 20}1{SUM.replace(' ', chr(10))}{')' * 20}",
        f'x = f"{{1{SUM}}}"',
        f'x = rf"""{{1{SUM}}}"""',
        f'x = f"{{a["#"]}}"{SUM}',
        f"x = F'{{a['#']}}'{SUM}",
        f'x = f"""{{a["""#"""]}}"""{SUM}',
        f'x = f"{{f"{{a["#"]}}"}}"{SUM}',
        f'x = rf"\\{{a["#"]}}"{SUM}',
        f'x = t"{{a["#"]}}"{SUM}',
        f"x = 'a' '#'{SUM}",
        f"x = '''\n'#'''{SUM}",
        f"x = '\\\\'; y = '#'{SUM}",
        f"x = r'\\'#'{SUM}",
        f"x = a{'.b' * 4000}",
        f"x = 1{' << 1' * 4000}",
        f"x = 1{' >> 1' * 4000}",
        f"x = {'not ' * 4000}a",
        f"x = {'lambda: ' * 2000}a",
        "if a: pass\n" + "elif a: pass\n" * 4000,
    ],
)
def test_a_deep_statement_is_never_shallow(source):
    assert not is_shallow(f"import a\n{source}\nimport b\n", MOST)


def test_deep_brackets_behind_many_statements_are_refused_at_once():
    # Searching for the next line at each character would take minutes.
    assert not is_shallow("a.b;" * 500_000 + "x = " + "[" * 14 + "1" + "]" * 14, MOST)


@pytest.mark.parametrize("source", ["x = )\n" * 3000, "x = '" + "-\n" * 5000, "x = (" + "-\n" * 5000])
def test_text_that_is_not_python_is_not_recognized(source):
    assert not is_shallow(source + "-" * 5000, MOST)
