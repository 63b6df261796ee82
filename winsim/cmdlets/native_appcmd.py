"""appcmd.exe, the command line of IIS."""

from __future__ import annotations

from winsim.cmdlets import appcmd_additions, appcmd_configuration, appcmd_objects
from winsim.cmdlets.appcmd_line import Refused, failed, parse, refusal
from winsim.interpreter.command import NativeCall, native
from winsim.world.iis.errors import ConfigurationError
from winsim.world.iis.server import INETSRV, is_installed

ACCESS_DENIED = 5


@native("appcmd.exe", rf"{INETSRV}\appcmd.exe", present=is_installed)
def appcmd(call: NativeCall) -> int:
    verbs = {
        "list": appcmd_objects.show,
        "add": appcmd_additions.add,
        "set": appcmd_objects.change,
        "delete": appcmd_objects.delete,
        "start": appcmd_objects.control,
        "stop": appcmd_objects.control,
        "recycle": appcmd_objects.control,
    }
    try:
        line = parse([word.strip('"') for word in call.args])
        if not call.session.identity.is_admin:
            text = "Cannot read configuration file due to insufficient permissions"
            raise Refused(ACCESS_DENIED, f"Configuration error\nFilename: redirection.config\nDescription: {text}\n.")
        return appcmd_configuration.run(call, line) if line.kind == "config" else verbs[line.verb](call, line)
    except Refused as error:
        return failed(call, error)
    except ConfigurationError as error:
        return failed(call, refusal(error))
