"""From a stream of objects to lines: what Out-String, Out-File and Out-Default show."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from winsim.cmdlets.formatting.cells import is_scalar
from winsim.cmdlets.formatting.layout import group_head, read, render
from winsim.cmdlets.formatting.packets import FormatRecord
from winsim.cmdlets.formatting.view import View
from winsim.cmdlets.formatting.views import default_view
from winsim.interpreter.ambient import heed_stop
from winsim.interpreter.clixml_records import type_names
from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.texts import to_text

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall


class Renderer:
    """Collects objects until their view changes."""

    def __init__(self, call: CommandCall, width: int) -> None:
        self.call = call
        self.width = width
        self.lines: list[str] = []
        self.view: View | None = None
        self.kind = ""
        self.rows: list[object] = []
        self.group: object = None
        self.forced = False
        self.ended = ""  # what kind of view the last lines have

    def add(self, value: object) -> None:
        if isinstance(value, FormatRecord):
            self.add_record(value)
            return
        base = unwrap(value)
        if isinstance(base, Dictionary):
            for entry in base.entries():
                self.add_object(entry)
            return
        items = items_of(base)
        if items is not None and not isinstance(base, str):
            for item in list(items):
                self.add(item)
            return
        self.add_object(value)

    def add_record(self, record: FormatRecord) -> None:
        if record.kind == "FormatStartData":
            self.flush()
            self.view, self.forced, self.kind = record.view, True, "forced"
        elif record.kind == "FormatEndData":
            self.flush()
        elif record.kind == "FormatEntryData":
            self.put(record.value)

    def add_object(self, value: object) -> None:
        if value is None:
            return
        if is_scalar(value):
            if self.view is not None and self.view.kind == "text":
                self.flush()
            self.put(value)
            return
        kind = (type_names(value) or ("",))[0]
        if self.view is None or self.forced or kind != self.kind:
            if self.view is not None:
                self.flush()
            self.view, self.kind, self.forced = default_view(value), kind, False
        self.put(value)

    def put(self, value: object) -> None:
        if self.view is None:
            self.ended = ""
            self.lines.extend(text_lines(value))
            return
        if not is_scalar(value) and self.view.group is not None:
            group = to_text(read(self.call, self.view.group, value))
            if self.rows and group != self.group:
                view, kind, forced = self.view, self.kind, self.forced
                self.flush()
                self.view, self.kind, self.forced = view, kind, forced
            self.group = group
        self.rows.append(value)

    def flush(self) -> None:
        view, rows = self.view, self.rows
        self.view, self.rows, self.forced = None, [], False
        if view is None or not rows:
            return
        self.ended = view.kind if any(not is_scalar(row) for row in rows) else ""
        objects = [row for row in rows if not is_scalar(row)]
        if not objects:
            for row in rows:
                self.lines.extend(text_lines(row))
            return
        if view.kind == "text":
            self.lines.extend(folded(render(self.call, view, objects, self.width), self.width))
            return
        if not view.columns:
            return
        self.lines.extend(folded(group_head(self.call, view, objects[0]), self.width))
        self.lines.extend(folded(self.mixed(view, rows, objects), self.width))
        self.lines.append("")

    def mixed(self, view: View, rows: list[object], objects: list[object]) -> list[str]:
        """Texts between the rows of a table stand where they came."""
        if len(objects) == len(rows):
            return render(self.call, view, objects, self.width)
        if view.kind != "table":
            return self.mixed_list(view, rows)
        whole = render(self.call, view, objects, self.width)
        heads = 0 if view.hide_headers else 2
        lines, body = whole[:heads], iter(whole[heads:])
        for row in rows:
            lines.extend(text_lines(row) if is_scalar(row) else [next(body, "")])
        return lines

    def mixed_list(self, view: View, rows: list[object]) -> list[str]:
        lines: list[str] = []
        for plain, run in groupby(rows, is_scalar):
            if plain:
                lines.extend(line for row in run for line in text_lines(row))
            else:
                lines.extend([*render(self.call, view, list(run), self.width), ""])
        return lines if is_scalar(rows[-1]) else lines[:-1]


def text_lines(value: object) -> list[str]:
    if value is None:
        return []
    from winsim.interpreter.formatting import format_value

    return format_value(unwrap(value), "").replace("\r\n", "\n").split("\n")


def folded(lines: Iterable[str], width: int) -> list[str]:
    """Lines longer than the width go on in the next one."""
    out: list[str] = []
    for line in lines:
        if len(line) <= width or width <= 0:
            out.append(line)
            continue
        out.extend(line[i : i + width] for i in range(0, len(line), width))
    return out


def has_console(call: CommandCall) -> bool:
    """Whether the session is a powershell.exe with streams of its own."""
    return getattr(call.session.ui, "console", None) is not None


def render_lines(call: CommandCall, values: Iterable[object], width: int, *, console: bool = False) -> list[str]:
    """What the objects look like as text. Plain texts keep their length; what a view shows ends at the width."""
    renderer = Renderer(call, width)
    for value in values:
        heed_stop()
        renderer.add(value)
    renderer.flush()
    if console and renderer.ended == "table":
        renderer.lines.append("")  # the console of Windows PowerShell shows two; the recorded texts have one
    return renderer.lines
