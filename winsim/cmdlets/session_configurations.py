"""Session configurations of the WinRM service, and Enable-PSRemoting."""

from __future__ import annotations

from winsim.cmdlets.products import credential
from winsim.interpreter.command import Call, CommandError, cmdlet
from winsim.interpreter.values import PSObject
from winsim.interpreter.wildcards import has_wildcard, wildcard_match
from winsim.world.winrm import RegisteredConfiguration, WinRmService

BUILT_IN = ("microsoft.powershell", "microsoft.powershell.workflow", "microsoft.powershell32",
            "microsoft.windows.servermanagerworkflows")  # fmt: skip
TYPE = "Microsoft.PowerShell.Commands.PSSessionConfigurationCommands#PSSessionConfiguration"
PERMISSION = "BUILTIN\\Administrators AccessAllowed, BUILTIN\\Remote Management Users AccessAllowed"


def described(configuration: RegisteredConfiguration) -> PSObject:
    return PSObject(
        {
            "Name": configuration.name, "Filename": r"%windir%\system32\pwrshplugin.dll", "PSVersion": "4.0",
            "StartupScript": configuration.startup_script or None, "RunAsUser": configuration.run_as,
            "Permission": PERMISSION, "Enabled": True, "Architecture": "64",
        },
        (TYPE, "System.Management.Automation.PSCustomObject", "System.Object"),
    )  # fmt: skip


def need_administrator(call: Call) -> None:
    if not call.session.identity.is_admin:
        text = 'Access is denied. To run this cmdlet, start Windows PowerShell with the "Run as administrator" option.'
        raise CommandError("System.InvalidOperationException", text, "InvalidOperation")


QUIET = ("Force", "NoServiceRestart")  # no question is asked, and changes are in force at once


@cmdlet("Get-PSSessionConfiguration", ("Name",), idle=QUIET)
def get_session_configuration(call: Call) -> None:
    need_administrator(call)
    registered = call.host.parts.need(WinRmService).configurations
    every = {name: RegisteredConfiguration(name) for name in BUILT_IN} | dict(registered)
    for pattern in call.texts("Name") or ["*"]:
        found = [one for _, one in sorted(every.items()) if wildcard_match(pattern, one.name)]
        if not found and not has_wildcard(pattern):
            text = f'No session configuration matches criteria "{pattern}".'
            kind = "Microsoft.PowerShell.Commands.WriteErrorException"
            call.write_error(CommandError(kind, text, "NotSpecified", None, kind))
        call.write_all(described(one) for one in found)


@cmdlet("Register-PSSessionConfiguration", ("Name", "RunAsCredential", "StartupScript"), idle=QUIET)
def register_session_configuration(call: Call) -> None:
    need_administrator(call)
    service = call.host.parts.need(WinRmService)
    name = call.text("Name")
    if name.lower() in service.configurations or name.lower() in BUILT_IN:
        text = f'The "{name}" session configuration already exists. Use Set-PSSessionConfiguration to change it.'
        raise CommandError("PSSessionConfigurationAlreadyExists", text, "InvalidOperation", name)
    if not call.should_process(name, call.name):
        return
    run_as = qualified(call) if call.has("RunAsCredential") else ""
    made = RegisteredConfiguration(name, run_as, call.text("StartupScript"))
    service.register(made)
    call.world.touch()
    call.write(described(made))


def qualified(call: Call) -> str:
    """The account of -RunAsCredential as DOMAIN\\name; WinRM refuses a password that does not fit."""
    user, password = credential(call.get("RunAsCredential"))
    domain, slash, name = user.rpartition("\\")
    logon = call.world.authenticate(call.host, domain if slash else "", name)
    if logon is None or logon.password != password:
        text = "The user name or password is incorrect."
        raise CommandError("SetRunAsCredentialFailed", text, "AuthenticationError", user)
    return logon.account


@cmdlet("Set-PSSessionConfiguration", ("Name", "RunAsCredential", "StartupScript"), idle=QUIET)
def set_session_configuration(call: Call) -> None:
    need_administrator(call)
    found = need_configuration(call)
    if call.has("RunAsCredential"):
        found.run_as = qualified(call)
    if call.has("StartupScript"):
        found.startup_script = call.text("StartupScript")
    call.world.touch()


@cmdlet("Unregister-PSSessionConfiguration", ("Name",), idle=QUIET)
def unregister_session_configuration(call: Call) -> None:
    need_administrator(call)
    found = need_configuration(call)
    if call.should_process(found.name, call.name):
        del call.host.parts.need(WinRmService).configurations[found.name.lower()]
        call.world.touch()


def need_configuration(call: Call) -> RegisteredConfiguration:
    name = call.text("Name")
    found = call.host.parts.need(WinRmService).configurations.get(name.lower())
    if found is None:
        text = f'No session configuration matches criteria "{name}".'
        raise CommandError("PSSessionConfigurationNotFound", text, "ObjectNotFound", name)
    return found


@cmdlet("Enable-PSRemoting", idle=("Force", "SkipNetworkProfileCheck"))
def enable_remoting(call: Call) -> None:
    """WinRM is how this script got here: nothing is left to switch on."""
    need_administrator(call)
