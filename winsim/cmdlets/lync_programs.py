"""Set-up programs of Lync Server 2013."""

from __future__ import annotations

from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world.host import Host
from winsim.world.lync import machine, setup, updates
from winsim.world.lync.setup import SetupFailed
from winsim.world.media import program_version
from winsim.world.shares import find_file

ELEVATION_NEEDED = 740
_DEPLOYMENT = machine.HOME + r"\Deployment"


def _has_core(host: Host) -> bool:
    return host.files.is_file(rf"{_DEPLOYMENT}\Bootstrapper.exe")


@native("Bootstrapper.exe", rf"{_DEPLOYMENT}\Bootstrapper.exe", present=_has_core)
def bootstrapper(call: NativeCall) -> int:
    """/BootstrapSqlExpress, /BootstrapLocalMgmt, /Scorch, or the roles of this machine; /SourceDirectory:<folder>."""
    verbs, folder = [], ""
    for word in call.args:
        name, _, value = word.partition(":")
        if name.lower() == "/sourcedirectory":
            folder = value.strip('"')
        elif name.lower() in ("/bootstrapsqlexpress", "/bootstraplocalmgmt", "/scorch", "/setup"):
            verbs.append(name.lower())
        elif name.lower() != "/minimumcachesize":  # how much of the medium is kept: the lab keeps nothing
            raise NotBuilt(f"Bootstrapper.exe {word}")
    if not call.session.identity.is_admin:
        call.out("Error: administrative rights are required.")
        return setup.FAILED
    if len(verbs) > 1:
        raise NotBuilt(f"Bootstrapper.exe {' '.join(call.args)}")
    verb = verbs[0] if verbs else ""
    try:
        lines = _run(call, verb, folder)
    except SetupFailed as error:
        setup.log(call.world, call.host, "Bootstrap", [str(error)])
        call.out(str(error))
        return setup.FAILED
    setup.log(call.world, call.host, "Bootstrap", lines)
    for line in lines:
        call.out(line)
    call.world.touch()
    return setup.OK


def _run(call: NativeCall, verb: str, folder: str) -> list[str]:
    world, host = call.world, call.host
    if verb == "/bootstrapsqlexpress":
        setup.sql_express(world, host, folder)
        return ["SQL Server Express instance RTC is installed."]
    if verb == "/bootstraplocalmgmt":
        setup.local_management(world, host, folder)
        return ["The local configuration store is installed."]
    if verb == "/scorch":
        setup.scorch(world, host)
        return ["All services and roles of this computer were removed."]
    # The roles are read from the local store, but activation writes to the directory and the management store.
    if not call.session.identity.delegated:
        raise SetupFailed('Active Directory error "-2147016672" occurred while searching for domain controllers.')
    return setup.roles(world, host, folder)


@native("LyncServerUpdateInstaller.exe", "")
def update_installer(call: NativeCall) -> int:
    """A cumulative update, of the version that its file holds; it refuses to patch under running services."""
    strange = [word for word in call.args if word.lower().lstrip("/-") != "silentmode"]
    if strange or not call.args:
        raise NotBuilt(f"LyncServerUpdateInstaller.exe {strange[0] if strange else 'with its windows'}")
    if not call.session.identity.is_admin:
        return ELEVATION_NEEDED
    file = find_file(call.world, call.host, call.path)
    version = program_version(file.content) if file is not None else ""
    if not version:
        return updates.NOT_APPLICABLE
    code = updates.install(call.host, version)
    call.world.touch()
    return code
