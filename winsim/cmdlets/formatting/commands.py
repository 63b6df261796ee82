"""Format-Table, Format-List, Format-Wide, Format-Custom and Out-String."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from winsim.cmdlets.expressions import Expression, parse_all, resolve
from winsim.cmdlets.formatting import packets
from winsim.cmdlets.formatting.cells import is_scalar
from winsim.cmdlets.formatting.output import has_console, render_lines
from winsim.cmdlets.formatting.packets import FormatRecord
from winsim.cmdlets.formatting.view import Column, View
from winsim.cmdlets.formatting.views import list_view, table_view, wide_view
from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.command import NotBuilt, cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, EnumValue

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

KEYS = ("name", "expression", "width", "alignment", "formatstring")


def column_of(name: str, expression: Expression) -> Column:
    width = expression.options.get("width")
    align = expression.options.get("alignment")
    text = align.name if isinstance(align, EnumValue) else to_text(align).capitalize()
    return Column(name, expression, None, int(width) if isinstance(width, int) else 0, text)


def columns_for(call: CommandCall, value: object) -> tuple[Column, ...]:
    """-Property for one object; labels are as they were written."""
    out = []
    for expression in parse_all(call.get("Property"), KEYS):
        for name, single in resolve(expression, value):
            out.append(
                column_of(
                    name if single is not expression else expression.shown or name,
                    single if single is not expression else expression,
                )
            )
    return tuple(out)


class Formatter:
    """What the Format-* cmdlets share."""

    make: Callable[[object], View]

    def begin(self, call: CommandCall) -> None:
        if call.has("View"):
            raise NotBuilt(f"{call.name} -View")
        if call.text("Expand", "EnumOnly").lower() != "enumonly":
            raise NotBuilt(f"{call.name} -Expand {call.text('Expand')}")
        self.view: View | None = None
        self.group_text: str | None = None

    def process(self, call: CommandCall) -> None:
        value = call.get("InputObject", AUTOMATION_NULL)
        if value is AUTOMATION_NULL or value is None:
            return
        base = unwrap(value)
        if isinstance(base, Dictionary):
            for entry in base.entries():
                self.one(call, entry)
            return
        items = items_of(base) if call.name != "Format-Custom" else None
        for item in items if items is not None and not isinstance(base, str) else [value]:
            self.one(call, item)

    def one(self, call: CommandCall, value: object) -> None:
        if isinstance(value, FormatRecord):
            call.write(value)
            return
        if is_scalar(value):
            call.write(packets.entry(call, self.view, value))
            return
        if self.view is None:
            self.view = self.first(call, value)
            call.write(packets.document_start(call, self.view, value))
        group = packets.group_text(call, self.view, value)
        if group != self.group_text:
            if self.group_text is not None:
                call.write(packets.ending("GroupEndData"))
            self.group_text = group
            call.write(packets.group_start(call, self.view, value))
        call.write(packets.entry(call, self.view, value))

    def first(self, call: CommandCall, value: object) -> View:
        view = type(self).make(value)
        if call.has("Property"):
            view = View(view.kind, columns_for(call, value), count=view.count)
        group = self.group(call)
        if group is not None:
            view = replace(view, group=group)
        return self.options(call, view)

    def options(self, call: CommandCall, view: View) -> View:
        return view

    @staticmethod
    def group(call: CommandCall) -> Column | None:
        if not call.has("GroupBy"):
            return None
        expression = parse_all(call.get("GroupBy"), KEYS)[0]
        return column_of(expression.shown, expression)

    def end(self, call: CommandCall) -> None:
        if self.view is not None:
            call.write(packets.ending("GroupEndData"))
            call.write(packets.ending("FormatEndData"))


BUILT = ("InputObject", "Property", "GroupBy", "Expand")
IDLE = ("Force",)  # all of an object is shown without it, its errors too


@cmdlet("Format-Table", (*BUILT, "AutoSize", "HideTableHeaders", "Wrap"), idle=IDLE, locks_world=False)
class FormatTable(Formatter):
    make = staticmethod(table_view)

    def options(self, call: CommandCall, view: View) -> View:
        return replace(
            view, tight=call.switch("AutoSize"), hide_headers=call.switch("HideTableHeaders"), wrap=call.switch("Wrap")
        )


@cmdlet("Format-List", BUILT, idle=IDLE, locks_world=False)
class FormatList(Formatter):
    make = staticmethod(list_view)


@cmdlet("Format-Wide", (*BUILT, "AutoSize", "Column"), idle=IDLE, locks_world=False)
class FormatWide(Formatter):
    make = staticmethod(wide_view)

    def options(self, call: CommandCall, view: View) -> View:
        chosen = int(call.text("Column")) if call.has("Column") else 0
        return replace(view, tight=call.switch("AutoSize"), count=chosen or 2, chosen_count=chosen)


@cmdlet("Out-String", ("InputObject", "Stream", "Width"), locks_world=False)
class OutString:
    def begin(self, call: CommandCall) -> None:
        self.values: list[object] = []

    def process(self, call: CommandCall) -> None:
        value = call.get("InputObject", AUTOMATION_NULL)
        if value is not AUTOMATION_NULL:
            self.values.append(value)

    def end(self, call: CommandCall) -> None:
        width = int(call.text("Width")) if call.has("Width") else 80
        lines = render_lines(call, self.values, width, console=has_console(call))
        if call.switch("Stream"):
            call.write_all(lines)
        else:
            call.write("".join(f"{line}\r\n" for line in lines))
