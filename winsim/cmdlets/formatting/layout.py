"""Views and objects as lines of text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from winsim.cmdlets.expressions import value_of
from winsim.cmdlets.formatting.cells import cell_text, right_aligned
from winsim.cmdlets.formatting.view import Column, View
from winsim.interpreter.collect import unwrap
from winsim.interpreter.formatting import format_value

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

MORE = "..."
SMALLEST = 1


def read(call: CommandCall, column: Column, value: object) -> object:
    if column.compute is not None:
        return column.compute(value)
    assert column.expression is not None
    return value_of(call, column.expression, value)


def shown(call: CommandCall, column: Column, value: object) -> str:
    spec = ""
    if column.expression is not None:
        from winsim.interpreter.texts import to_text

        spec = to_text(column.expression.options.get("formatstring"))
    return cell_text(read(call, column, value), enumeration_limit(call), spec)


def table_cell(call: CommandCall, column: Column, value: object) -> str:
    """Tables show fractions with the digits of the culture, lists all of them."""
    if column.expression is not None and not column.expression.options.get("formatstring"):
        found = unwrap(read(call, column, value))
        if isinstance(found, float | Decimal):
            return format_value(found, "F")
    return shown(call, column, value)


def enumeration_limit(call: CommandCall) -> int:
    held = call.session.scope.lookup("formatenumerationlimit", 4)
    return int(held) if isinstance(held, int) else 4


def group_head(call: CommandCall, view: View, value: object) -> list[str]:
    """The lines before a group."""
    if view.group is None:
        return [""]
    return ["", f"{view.indent}{view.group.label}: {shown(call, view.group, value)}", ""]


def render(call: CommandCall, view: View, values: Sequence[object], width: int) -> list[str]:
    """One group of objects in one view."""
    if view.kind == "text":
        assert view.text is not None
        return [line for value in values for line in view.text(value).split("\n")]
    makers: dict[str, Callable[[CommandCall, View, Sequence[object], int], list[str]]] = {
        "table": table,
        "list": as_list,
        "wide": wide,
    }
    return makers[view.kind](call, view, values, width)


# -- tables -------------------------------------------------------------------------------------------------------


def assign_widths(widths: list[int], total: int) -> list[int]:
    """Gives columns without a width their share; columns that do not fit are cut or left out (-1)."""
    fixed = [width > 0 for width in widths]
    made = [width or SMALLEST for width in widths]
    spare = total - sum(made) - (len(made) - 1)
    if spare >= 0:
        free = [i for i, is_fixed in enumerate(fixed) if not is_fixed]
        for position in range(spare if free else 0):
            made[free[position % len(free)]] += 1
        return made
    return trim(made, total)


def trim(widths: list[int], total: int) -> list[int]:
    made = list(widths)
    while True:
        visible = [i for i, width in enumerate(made) if width > 0]
        if not visible:
            return made
        excess = sum(made[i] for i in visible) + len(visible) - 1 - total
        if excess <= 0:
            return made
        last = visible[-1]
        made[last] = made[last] - excess if made[last] - excess >= SMALLEST else -1


def fit(text: str, width: int, right: bool) -> str:
    if len(text) > width:
        text = text[: width - 3] + MORE if width > 3 else text[:width]
    return text.rjust(width) if right else text.ljust(width)


def table(call: CommandCall, view: View, values: Sequence[object], width: int) -> list[str]:
    columns = view.columns
    if not columns:
        return []
    raw = [[read(call, column, value) for column in columns] for value in values]
    rows = [[table_cell(call, column, value) for column in columns] for value in values]
    rights = [align_of(column, [row[i] for row in raw]) for i, column in enumerate(columns)]
    if view.tight or not any(column.width for column in columns):
        natural = [max([len(c.label), *(longest(row[i]) for row in rows)]) for i, c in enumerate(columns)]
        widths = trim([n or 1 for n in natural], width)
    else:
        widths = assign_widths([column.width for column in columns], width)
    seen = [i for i, w in enumerate(widths) if w > 0]
    lines: list[str] = []
    if not view.hide_headers:
        lines.append(" ".join(fit(columns[i].label, widths[i], rights[i]) for i in seen))
        dashes = ["-" * min(len(columns[i].label), widths[i]) for i in seen]
        lines.append(" ".join(fit(dash, widths[i], rights[i]) for dash, i in zip(dashes, seen, strict=True)))
    for row in rows:
        lines.extend(table_row([row[i] for i in seen], [widths[i] for i in seen], [rights[i] for i in seen], view.wrap))
    return lines


def longest(text: str) -> int:
    return max(len(line) for line in text.replace("\r", "").split("\n"))


def align_of(column: Column, values: list[object]) -> bool:
    if column.align:
        return column.align == "Right"
    return bool(values) and right_aligned(values[0])


def table_row(cells: list[str], widths: list[int], rights: list[bool], wrap: bool) -> list[str]:
    parts = [
        wrapped(cell, width) if wrap else cell.replace("\r", "").split("\n")
        for cell, width in zip(cells, widths, strict=True)
    ]
    height = max(len(part) for part in parts)
    lines = []
    for level in range(height):
        texts = [part[level] if level < len(part) else "" for part in parts]
        lines.append(" ".join(fit(t, w, r) for t, w, r in zip(texts, widths, rights, strict=True)).rstrip())
    return lines


def wrapped(text: str, width: int) -> list[str]:
    """Breaks at blanks, and inside of words that are longer than a line."""
    lines: list[str] = []
    for whole in text.replace("\r", "").split("\n"):
        line = whole
        while len(line) > width:
            cut = line.rfind(" ", 0, width + 1)
            cut = cut + 1 if 0 < cut < width else width if cut < 0 or cut == 0 else cut
            lines.append(line[:cut])
            line = line[cut:]
        lines.append(line)
    return lines


# -- lists --------------------------------------------------------------------------------------------------------


def as_list(call: CommandCall, view: View, values: Sequence[object], width: int) -> list[str]:
    lines: list[str] = []
    for value in values:
        columns = expanded(view, value)
        label_width = max((len(column.label) for column in columns), default=0)
        room = max(width - label_width - 3, 1)
        for column in columns:
            first, *rest = wrapped(shown(call, column, value), room)
            lines.append(f"{column.label:<{label_width}} : {first}")
            lines.extend(" " * (label_width + 3) + line for line in rest)
        lines.append("")
    return lines[:-1] if lines else []


def expanded(view: View, value: object) -> list[Column]:
    """Wildcards stand for what this object has."""
    from winsim.cmdlets.expressions import resolve

    out: list[Column] = []
    for column in view.columns:
        if column.expression is None or column.expression.block is not None:
            out.append(column)
            continue
        for name, single in resolve(column.expression, value):
            out.append(column if single is column.expression else Column(name, single))
    return out


# -- wide ---------------------------------------------------------------------------------------------------------


def wide(call: CommandCall, view: View, values: Sequence[object], width: int) -> list[str]:
    texts = [shown(call, view.columns[0], value) for value in values]
    if view.tight:
        longest_text = max((len(text) for text in texts), default=1)
        count = max(1, (width + 1) // (longest_text + 1))
        widths = [longest_text] * count
    else:
        count = view.count
        widths = assign_widths([0] * count, width)
    lines = []
    for start in range(0, len(texts), count):
        part = texts[start : start + count]
        lines.append(" ".join(fit(text, w, False) for text, w in zip(part, widths, strict=False)).rstrip())
    return lines
