"""A view: what of an object is shown, and in which form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from winsim.cmdlets.expressions import Expression

Kind = Literal["table", "list", "wide", "text"]


@dataclass(frozen=True)
class Column:
    label: str
    expression: Expression | None = None
    compute: Callable[[object], object] | None = None
    width: int = 0
    align: str = ""  # Left, Right, Center or "" for by value


@dataclass(frozen=True)
class View:
    kind: Kind
    columns: tuple[Column, ...] = ()
    group: Column | None = None
    text: Callable[[object], str] | None = None
    hide_headers: bool = False
    wrap: bool = False
    tight: bool = False
    count: int = 2  # columns of a wide view
    chosen_count: int = 0  # the number that was asked for; 0 leaves it to the outputter
    indent: str = field(default="   ")
    defined: bool = False  # by PowerShell for the type, not made from the properties of an object


def named(name: str, width: int = 0, align: str = "", label: str = "") -> Column:
    """A column of one property; without alignment the values decide."""
    return Column(label or name, Expression(name), None, width, align)
