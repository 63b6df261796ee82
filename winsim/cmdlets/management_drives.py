"""New-PSDrive and Remove-PSDrive, also of shares under credentials of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.cmdlets.products import credential
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.provider_files import connections, is_remote
from winsim.interpreter.providers import Drive, Place, locations
from winsim.world.share_access import NoConnection, connect

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

SMA = "System.Management.Automation."
SCOPE = ("Scope",)  # drives are those of the session, whatever the scope


@cmdlet("New-PSDrive", ("Name", "PSProvider", "Root", "Description", "Credential", "Persist"), idle=SCOPE)
def new_drive(call: CommandCall) -> None:
    known = locations(call.session)
    name = call.text("Name")
    if name.lower() in known.drives:
        raise CommandError(
            "DriveAlreadyExists",
            f"A drive with the name '{name}' already exists.",
            "ResourceExists",
            name,
            SMA + "SessionStateException",
        )
    provider = known.provider(call.text("PSProvider"))
    root = call.text("Root").replace("/", "\\")
    files = provider.name == "FileSystem"
    if call.switch("Persist"):
        raise NotBuilt("New-PSDrive -Persist")
    if not call.should_process(f"Name: {name} Provider: {provider.info()} Root: {root}", "New Drive"):
        return
    given = call.get("Credential")
    if given is not None:
        if not files or not is_remote(root):
            raise NotBuilt(f"New-PSDrive -Credential for {root}")
        root = root.rstrip("\\")
        connect_share(call, name, root)
    place = known.place(root) if files or ":" in root else Place(provider, root.strip("\\"))
    if not present(call, place, folder=files):
        if given is not None:
            disconnect_share(call, root)
        raise CommandError(
            "DriveRootError",
            f'The specified drive root "{root}" either does not exist, or it is not a folder.',
            "ReadError",
            name,
            "System.IO.IOException",
        )
    drive = Drive(name, provider, place.path, call.text("Description"), credential=given)
    known.drives[name.lower()] = drive
    call.write(drive)


def present(call: CommandCall, place: Place, folder: bool) -> bool:
    """Whether a root is there; a share that lets nobody in looks as if it were not."""
    try:
        found = place.provider.exists(call.session, place.path)
        return found and (not folder or place.provider.is_container(call.session, place.path))
    except CommandError as problem:
        if problem.id != "ItemExistsUnauthorizedAccessError":
            raise
        return False


def server_of(root: str) -> tuple[str, str]:
    server, _, rest = root[2:].partition("\\")
    return server.lower(), rest.partition("\\")[0].lower()


def connect_share(call: CommandCall, name: str, root: str) -> None:
    """Connects the session to the share; what goes wrong is a system error."""
    server, share = server_of(root)
    if not share:
        raise NotBuilt(f"a drive of a server without a share ({root})")
    user, password = credential(call.get("Credential"))
    held = connections(call.session)
    try:
        held[server] = connect(call.world, call.host, root, user, password, held.get(server))
    except NoConnection as problem:
        kind = "System.ComponentModel.Win32Exception"
        raise CommandError("CouldNotMapNetworkDrive", str(problem), "InvalidOperation", name, kind) from None


def disconnect_share(call: CommandCall, root: str) -> None:
    server, share = server_of(root)
    held = connections(call.session)
    if server in held:
        held[server].shares.discard(share)
        if not held[server].shares:
            del held[server]


@cmdlet("Remove-PSDrive", ("Name", "LiteralName", "PSProvider"), idle=("Force",))  # nobody else uses a drive
def remove_drive(call: CommandCall) -> None:
    known = locations(call.session)
    wanted = [text.lower() for text in call.texts("PSProvider")]
    for name in call.texts("Name") or call.texts("LiteralName"):
        held = known.drives.get(name.lower())
        if held is not None and wanted and held.provider.name.lower() not in wanted:
            continue
        if held is None:
            call.write_error(
                CommandError(
                    "DriveNotFound",
                    f"Cannot find drive. A drive with the name '{name}' does not exist.",
                    "ObjectNotFound",
                    name,
                    SMA + "DriveNotFoundException",
                )
            )
            continue
        if known.here.drive.lower() == name.lower():
            message = f"Cannot remove drive '{held.name}' because it is in use."
            kind = SMA + "PSInvalidOperationException"
            call.write_error(CommandError("InvalidOperation", message, "InvalidOperation", held, kind))
            continue
        if not call.should_process(
            f"Name: {held.name} Provider: {held.provider.info()} Root: {held.root}", "Remove Drive"
        ):
            continue
        del known.drives[name.lower()]
        if held.credential is not None:
            disconnect_share(call, held.root)
