"""Signs, colours and words: a sign is never told by its colour alone."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from passivelab.blueprint.model import Unknown
from passivelab.compare import ABSENT, Difference


@dataclass(frozen=True)
class Signs:
    fine: str
    changed: str
    failed: str
    rebooting: str
    idle: str
    skipped: str
    arrow: str
    rule_top: str
    rule: str
    rule_end: str


UNICODE = Signs("✔", "●", "✖", "↻", "○", "·", "→", "╷", "│", "╵")
ASCII = Signs("ok", "chg", "FAIL", "rbt", "wait", "-", "->", "|", "|", "|")

OUTCOMES: dict[str, tuple[str, str, str]] = {  # outcome -> sign's name, style, word
    "unchanged": ("fine", "green", "unchanged"),
    "changed": ("changed", "yellow", "changed"),
    "removed": ("changed", "yellow", "removed"),
    "waiting": ("idle", "yellow", "waiting"),
    "failed": ("failed", "bold red", "failed"),
    "unreachable": ("failed", "bold red", "unreachable"),
    "skipped": ("skipped", "dim", "not started"),
}

ACTIONS: dict[str, tuple[str, str]] = {  # action -> sign, style
    "create": ("+", "green"),
    "change": ("~", "yellow"),
    "remove": ("-", "red"),
    "wait": (".", "cyan"),
    "unknown": ("?", "cyan"),
    "failed": ("!", "bold red"),
}


def signs(console: Console) -> Signs:
    return UNICODE if console.encoding.lower().replace("-", "").startswith("utf") else ASCII


def show(value: object, width: int = 72) -> str:
    """A value in one line, cut in the middle of nothing: the end tells that more follows."""
    if value is ABSENT:
        return "(absent)"
    if isinstance(value, Unknown):
        return f"(known after {value.key})"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = "'" + value.replace("\r", "").replace("\n", "⏎ ") + "'"
    elif isinstance(value, list | tuple):
        text = "[" + ", ".join(show(member, width) for member in value) + "]"
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{name}: {show(member, width)}" for name, member in value.items()) + "}"
    else:
        text = str(value)
    return text if len(text) <= width else text[: width - 1] + "…"


def difference_lines(differences: tuple[Difference, ...], sign: Signs, width: int, indent: int = 6) -> list[Text]:
    """One line a property: what there is, and what is wanted. Long lists show only the members that differ."""
    if not differences:
        return []
    column = min(max(len(item.path) for item in differences), 32)
    room = max(20, (width - indent - column - 8) // 2)
    lines = []
    for item in differences:
        line = Text(" " * indent + (item.path or "(all of it)").ljust(column) + "  ", no_wrap=True, overflow="ellipsis")
        lines.append(line)
        if item.got is ABSENT:
            line.append(show(item.wanted, room * 2), "green")
        elif item.wanted is ABSENT:
            line.append(show(item.got, room * 2), "red")
            line.append(f" {sign.arrow} (absent)")
        elif _is_long(item, room):
            line.append("(members)")
            lines.extend(_member_lines(item, " " * (indent + 2), width - indent - 6))
        else:
            line.append(show(item.got, room), "red")
            line.append(f" {sign.arrow} ")
            line.append(show(item.wanted, room), "green")
    return lines


def _is_long(item: Difference, room: int) -> bool:
    both = isinstance(item.wanted, list) and isinstance(item.got, list)
    return both and max(len(show(item.wanted, 10_000)), len(show(item.got, 10_000))) > room


def _member_lines(item: Difference, indent: str, width: int) -> list[Text]:
    """The members that are there or wanted alone; none are when only their order differs."""
    wanted = [show(member, width) for member in _members(item.wanted)]
    got = [show(member, width) for member in _members(item.got)]
    lines = [Text(f"{indent}- {member}", "red") for member in got if member not in wanted]
    lines += [Text(f"{indent}+ {member}", "green") for member in wanted if member not in got]
    return lines or [Text(f"{indent}  in another order", "yellow")]


def _members(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def seconds(value: float) -> str:
    if value < 60:
        return f"{value:.1f} s"
    return f"{int(value) // 60}:{int(value) % 60:02d} min"
