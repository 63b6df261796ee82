"""The operators of PowerShell 4.0 and their precedence."""

from __future__ import annotations

LOGICAL, BITWISE, COMPARISON, ADD, MULTIPLY, FORMAT, RANGE = range(1, 8)

_COMPARISONS = (
    *("eq", "ne", "ge", "gt", "lt", "le", "like", "notlike", "match", "notmatch"),
    *("replace", "contains", "notcontains", "in", "notin", "split"),
)

#: Dashed binary operators; the forms with ``i`` are the forms without it.
BINARY: dict[str, int] = (
    dict.fromkeys(("and", "or", "xor"), LOGICAL)
    | dict.fromkeys(("band", "bor", "bxor"), BITWISE)
    | {prefix + name: COMPARISON for name in _COMPARISONS for prefix in ("", "i", "c")}
    | dict.fromkeys(("is", "isnot", "as", "join", "shl", "shr"), COMPARISON)
    | {"f": FORMAT}
)
#: ``-ieq`` is ``-eq`` by another name, except where the tree says so (unary ``-isplit``).
CANONICAL: dict[str, str] = {f"i{name}": name for name in _COMPARISONS}
SYMBOLS: dict[str, int] = {"+": ADD, "-": ADD, "*": MULTIPLY, "/": MULTIPLY, "%": MULTIPLY, "..": RANGE}
UNARY: frozenset[str] = frozenset(("not", "bnot", "join", "split", "isplit", "csplit"))
ASSIGNMENTS: frozenset[str] = frozenset(("=", "+=", "-=", "*=", "/=", "%="))


def precedence(op: str) -> int:
    return SYMBOLS.get(op) or BINARY[op]
