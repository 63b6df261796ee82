"""The command line between PowerShell and a program."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winsim.interpreter.command_line import joined, taken_apart


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (r'"abc" d e', ["abc", "d", "e"]),
        (r'a\\b d"e f"g h', [r"a\\b", "de fg", "h"]),
        (r"a\\\"b c d", [r"a\"b", "c", "d"]),
        (r'a\\\\"b c" d e', [r"a\\b c", "d", "e"]),
        (r'"a ""b"" c"', ['a "b" c']),
        ('  ""  x', ["", "x"]),
    ],
)
def test_the_c_run_time_takes_a_line_apart(line: str, words: list[str]) -> None:
    assert taken_apart(line) == words


def test_quotes_inside_of_words_and_empty_words_get_lost() -> None:
    assert taken_apart(joined(['/enabled:"True"', "", "a b", "C:\\x y\\", '"c d"'])) == \
        ["/enabled:True", "a b", "C:\\x y\\", "c d"]  # fmt: skip


@settings(max_examples=60)
@given(st.lists(st.text(st.characters(exclude_characters='"', exclude_categories=["Cc", "Cs", "Z"]) | st.just(" "),
                        min_size=1)))  # fmt: skip
def test_words_without_quotes_arrive_as_they_are(words: list[str]) -> None:
    assert taken_apart(joined(words)) == words
