"""The words that start a statement, so that no command has such a name without further ado."""

from __future__ import annotations

KEYWORDS = frozenset(
    (
        *("if", "switch", "for", "foreach", "while", "do", "try", "trap", "data", "function", "filter", "workflow"),
        *("return", "exit", "throw", "break", "continue", "configuration", "enum", "class", "using", "from", "define"),
        *("var", "param", "begin", "process", "end", "dynamicparam", "parallel", "sequence", "else", "elseif", "catch"),
        *("finally", "until", "default"),
    )
)
