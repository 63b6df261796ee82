"""Unblock-File, Out-Host, ConvertTo-Html and other small cmdlets."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from winsim.cmdlets.expressions import evaluate, parse_all, resolve
from winsim.cmdlets.formatting.output import render_lines
from winsim.cmdlets.item_paths import places
from winsim.interpreter.command import CommandError, cmdlet
from winsim.interpreter.net.datetimes import DateTime
from winsim.interpreter.net.enums import value as enum_value
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, record
from winsim.interpreter.wildcards import wildcard_match

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall


@cmdlet("Unblock-File", ("Path", "LiteralPath"))
def unblock_file(call: CommandCall) -> None:
    """Files of the lab carry no mark of the internet zone."""
    for place in places(call):
        call.should_process(place.shown, "Unblock-File")


@cmdlet("Out-Host", ("InputObject",), locks_world=False)
class OutHost:
    def begin(self, call: CommandCall) -> None:
        self.values: list[object] = []

    def process(self, call: CommandCall) -> None:
        value = call.get("InputObject", AUTOMATION_NULL)
        if isinstance(value, str) and not self.values:
            call.session.ui_line(str(value))  # one call, whatever lines it has
        elif value is not AUTOMATION_NULL:
            self.values.append(value)

    def end(self, call: CommandCall) -> None:
        for line in render_lines(call, self.values, 80, console=True):
            call.session.ui_line(line)


@cmdlet(
    "ConvertTo-Html",
    ("InputObject", "Property", "Title", "Head", "Body", "As", "Fragment", "PreContent", "PostContent", "CssUri"),
    locks_world=False,
)
class ConvertToHtml:
    def begin(self, call: CommandCall) -> None:
        self.rows: list[object] = []

    def process(self, call: CommandCall) -> None:
        if call.has("InputObject"):
            self.rows.append(call.get("InputObject"))

    def end(self, call: CommandCall) -> None:
        if not call.switch("Fragment"):
            call.write_all(self.head(call))
        call.write_all(call.texts("PreContent"))
        call.write_all(self.as_list(call) if call.text("As").lower() == "list" else self.as_table(call))
        call.write_all(call.texts("PostContent"))
        if not call.switch("Fragment"):
            call.write("</body></html>")

    @staticmethod
    def head(call: CommandCall) -> list[str]:
        head = call.texts("Head") or [f"<title>{escape(call.text('Title') or 'HTML TABLE')}</title>"]
        css = [f'<link rel="stylesheet" type="text/css" href="{call.text("CssUri")}" />'] if call.has("CssUri") else []
        return [
            '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"  "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">',
            '<html xmlns="http://www.w3.org/1999/xhtml">',
            "<head>",
            *head,
            *css,
            "</head><body>",
            *call.texts("Body"),
        ]

    def cells(self, call: CommandCall, row: object) -> list[tuple[str, str]]:
        expressions = parse_all(call.get("Property")) if call.has("Property") else parse_all("*")
        pairs = [pair for expression in expressions for pair in resolve(expression, row)]
        return [(name, escape(to_text(evaluate(call, single, row)), quote=True)) for name, single in pairs]

    def as_table(self, call: CommandCall) -> list[str]:
        lines = ["<table>"]
        for index, row in enumerate(self.rows):
            cells = self.cells(call, row)
            if index == 0:
                lines.append("<colgroup>" + "<col/>" * len(cells) + "</colgroup>")
                lines.append("<tr>" + "".join(f"<th>{escape(name)}</th>" for name, _ in cells) + "</tr>")
            lines.append("<tr>" + "".join(f"<td>{text}</td>" for _, text in cells) + "</tr>")
        return [*lines, "</table>"]

    def as_list(self, call: CommandCall) -> list[str]:
        lines = ["<table>"]
        for index, row in enumerate(self.rows):
            if index:
                lines.append("<tr><td><hr></td></tr>")
            lines += [f"<tr><td>{escape(name)}:</td><td>{text}</td></tr>" for name, text in self.cells(call, row)]
        return [*lines, "</table>"]


ENTRY_TYPES = {"Error": 1, "Warning": 2, "Information": 4, "SuccessAudit": 8, "FailureAudit": 16}


@cmdlet(
    "Get-EventLog", ("LogName", "Newest", "Source", "EntryType", "InstanceId", "Message", "After", "Before", "List")
)
def get_event_log(call: CommandCall) -> None:
    log = call.text("LogName")
    if call.switch("List") or not log:
        for name in call.host.events.logs:
            call.write(record("System.Diagnostics.EventLog", {"Log": name, "Entries": len(call.host.events.of(name))}))
        return
    if log.lower() not in (name.lower() for name in call.host.events.logs):
        raise CommandError(
            "System.InvalidOperationException",
            f"The event log '{log}' on computer '.' does not exist.",
            "InvalidOperation",
            None,
        )
    written = 0
    for event in reversed(call.host.events.of(log)):
        moment = DateTime.from_python(event.time, "Local")
        if not passes(call, event.source, event.level, event.id, event.message, moment):
            continue
        written += 1
        if call.has("Newest") and written > int(call.text("Newest")):
            return
        call.write(
            record(
                "System.Diagnostics.EventLogEntry",
                {
                    "Index": event.index,
                    "EntryType": enum_value("System.Diagnostics.EventLogEntryType", event.level),
                    "InstanceId": event.id,
                    "EventID": event.id,
                    "Message": event.message,
                    "Source": event.source,
                    "TimeGenerated": moment,
                    "TimeWritten": moment,
                    "MachineName": call.host.fqdn,
                    "UserName": None,
                    "Category": f"({event.category})",
                    "CategoryNumber": event.category,
                },
            )
        )


def passes(call: CommandCall, source: str, level: str, id: int, message: str, moment: DateTime) -> bool:
    if call.has("Source") and not any(wildcard_match(p, source) for p in call.texts("Source")):
        return False
    if call.has("EntryType") and level.lower() not in (t.lower() for t in call.texts("EntryType")):
        return False
    if call.has("InstanceId") and str(id) not in call.texts("InstanceId"):
        return False
    if call.has("Message") and not wildcard_match(call.text("Message"), message):
        return False
    after, before = call.get("After"), call.get("Before")
    return not (
        (isinstance(after, DateTime) and moment <= after) or (isinstance(before, DateTime) and moment >= before)
    )


@cmdlet("Write-EventLog", ("LogName", "Source", "EventId", "EntryType", "Message", "Category"))
def write_event_log(call: CommandCall) -> None:
    level = to_text(call.get("EntryType")) if call.has("EntryType") else "Information"
    made = call.host.events.write(
        call.text("LogName"), call.text("Source"), int(call.text("EventId")), level, call.text("Message")
    )
    made.category = int(call.text("Category", "1"))
