"""Join-Path, Split-Path, Resolve-Path, Convert-Path, the locations and the drives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.cmdlets.item_paths import given_paths, places
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.location_stacks import PathInfoStack
from winsim.interpreter.providers import Place, glob, locations, path_info
from winsim.interpreter.wildcards import wildcard_match

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

SMA = "System.Management.Automation."


@cmdlet("Join-Path", ("Path", "ChildPath", "Resolve"), nullable=("ChildPath",))
def join_path(call: CommandCall) -> None:
    for base in call.texts("Path"):
        drive, colon, _ = base.partition(":")
        if colon and "::" not in base and len(drive) > 0 and "\\" not in drive:
            locations(call.session).drive(drive)  # a drive that does not exist is an error
        joined = joined_path(base, call.text("ChildPath"))
        if call.switch("Resolve"):
            call.write_all(place.drive_path for place in glob(call.session, joined))
        else:
            call.write(joined)


def joined_path(base: str, child: str) -> str:
    base, child = base.replace("/", "\\"), child.replace("/", "\\")
    if not child:
        return base.rstrip("\\") + "\\" if base and not base.endswith("\\") else base
    if not base:
        return "\\" + child.lstrip("\\")
    return base.rstrip("\\") + "\\" + child.lstrip("\\")


@cmdlet(
    "Split-Path", ("Path", "LiteralPath", "Leaf", "Qualifier", "NoQualifier", "Resolve", "IsAbsolute"), idle=("Parent",)
)
def split_path(call: CommandCall) -> None:
    for text, literal in given_paths(call):
        texts = [p.drive_path for p in glob(call.session, text, literal)] if call.switch("Resolve") else [text]
        for one in texts:
            call.write(split_one(call, one))


def split_one(call: CommandCall, text: str) -> object:
    path = text.replace("/", "\\")
    qualifier, rest = qualified(path)
    if call.switch("Qualifier"):
        if not qualifier:
            raise CommandError(
                "ParsePathFormatError",
                f"Cannot parse path because path '{text}' does not have a qualifier specified.",
                "InvalidArgument",
                None,
                "System.FormatException",
            )
        return qualifier
    if call.switch("NoQualifier"):
        return rest
    if call.switch("IsAbsolute"):
        return bool(qualifier) or path.startswith("\\\\")
    trimmed = path.rstrip("\\")
    if call.switch("Leaf"):
        return trimmed.rpartition("\\")[2] or path
    head = trimmed.rpartition("\\")[0]
    return head + "\\" if head.endswith(":") else head


def qualified(path: str) -> tuple[str, str]:
    head, mark, rest = path.partition("::")
    if mark:
        return f"{head}::", rest
    head, mark, rest = path.partition(":")
    return (f"{head}:", rest) if mark and "\\" not in head else ("", path)


@cmdlet("Resolve-Path", ("Path", "LiteralPath", "Relative"))
def resolve_path(call: CommandCall) -> None:
    known = locations(call.session)
    for place in places(call):
        if call.switch("Relative"):
            call.write(relative(known.here.path, place.path))
        else:
            call.write(path_info(place.with_path(place.provider.full(call.session, place.path)), known))


def relative(here: str, path: str) -> str:
    mine, theirs = here.rstrip("\\").split("\\"), path.split("\\")
    shared = 0
    while shared < min(len(mine), len(theirs)) and mine[shared].lower() == theirs[shared].lower():
        shared += 1
    up = [".."] * (len(mine) - shared)
    return "\\".join([*(up or ["."]), *theirs[shared:]])


@cmdlet("Convert-Path", ("Path", "LiteralPath"))
def convert_path(call: CommandCall) -> None:
    for place in places(call):
        call.write(place.path)


@cmdlet("Get-Location", ("PSDrive", "PSProvider", "Stack", "StackName"), locks_world=False)
def get_location(call: CommandCall) -> None:
    known = locations(call.session)
    if call.has("Stack") or call.has("StackName"):
        for name in call.texts("StackName") or [known.default_stack]:
            held = stack_of(call, name)
            call.write(PathInfoStack(name, [path_info(place, known) for place in reversed(held)]))
        return
    for provider in call.texts("PSProvider"):
        if provider.lower() != known.here.provider.name.lower():
            raise NotBuilt(f"the location in the provider {provider} while another one is current")
    for name in call.texts("PSDrive"):
        drive = known.drive(name)
        call.write(path_info(known.on_drive(drive, f"\\{drive.current}"), known))
    if not call.has("PSDrive"):
        call.write(path_info(known.here, known))


def stack_of(call: CommandCall, name: str) -> list[Place]:
    """A stack of locations; the default one is always there."""
    known = locations(call.session)
    if name.lower() not in known.stacks and name not in ("", known.default_stack):
        message = f"Cannot find location stack '{name}'. It does not exist or it is not a container."
        raise CommandError("Argument", message, "InvalidArgument", name, f"{SMA}PSArgumentException")
    return known.stacks.setdefault(name.lower(), [])


@cmdlet("Set-Location", ("Path", "LiteralPath", "PassThru", "StackName"), locks_world=False)
def set_location(call: CommandCall) -> None:
    if call.has("StackName"):
        stack_of(call, call.text("StackName"))
        locations(call.session).default_stack = call.text("StackName")
        return
    for text, literal in given_paths(call, "~"):
        go(call, text, literal)
    if call.switch("PassThru"):
        known = locations(call.session)
        call.write(path_info(known.here, known))


def go(call: CommandCall, text: str, literal: bool = False) -> None:
    found = glob(call.session, text, literal)
    if len(found) != 1 or not found[0].provider.is_container(call.session, found[0].path):
        raise CommandError(
            "PathNotFound",
            f"Cannot find path '{text}' because it does not exist.",
            "ObjectNotFound",
            text,
            SMA + "ItemNotFoundException",
        )
    place = found[0]
    full = place.provider.full(call.session, place.path)
    locations(call.session).go(place.with_path(full if full else place.path))


@cmdlet("Push-Location", ("Path", "LiteralPath", "PassThru", "StackName"), locks_world=False)
def push_location(call: CommandCall) -> None:
    known = locations(call.session)
    known.stacks.setdefault(call.text("StackName", known.default_stack).lower(), []).append(known.here)
    for text, literal in given_paths(call):
        go(call, text, literal)
    if call.switch("PassThru"):
        call.write(path_info(known.here, known))


@cmdlet("Pop-Location", ("PassThru", "StackName"), locks_world=False)
def pop_location(call: CommandCall) -> None:
    known = locations(call.session)
    stack = stack_of(call, call.text("StackName", known.default_stack))
    if stack:
        known.go(stack.pop())
    if call.switch("PassThru"):
        call.write(path_info(known.here, known))


@cmdlet(
    "Get-PSDrive",
    ("Name", "LiteralName", "PSProvider"),
    by_name=("Name", "LiteralName"),
    idle=("Scope",),  # drives are those of the session
)
def get_drive(call: CommandCall) -> None:
    known = locations(call.session)
    patterns = call.texts("Name") or call.texts("LiteralName") or ["*"]
    wanted = [name.lower() for name in call.texts("PSProvider")]
    for pattern in patterns:
        hits = [d for _, d in sorted(known.drives.items()) if wildcard_match(pattern, d.name)]
        hits = [d for d in hits if not wanted or d.provider.name.lower() in wanted]
        if not hits and not any(c in pattern for c in "*?["):
            try:
                hits = [known.drive(pattern)]
            except CommandError as problem:
                problem.id = "GetLocationNoMatchingDrive"
                call.write_error(problem)
        call.write_all(hits)


@cmdlet("Get-PSProvider", ("PSProvider",), locks_world=False, by_name=("PSProvider",))
def get_provider(call: CommandCall) -> None:
    from winsim.interpreter.provider_list import PROVIDERS

    wanted = call.texts("PSProvider")
    for provider in PROVIDERS:
        if not wanted or any(wildcard_match(w, provider.name) for w in wanted):
            call.write(provider.info())
