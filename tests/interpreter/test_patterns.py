"""Regular expressions: read as .NET reads them, and cut off where they would never end."""

from __future__ import annotations

import pytest

from winsim.interpreter import patterns
from winsim.interpreter.errors import LimitExceeded
from winsim.interpreter.net.regextypes import Regex, every, split
from winsim.interpreter.nettypes import NetError
from winsim.interpreter.regexes import compile_pattern, substitute

ENDLESS = r"^(a|aa)+$"
LONG = "a" * 80 + "!"


@pytest.mark.parametrize("method", ["search", "match"])
def test_a_search_that_backtracks_without_end_is_cut_off(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "SECONDS", 0.2)
    with pytest.raises(LimitExceeded, match="regular expression"):
        getattr(compile_pattern(ENDLESS), method)(LONG)


def test_replacing_and_finding_all_are_cut_off_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "SECONDS", 0.2)
    pattern = compile_pattern(ENDLESS)
    with pytest.raises(LimitExceeded):
        pattern.sub(lambda found: "", LONG)
    with pytest.raises(LimitExceeded):
        list(pattern.finditer(LONG))


@pytest.mark.parametrize(
    ("pattern", "watched"),
    [(r"\d+", False), (r"^(\w+)\.(\w+)$", False), (r"(a+)+", True), (r"(a|b)*c", True), (r"(a)\1", True)],
)
def test_only_patterns_without_a_bound_are_watched(pattern: str, watched: bool) -> None:
    assert (compile_pattern(pattern).quick < 0) is watched


def test_optional_parts_count_for_the_bound() -> None:
    assert compile_pattern("a?" * 30 + "a" * 30).quick < 0


# Answers of a .NET implementation, as those below.
@pytest.mark.parametrize(
    ("pattern", "replacement", "text", "options", "wanted"),
    [
        (r"(?<n>a)(b)", "$1-$2", "ab", 0, "b-a"),  # groups with a name come after those without
        (r"(a)", "$10", "ab", 0, "$10b"),
        (r"(a)", "${1}0", "ab", 0, "a0b"),
        (r"(?<x>a)", "<${x}${y}>", "ab", 0, "<a${y}>b"),
        (r"b", "[$`|$'|$&|$_|$$]", "abc", 0, "a[a|c|b|abc|$]c"),
        (r"(a)(b)?", "<$+>", "a", 0, "<>"),
        (r"a*", "x", "aab", 0, "xxbx"),
        (r"(a(?i)b)c", "x", "aBc aBC", 0, "x aBC"),  # an option ends with its group
        (r"a(?i)b|c", "x", "aB C A", 0, "x x A"),
        (r"(?n)(a)(?<q>b)", "$1", "ab", 0, "b"),
        (r"[a-z-[aeiou]]+", "x", "hello", 0, "xexo"),
        (r"a{,2}", "x", "a{,2}", 0, "x"),
        (r"(?x) a b # and no more", "x", "ab", 0, "x"),
        (r"^.", "x", "a\nb", 2, "x\nx"),
        (r"a.b", "x", "a\nb", 16, "x"),
        (r"\p{Lu}\P{L}", "x", "A1b", 0, "xb"),
        (r"(?(a)ab|c)", "x", "abc", 0, "xx"),
        (r"(\d)(?(1)a|b)", "x", "1a", 0, "x"),
        (r"b$", "x", "ab\n", 0, "ax\n"),
        (r"b\z", "x", "ab\n", 0, "ab\n"),
        (r"(?<5>a)(b)\5", "$5$1", "aba", 0, "ab"),
    ],
)
def test_replace(pattern: str, replacement: str, text: str, options: int, wanted: str) -> None:
    assert substitute(compile_pattern(pattern, options), replacement, text) == wanted


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("[a", "Unterminated [] set."),
        ("(a", "Not enough )'s."),
        ("a)", "Too many )'s."),
        ("*a", "Quantifier {x,y} following nothing."),
        ("a++", "Nested quantifier +."),
        ("a{2}{3}", "Nested quantifier {."),
        ("a{3,1}", "Illegal {x,y} with x > y."),
        ("[z-a]", "[x-y] range in reverse order."),
        ("\\", "Illegal \\ at end of pattern."),
        ("(?", "Unrecognized grouping construct."),
        (r"\1", "Reference to undefined group number 1."),
        (r"\k<n>", "Reference to undefined group name n."),
        (r"\y", r"Unrecognized escape sequence \y."),
        (r"\_", r"Unrecognized escape sequence \_."),
        (r"\x4", "Insufficient hexadecimal digits."),
        (r"\p{Foo}", "Unknown property 'Foo'."),
        (r"[a-\d]", r"Cannot include class \d in character range."),
    ],
)
def test_what_is_no_pattern_is_refused_with_the_reason(pattern: str, reason: str) -> None:
    with pytest.raises(NetError) as raised:
        compile_pattern(pattern)
    assert raised.value.message == f'parsing "{pattern}" - {reason}'


def test_captures_keep_every_turn_of_a_group() -> None:
    (found,) = every(Regex(r"(?:(\w)-?)+"), "a-b-c").items
    assert [capture.value for capture in found.groups().items[1].captures().items] == ["a", "b", "c"]  # type: ignore[attr-defined]


def test_split_gives_groups_by_their_numbers() -> None:
    assert list(split(Regex(r"(?<n>,)(;)?"), "a,;b,c")) == ["a", ";", ",", "b", ",", "c"]


def test_nesting_as_deep_as_the_pattern_ends_in_an_error() -> None:
    with pytest.raises(NetError):
        compile_pattern("(" * 20000 + ")" * 20000)
