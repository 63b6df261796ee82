"""Get-WinEvent over a host's event logs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.net.datetimes import DateTime
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Byte, Int64, PSObject, record
from winsim.interpreter.wildcards import wildcard_match
from winsim.world.events import Event

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

LEVELS = {"Critical": 1, "Error": 2, "Warning": 3, "Information": 4, "SuccessAudit": 0, "FailureAudit": 0}
Test = Callable[[Event], bool]


def texts(value: object) -> list[str]:
    items = items_of(value)
    return [to_text(item) for item in (items if items is not None else [value])]


def any_match(patterns: list[str], attribute: str, event: Event) -> bool:
    return any(wildcard_match(pattern, str(getattr(event, attribute))) for pattern in patterns)


def has_id(wanted: list[str], event: Event) -> bool:
    return str(event.id) in wanted


def has_level(wanted: list[str], event: Event) -> bool:
    return str(LEVELS[event.level]) in wanted


def tests_of(table: Dictionary) -> list[Test]:
    """What each key of -FilterHashtable asks for."""
    tests: list[Test] = []
    for key, held in table.items():
        name, wanted = to_text(key).lower(), texts(held)
        if name == "logname":
            tests.append(partial(any_match, wanted, "log"))
        elif name == "providername":
            tests.append(partial(any_match, wanted, "source"))
        elif name == "id":
            tests.append(partial(has_id, wanted))
        elif name == "level":
            tests.append(partial(has_level, wanted))
        elif name in ("starttime", "endtime") and isinstance(unwrap(held), DateTime):
            tests.append(time_test(name, unwrap(held)))
        else:
            raise NotBuilt(f"the key {to_text(key)} of Get-WinEvent -FilterHashtable")
    return tests


def time_test(name: str, limit: object) -> Test:
    assert isinstance(limit, DateTime)
    if name == "starttime":
        return lambda event: DateTime.from_python(event.time) >= limit
    return lambda event: DateTime.from_python(event.time) <= limit


def entry(call: CommandCall, event: Event) -> PSObject:
    level = LEVELS[event.level]
    return record(
        "System.Diagnostics.Eventing.Reader.EventLogRecord",
        {
            "Id": event.id,
            "Level": Byte(level),
            "ProviderName": event.source,
            "LogName": event.log,
            "MachineName": call.host.fqdn,
            "TimeCreated": DateTime.from_python(event.time, "Local"),
            "RecordId": Int64(event.index),
            "LevelDisplayName": event.level if level else "Information",
            "Message": event.message,
        },
    )


@cmdlet("Get-WinEvent", ("LogName", "ProviderName", "FilterHashtable", "MaxEvents", "Oldest"))
def get_win_event(call: CommandCall) -> None:
    tests: list[Test] = []
    for name in call.texts("LogName"):
        if not any(wildcard_match(name, log) for log in call.host.events.logs):
            raise CommandError(
                "NoMatchingLogsFound",
                f'There is not an event log on the localhost computer that matches "{name}".',
                "ObjectNotFound",
                name,
                "System.Exception",
            )
    if call.has("LogName"):
        tests.append(lambda event: any(wildcard_match(n, event.log) for n in call.texts("LogName")))
    if call.has("ProviderName"):
        tests.append(lambda event: any(wildcard_match(n, event.source) for n in call.texts("ProviderName")))
    for table in items_of(call.get("FilterHashtable")) or [call.get("FilterHashtable")]:
        base = unwrap(table)
        if isinstance(base, Dictionary):
            tests += tests_of(base)
    found = [event for event in call.host.events.events if all(test(event) for test in tests)]
    if not call.switch("Oldest"):
        found.reverse()
    if call.has("MaxEvents"):
        found = found[: int(call.text("MaxEvents"))]
    if not found:
        call.write_error(
            CommandError(
                "NoMatchingEventsFound",
                "No events were found that match the specified selection criteria.",
                "ObjectNotFound",
                None,
                "System.Exception",
            )
        )
    call.write_all(entry(call, event) for event in found)
