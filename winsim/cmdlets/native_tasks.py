"""tasklist.exe and taskkill.exe."""

from __future__ import annotations

import re
from collections.abc import Sequence

from winsim.cmdlets.native_arguments import Unknown, only, table, told_apart
from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world.processes import Process, running

HEADS = ("Image Name", "PID", "Session Name", "Session#", "Mem Usage")
WIDTHS = (25, 8, 16, 11, 12)
NUMBERS = (1, 3, 4)
FILTER = re.compile(r"\s*(?P<name>imagename|pid|services|status)\s+(?P<operator>eq|ne)\s+(?P<value>.+?)\s*", re.I)
NONE = "INFO: No tasks are running which match the specified criteria."
NOT_FOUND = 128


def processes(call: NativeCall) -> list[Process]:
    own = int(str(call.session.scope.lookup("pid", 4012)))
    return sorted(running(call.host, own), key=lambda one: one.id)


def _like(pattern: str, text: str) -> bool:
    """Asterisks stand for any text, nothing else has a meaning."""
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), text, re.I | re.S) is not None


def image(process: Process) -> str:
    return {"Idle": "System Idle Process", "System": "System"}.get(process.name, f"{process.name}.exe")


def _invalid(call: NativeCall, program: str, word: str) -> int:
    call.err(f"ERROR: Invalid argument/option - '{word}'.")
    call.err(f'Type "{program} /?" for usage.')
    return 1


def fits(process: Process, condition: str) -> bool:
    """One /fi; raises Unknown for a filter that is none, NotBuilt for one that is not built."""
    found = FILTER.fullmatch(condition)
    if found is None:
        known = re.match(r"\s*(session(name)?|cputime|memusage|username|windowtitle|modules|pid)\b", condition, re.I)
        if known is not None:
            raise NotBuilt(f"the filter {condition} of tasklist")
        raise Unknown(condition)
    name, value = found["name"].lower(), found["value"]
    if name == "imagename":
        same = _like(value, image(process))
    elif name == "services":
        same = any(_like(value, one.name) for one in process.services)
    elif name == "pid":
        same = value == str(process.id)
    else:
        same = value.lower() == "running"
    return same is (found["operator"].lower() == "eq")


def _split(args: Sequence[str]) -> tuple[list[str], list[str]]:
    """The conditions, and the other words: /fi may come several times."""
    conditions: list[str] = []
    rest: list[str] = []
    words = iter(args)
    for word in words:
        if word.lower() in ("/fi", "-fi"):
            value = next(words, None)
            if value is None:
                raise Unknown(word)
            conditions.append(value)
        else:
            rest.append(word)
    return conditions, rest


@native("tasklist.exe")
def tasklist(call: NativeCall) -> int:
    """[/svc] [/fi condition] [/fo table|list|csv] [/nh]."""
    try:
        conditions, rest = _split(call.args)
        given = told_apart(rest, ("svc", "nh"), ("fo",), unbuilt=("s", "u", "p", "m", "v", "apps"), program="tasklist")
        found = [one for one in processes(call) if all(fits(one, condition) for condition in conditions)]
    except Unknown as error:
        return _invalid(call, "TASKLIST", error.word)
    form = given.get("fo", "table").lower()
    if given.words or form not in ("table", "list", "csv") or (form == "list" and "nh" in given):
        return _invalid(call, "TASKLIST", given.words[0] if given.words else form)
    if not found:
        call.out(NONE)
        return 0
    services = "svc" in given
    heads = ("Image Name", "PID", "Services") if services else HEADS
    rows = [_row(one, services) for one in found]
    if form != "csv":
        call.out("")
    if form == "table":
        _table(call, heads, rows, "nh" not in given, services)
        return 0
    for line in table(rows, heads, form, "nh" not in given):
        call.out(line.rstrip() if form == "list" else line)
    return 0


def _row(process: Process, services: bool) -> list[str]:
    if services:
        return [image(process), str(process.id), ",".join(one.name for one in process.services) or "N/A"]
    return [image(process), str(process.id), "Services", "0", f"{process.memory // 1024:,} K"]


def _table(
    call: NativeCall, heads: Sequence[str], rows: Sequence[Sequence[str]], heading: bool, services: bool
) -> None:
    widths = (25, 8, 44) if services else WIDTHS

    def line(cells: Sequence[str]) -> str:
        return " ".join(
            f"{cell:>{width}}" if index in NUMBERS else f"{cell:<{width}}"
            for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )

    if heading:
        call.out(line(heads))
        call.out(" ".join("=" * width for width in widths))
    for row in rows:
        call.out(line(row))


@native("taskkill.exe")
def taskkill(call: NativeCall) -> int:
    """/im name | /pid number, /f, /t: the end of a service's own program ends the service."""
    try:
        given = told_apart(call.args, ("f", "t"), ("im", "pid"), unbuilt=("s", "u", "p", "fi"), program="taskkill")
    except Unknown as error:
        return _invalid(call, "TASKKILL", error.word)
    only("taskkill", given.words, 0)
    if ("im" in given) is ("pid" in given):
        return _invalid(call, "TASKKILL", " ".join(call.args))
    wanted = given.get("im") or given.get("pid")
    by_name = "im" in given
    found = [one for one in processes(call) if (_like(wanted, image(one)) if by_name else wanted == str(one.id))]
    if not found:
        call.err(f'ERROR: The process "{wanted}" not found.')
        return NOT_FOUND
    code = 0
    for process in found:
        shown = f'"{image(process)}" with PID {process.id}' if by_name else f"with PID {process.id}"
        own = [service for service in process.services if service.program.lower() == process.name.lower()]
        if len(own) != 1 or not call.session.identity.is_admin or process.id < 600:
            call.err(f"ERROR: The process {shown} could not be terminated.")
            call.err("Reason: Access is denied.")
            code = 1
            continue
        if "f" not in given:  # a program without a window hears no request to close itself
            call.err(f"ERROR: The process {shown} could not be terminated.")
            call.err("Reason: This process can only be terminated forcefully (with /F option).")
            code = 1
            continue
        own[0].state = "Stopped"
        call.world.touch()
        call.out(f"SUCCESS: The process {shown} has been terminated.")
    return code
