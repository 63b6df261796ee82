"""Get-Item, Get-ChildItem, New-Item and the other cmdlets that handle items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.cmdlets.item_paths import filtered, given_paths, places, target_place
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.compare import compare
from winsim.interpreter.convert import to_bool
from winsim.interpreter.members import get_property_of
from winsim.interpreter.net.fileinfo import FileSystemInfo
from winsim.interpreter.provider_files import FileSystemProvider, is_device
from winsim.interpreter.providers import Place, decorated, glob, locations
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import EnumValue
from winsim.interpreter.wildcards import has_wildcard, unescape, wildcard_match

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall
    from winsim.world.files import FileEntry

FORCE = ("Force",)  # what it overcomes (hidden files, rights) does not stand in the way here
HIDDEN, SYSTEM, READ_ONLY = 2, 4, 1


def item_at(call: CommandCall, place: Place) -> object:
    return as_item(call, place.provider.item(call.session, place.path), place)


def as_item(call: CommandCall, value: object, place: Place) -> object:
    return decorated(call.session, value, real(call, place), place.provider.is_container(call.session, place.path))


def real(call: CommandCall, place: Place) -> Place:
    """The place with the names as they were written."""
    if place.provider.name != "FileSystem":
        return place
    return place.with_path(place.provider.full(call.session, place.path))


@cmdlet("Get-Item", ("Path", "LiteralPath", "Filter", "Include", "Exclude", "Force"))
def get_item(call: CommandCall) -> None:
    for place in places(call):
        if place.provider.name == "Environment" and not place.path:
            continue
        if is_hidden(call, place) and not call.switch("Force") and any(has_wildcard(t) for t, _ in given_paths(call)):
            continue
        call.write(item_at(call, place))


def is_hidden(call: CommandCall, place: Place) -> bool:
    if place.provider.name != "FileSystem":
        return False
    entry = entry_of(call, place)
    return entry is not None and bool(entry.attributes & (HIDDEN | SYSTEM))


def entry_of(call: CommandCall, place: Place) -> FileEntry | None:
    """The file or folder at a place, of this machine or of a share."""
    provider = place.provider
    return provider.entry(call.session, place.path) if isinstance(provider, FileSystemProvider) else None


CHILD_PARAMETERS = (
    "Path",
    "LiteralPath",
    "Filter",
    "Include",
    "Exclude",
    "Recurse",
    "Force",
    "Name",
    "File",
    "Directory",
    "Hidden",
    "System",
    "ReadOnly",
    "Attributes",
    "DnsName",
    "Eku",
    "ExpiringInDays",
    "SSLServerAuthentication",
    "CodeSigningCert",
)


@cmdlet("Get-ChildItem", CHILD_PARAMETERS)
def get_child_item(call: CommandCall) -> None:
    for text, literal in given_paths(call, "."):
        try:
            found = glob(call.session, text, literal)
        except CommandError as problem:
            leaf = split_leaf(call, text)
            if leaf is None:
                call.write_error(problem)
            else:
                named_below(call, leaf, text.rstrip("\\").rpartition("\\")[2])
            continue
        for place in found:
            below(call, place, text)


def split_leaf(call: CommandCall, text: str) -> Place | None:
    """``dir C:\\x\\name -Recurse`` looks for the name below the folder."""
    if not call.switch("Recurse"):
        return None
    place = locations(call.session).place(text)
    parent = place.with_path(place.parent)
    return parent if parent.path and parent.provider.exists(call.session, parent.path) else None


def named_below(call: CommandCall, place: Place, pattern: str) -> None:
    """The items of a name in a folder and below it."""
    for name in place.provider.child_names(call.session, place.path):
        child = place.child(name)
        if wildcard_match(pattern, name) and passes(call, child):
            show(call, child, name)
        if child.provider.is_container(call.session, child.path):
            named_below(call, child, pattern)


def below(call: CommandCall, place: Place, text: str) -> None:
    provider = place.provider
    if not provider.is_container(call.session, place.path):
        if passes(call, place):
            show(call, place, place.name)
        return
    matched_itself = has_wildcard(text.rstrip("\\").rpartition("\\")[2]) and not call.switch("Recurse")
    if (matched_itself and text.rstrip("\\").rpartition("\\")[2] != "*") or (
        matched_itself and provider.name == "FileSystem"
    ):
        if passes(call, place):
            show(call, place, place.name)
        return
    if call.has("Include") and not call.switch("Recurse") and not has_wildcard(text):
        return  # -Include looks at the path itself here, not at what is in it
    descend(call, place, "")


def descend(call: CommandCall, place: Place, prefix: str) -> None:
    folders: list[tuple[Place, str]] = []
    for name in place.provider.child_names(call.session, place.path):
        child = place.child(name)
        shown = f"{prefix}{name}"
        if passes(call, child):
            show(call, child, shown)
        if call.switch("Recurse") and child.provider.is_container(call.session, child.path):
            if is_hidden(call, child) and not call.switch("Force"):
                continue
            folders.append((child, shown + "\\"))
    for child, shown in folders:
        descend(call, child, shown)


def passes(call: CommandCall, place: Place) -> bool:
    if not filtered(call, place):
        return False
    if place.provider.name == "FileSystem":
        return file_passes(call, place)
    if place.provider.name == "Certificate":
        return certificate_passes(call, place)
    return True


def file_passes(call: CommandCall, place: Place) -> bool:
    entry = entry_of(call, place)
    if entry is None:
        return False
    wants_hidden = call.switch("Hidden") or call.switch("System") or call.switch("Force") or call.has("Attributes")
    if entry.attributes & (HIDDEN | SYSTEM) and not wants_hidden:
        return False
    if (call.switch("File") and entry.is_directory) or (call.switch("Directory") and not entry.is_directory):
        return False
    bits = {"Hidden": HIDDEN, "System": SYSTEM, "ReadOnly": READ_ONLY}
    if any(call.switch(name) and not entry.attributes & bit for name, bit in bits.items()):
        return False
    return not call.has("Attributes") or attributes_pass(to_text(call.get("Attributes")), entry.attributes)


def attributes_pass(text: str, attributes: int) -> bool:
    """``Hidden+System,!Directory``: commas are alternatives, + joins, ! negates."""
    from winsim.interpreter.net.enums import DEFINITIONS

    known = {name.lower(): value for name, value in (DEFINITIONS["System.IO.FileAttributes"].enum or {}).items()}
    short = {"h": 2, "s": 4, "r": 1, "d": 16, "a": 32}

    def one(word: str) -> bool:
        word = word.strip()
        bit = known.get(word.lstrip("!").lower(), short.get(word.lstrip("!").lower(), 0))
        return bool(attributes & bit) != word.startswith("!")

    return any(all(one(word) for word in part.split("+")) for part in text.split(","))


def certificate_passes(call: CommandCall, place: Place) -> bool:
    from winsim.interpreter.net.certificates import X509Certificate2

    wants = [
        n for n in ("DnsName", "Eku", "ExpiringInDays", "SSLServerAuthentication", "CodeSigningCert") if call.has(n)
    ]
    if not wants:
        return True
    held = place.provider.item(call.session, place.path)
    if not isinstance(held, X509Certificate2):
        return False
    from winsim.cmdlets.certificate_filters import matches

    return matches(call, held)


def show(call: CommandCall, place: Place, shown: str) -> None:
    if call.switch("Name"):
        call.write(shown)
        return
    value = place.provider.item(call.session, place.path)
    if isinstance(value, FileSystemInfo):
        value.shown = value.name if not call.switch("Recurse") else value.path
    call.write(as_item(call, value, place))


@cmdlet(
    "Test-Path",
    ("Path", "LiteralPath", "Filter", "Include", "Exclude", "PathType", "IsValid", "NewerThan", "OlderThan"),
    types={"NewerThan": "System.DateTime", "OlderThan": "System.DateTime"},
)
def test_path(call: CommandCall) -> None:
    for text, literal in given_paths(call):
        call.write(exists(call, text, literal))


def exists(call: CommandCall, text: str, literal: bool) -> bool:
    if call.switch("IsValid"):
        return not any(c in text for c in '<>|"')
    if not text:
        raise CommandError("ParameterArgumentValidationErrorEmptyStringNotAllowed", "The path is empty.", "InvalidData")
    try:
        found = [place for place in glob(call.session, text, literal) if filtered(call, place)]
    except CommandError as problem:
        if problem.id in ("PathNotFound", "DriveNotFound", "ProviderNotFound"):
            return False
        if problem.id != "ItemExistsUnauthorizedAccessError":
            raise
        call.write_error(problem)  # and False, as where nothing is
        return False
    kind = call.get("PathType")
    name = kind.name if isinstance(kind, EnumValue) else to_text(kind)
    if name in ("Container", "Leaf"):
        found = [p for p in found if p.provider.is_container(call.session, p.path) == (name == "Container")]
    return any(in_time(call, place) for place in found)


def in_time(call: CommandCall, place: Place) -> bool:
    """-NewerThan and -OlderThan, of files only."""
    if not (call.has("NewerThan") or call.has("OlderThan")) or place.provider.name != "FileSystem":
        return True
    written = get_property_of(place.provider.item(call.session, place.path), "LastWriteTime")
    newer, older = call.get("NewerThan"), call.get("OlderThan")
    return (newer is None or compare(written, newer) > 0) and (older is None or compare(written, older) < 0)


LISTENER = ("Transport", "Address", "Port", "HostName", "Enabled", "URLPrefix", "CertificateThumbprint")  # in WSMan:


@cmdlet("New-Item", ("Path", "Name", "ItemType", "Value", "Force", *LISTENER), by_value=("Value",))
def new_item(call: CommandCall) -> None:
    from winsim.interpreter.common import COMMON

    options = {name: value for name, value in call.bound.items() if name not in COMMON}
    options["Force"] = call.switch("Force")
    bases = call.texts("Path") or (["."] if call.has("Name") else [])
    for base in bases:
        place = locations(call.session).place(base)
        if call.has("Name"):
            place = locations(call.session).place(f"{place.shown.rstrip(chr(92))}\\{call.text('Name')}")
        strange = [name for name in LISTENER if call.has(name)]
        if strange and place.provider.name != "WSMan":
            raise CommandError(
                "NamedParameterNotFound",
                f"A parameter cannot be found that matches parameter name '{strange[0]}'.",
                "InvalidArgument",
                None,
                "System.Management.Automation.ParameterBindingException",
            )
        label = {"directory": "Create Directory", "file": "Create File"}.get(call.text("ItemType").lower(), "New Item")
        if not call.should_process(f"Destination: {place.shown}", label):
            continue
        try:
            made = place.provider.new_item(call.session, place.path, call.text("ItemType"), call.get("Value"), options)
        except CommandError as problem:
            call.write_error(problem)
            continue
        call.write(as_item(call, made, place))


@cmdlet(
    "Set-Item",
    ("Path", "LiteralPath", "Value", "PassThru", "Filter", "Include", "Exclude"),
    by_value=("Value",),
    by_name=("Path", "LiteralPath", "Value"),
    idle=FORCE,
)
def set_item(call: CommandCall) -> None:
    for text, literal in given_paths(call):
        found = glob(call.session, text) if has_wildcard(text) and not literal else [target_place(call, text)]
        for place in [place for place in found if filtered(call, place)]:
            set_one(call, place)


def set_one(call: CommandCall, place: Place) -> None:
    if call.should_process(f"Item: {place.shown} Value: {to_text(call.get('Value'))}", "Set Item"):
        try:
            made = place.provider.set_item(call.session, place.path, call.get("Value"))
        except CommandError as problem:
            call.write_error(problem)
            return
        if call.switch("PassThru"):
            call.write(made)


@cmdlet("Clear-Item", ("Path", "LiteralPath", "Filter", "Include", "Exclude"), idle=FORCE)
def clear_item(call: CommandCall) -> None:
    for place in places(call):
        if call.should_process(f"Item: {place.shown}", "Clear Item"):
            place.provider.clear_item(call.session, place.path)


@cmdlet("Remove-Item", ("Path", "LiteralPath", "Filter", "Include", "Exclude", "Recurse", "Force", "DeleteKey"))
def remove_item(call: CommandCall) -> None:
    for place in list(places(call)):
        names = place.provider.child_names(call.session, place.path)
        container = place.provider.is_container(call.session, place.path)
        asks = names and container and not call.switch("Recurse")
        if asks and not take_children(call, place):
            continue
        what = "Remove Directory" if container else "Remove File"
        if place.provider.name != "FileSystem":
            what = "Remove Item"
        if call.should_process(f"Item: {place.shown}" if what == "Remove Item" else place.shown, what):
            try:
                options: dict[str, object] = {"Force": call.switch("Force"), "DeleteKey": call.switch("DeleteKey")}
                place.provider.remove_item(call.session, place.path, options)
            except CommandError as problem:
                call.write_error(problem)


def take_children(call: CommandCall, place: Place) -> bool:
    """Without -Recurse a container with children asks, and most remote sessions have nobody to answer."""
    return call.session.confirm(
        f"The item at {place.shown} has children and the Recurse parameter was not specified. If you continue, all "
        "children will be removed with the item. Are you sure you want to continue?"
    )


@cmdlet("Rename-Item", ("Path", "LiteralPath", "NewName", "PassThru"), idle=FORCE)
def rename_item(call: CommandCall) -> None:
    for text, literal in given_paths(call):
        named = [locations(call.session).place(unescape(text) if not literal else text)]
        found = glob(call.session, text) if has_wildcard(text) and not literal else named
        for place in found:
            if not place.provider.exists(call.session, place.path):
                raise CommandError(
                    "InvalidOperation",
                    f"Cannot rename because item at '{text}' does not exist.",
                    "InvalidOperation",
                    None,
                    "System.Management.Automation.PSInvalidOperationException",
                )
            name = call.text("NewName").replace("/", "\\").removeprefix(".\\")
            if name.lower().rpartition("\\")[0] == place.path.lower().rpartition("\\")[0]:
                name = name.rpartition("\\")[2]  # the same folder
            if call.should_process(
                f"Item: {place.shown} Destination: {place.with_path(place.parent).shown}\\{name}", "Rename File"
            ):
                try:
                    refuse_device(place.with_path(f"{place.parent}\\{name}"), "RenameError")
                    made = place.provider.rename_item(call.session, place.path, name)
                except CommandError as problem:
                    problem.id = problem.id.replace("Move", "Rename").replace("FileInfo", "").replace("Directory", "")
                    call.write_error(problem)
                    continue
                if call.switch("PassThru"):
                    call.write(decorated(call.session, made, place.with_path(f"{place.parent}\\{name}")))


def destination(call: CommandCall, source: Place, target: Place) -> Place:
    """An existing folder takes the item under its own name."""
    if target.provider.is_container(call.session, target.path):
        return target.child(source.name)
    return target


@cmdlet(
    "Copy-Item",
    ("Path", "LiteralPath", "Destination", "Container", "Force", "Filter", "Include", "Exclude", "Recurse", "PassThru"),
)
def copy_item(call: CommandCall) -> None:
    base = target_place(call, call.text("Destination") or ".")
    for place in list(places(call)):
        target = destination(call, place, base)
        if call.should_process(f"Item: {place.shown} Destination: {target.shown}", "Copy File"):
            try:
                copy_one(call, place, target)
            except CommandError as problem:
                call.write_error(problem)


def refuse_device(place: Place, id: str) -> None:
    """Names of devices cannot be names of files."""
    if place.provider.name == "FileSystem" and is_device(place.name):
        message = f"Cannot process path '{place.path}' because the target represents a reserved device name."
        raise CommandError(id, message, "WriteError", place.path, "System.ArgumentException")


def copy_one(call: CommandCall, place: Place, target: Place) -> None:
    refuse_device(target, "CopyError")
    if place.path.lower() == target.path.lower():
        raise CommandError(
            "CopyError",
            f"Cannot overwrite the item {place.path} with itself.",
            "WriteError",
            place.path,
            "System.IO.IOException",
        )
    entry = call.host.files.find(target.path) if target.provider.name == "FileSystem" else None
    if entry is not None and entry.attributes & READ_ONLY and not call.switch("Force"):
        raise CommandError(
            "CopyFileInfoItemUnauthorizedAccessError",
            f"Access to the path '{target.path}' is denied.",
            "PermissionDenied",
            target.path,
            "System.UnauthorizedAccessException",
        )
    made = place.provider.copy_item(
        call.session, place.path, target.path, call.switch("Recurse"), to_bool(call.get("Container", True))
    )
    if call.switch("PassThru"):
        call.write(as_item(call, made, target))


@cmdlet("Move-Item", ("Path", "LiteralPath", "Destination", "Force", "Filter", "Include", "Exclude", "PassThru"))
def move_item(call: CommandCall) -> None:
    base = target_place(call, call.text("Destination") or ".")
    for place in list(places(call)):
        target = base if place.provider.name == "Certificate" else destination(call, place, base)
        if call.should_process(f"Item: {place.shown} Destination: {target.shown}", "Move File"):
            try:
                move_one(call, place, target)
            except CommandError as problem:
                call.write_error(problem)


def move_one(call: CommandCall, place: Place, target: Place) -> None:
    refuse_device(target, "MoveError")
    files = target.provider.name == "FileSystem"
    if files and call.switch("Force") and call.host.files.is_file(target.path) and target.path != place.path:
        call.host.files.remove(target.path)
    made = place.provider.move_item(call.session, place.path, target.path)
    if call.switch("PassThru"):
        call.write(as_item(call, made, target))


@cmdlet("Invoke-Item", idle=("Path", "LiteralPath"))
def invoke_item(call: CommandCall) -> None:
    raise NotBuilt("Invoke-Item: nothing opens files on a server without a desktop")
