"""What the printer writes is read back as the same tree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pslang.parser import parse
from pslang.printer import format
from tests.pslang.test_parser import PIECES
from tests.pslang.trees import script, shape

WORDS = st.text("ab1$`\"'‘“- @#{}().,;|<>*=\n", min_size=1, max_size=8)
NAMES = st.sampled_from(
    ["$a", "$b.Name", "$_", "${x y}", "$env:Path", "$h['k']", "[int]::MaxValue", "5", "0x10", "2.5"]
)


def quoted(kind: str) -> st.SearchStrategy[str]:
    if kind == "single":
        return WORDS.map(lambda text: "'" + text.replace("'", "''").replace("‘", "‘‘") + "'")
    return WORDS.map(lambda text: '"' + "".join("`" + char if char in '"“`$' else char for char in text) + '$a$(1)"')


EXPRESSIONS = st.recursive(
    st.one_of(NAMES, quoted("single"), quoted("double")),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "-eq", "-f", "..", "-and", ","]), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("@({})".format),
        inner.map("-not {}".format),
        inner.map("[string]{}".format),
        inner.map("@{{ k = {} }}".format),
        inner.map("{{ {} }}".format),
        inner.map("- {}".format),
        inner.map("(1).m(({}))".format),
    ),
    max_leaves=8,
)
STATEMENTS = st.one_of(
    EXPRESSIONS,
    EXPRESSIONS.map("$x = {}".format),
    st.lists(WORDS, max_size=3).map(
        lambda words: (
            "Get-Thing "
            + " ".join("".join("`" + c if c != "\n" else "`n" for c in w if c not in "ab01") + "w" for w in words)
        )
    ),
    EXPRESSIONS.map("if ({}) {{ 1 }} else {{ 2 }}".format),
    EXPRESSIONS.map("foreach ($i in {}) {{ $i | Out-Thing -Name:x }}".format),
    EXPRESSIONS.map("function f {{ param([int]$p = ({})) return $p }}".format),
)


@given(st.lists(STATEMENTS, max_size=4).map("\n".join))
@settings(max_examples=300, deadline=None)
def test_printing_keeps_the_tree(text: str) -> None:
    first = parse(text)
    if first.errors or first.script is None:
        return
    printed = format(first.script)
    again = script(printed)
    assert shape(again) == shape(first.script)
    assert format(again) == printed


@given(st.lists(PIECES, max_size=20).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_whatever_parses_can_be_printed(text: str) -> None:
    first = parse(text)
    if first.errors or first.script is None:
        return
    assert shape(script(format(first.script))) == shape(first.script)


def test_strings_keep_their_kind() -> None:
    text = '$a = @\'\nx \'\' $y\n\'@\n$b = @"\n""@ $($c -replace "a", \'b\')\n`"@\n"@\nWrite-Output a`$b"c d"$e\'f\'\n'
    assert shape(script(format(script(text)))) == shape(script(text))


@pytest.mark.parametrize(
    "text",
    [
        "@{ d = 1; KB = 2; e5 = 3 }",
        "f `5 `.5 `1kb `5. -5 `-a `2`>x `#a `@b",
        "`if x; `throw y; & if; `5 a; `.5; `.; `[x] y; `-not 1",
        "f $x`.y $x`[0] $x`=1 a`:b",
        "(5).ToString() + 5kb.ToString() + 0xFFFFFFFF + (- 5) + -5",
        "f 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF",
        '"$a $(1 + "x") ${a}b $($b["k"]) `$ `` "" `0"',
        "switch -regex -casesensitive (1) { 'a' { 1 } default { 2 } }",
        ":o while (1) { break o }",
        "$a.'b c'.$d.(1) = [List[string]]::new(@(1, 2), { param($x) $x })",
    ],
)
def test_what_looks_like_something_else_is_kept(text: str) -> None:
    printed = format(script(text))
    assert shape(script(printed)) == shape(script(text))
    assert format(script(printed)) == printed
