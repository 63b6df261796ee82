"""Character classes of PowerShell, and the regular expressions that the parser's fast paths stand on."""

from __future__ import annotations

import re

SINGLE_QUOTES = "'\u2018\u2019\u201a\u201b"
DOUBLE_QUOTES = '"\u201c\u201d\u201e'
DASHES = "-\u2013\u2014\u2015"
NEWLINES = "\r\n"

#: Inside a regular-expression class: white space that is not a line break.
BLANK = " \\t\\f\\v\u00a0\u0085\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_LINE = "\\r\\n"
#: What ends a word in argument mode, whatever the word is.
WORD_END_CLASS = BLANK + _LINE + "\\0&(),;{|}"

#: A comment may hold a NUL, but not those that stand behind the text.
_COMMENT = r"\#[^\r\n\0]*+(?:\0(?!\0{0,2}\Z)[^\r\n\0]*+)*+|<\#.*?\#>"
_CONTINUED = rf"`(?:\r\n|[{_LINE}{BLANK}])"

#: Blanks, comments and continued lines, but no line breaks.
SKIP = re.compile(rf"(?:[{BLANK}]+|{_CONTINUED}|{_COMMENT})*+", re.DOTALL)
#: The same with line breaks.
SKIP_LINES = re.compile(rf"(?:[{BLANK}{_LINE}]+|{_CONTINUED}|{_COMMENT})*+", re.DOTALL)
#: The same with line breaks and semicolons.
SKIP_TERMINATORS = re.compile(rf"(?:[{BLANK}{_LINE};]+|{_CONTINUED}|{_COMMENT})*+", re.DOTALL)
BLANKS = re.compile(f"[{BLANK}]*+")

IDENTIFIER = re.compile(r"[^\W\d]\w*+")
#: A word in argument mode without anything to expand, unescape or unquote.
PLAIN_WORD = re.compile(f"[^{WORD_END_CLASS}`${SINGLE_QUOTES}{DOUBLE_QUOTES}]++")
TYPE_NAME = re.compile(r"[^\W\d][\w.`+\#\\]*+")
BLOCK_COMMENT = re.compile(r"<\#.*?\#>", re.DOTALL)

WORD_ENDS = frozenset(
    " \t\f\v\u00a0\u0085\u1680\u2028\u2029\u202f\u205f\u3000\r\n\0&(),;{|}" + "".join(map(chr, range(0x2000, 0x200B)))
)
BLANK_CHARS = WORD_ENDS - frozenset("\r\n\0&(),;{|}")
#: What also ends a number in an expression.
NUMBER_ENDS = WORD_ENDS | frozenset("!#%*+-./<=>]" + DASHES)

ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def starts_identifier(char: str) -> bool:
    return char == "_" or char.isalpha()


def continues_identifier(char: str) -> bool:
    return char == "_" or char.isalnum()


def starts_variable(char: str) -> bool:
    """Whether ``$`` followed by this character is a variable (``${`` aside)."""
    return char in "$?^:_" or char.isalnum()
