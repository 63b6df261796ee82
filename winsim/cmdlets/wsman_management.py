"""Microsoft.WSMan.Management: CredSSP, quick configuration, Test-WSMan."""

from __future__ import annotations

from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.values import PSObject
from winsim.world.network import route
from winsim.world.winrm import WinRmService

MODULE = "Microsoft.WSMan.Management"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\CredentialsDelegation"
XML = ("System.Xml.XmlElement", "System.Object")


def element(name: str, properties: dict[str, object]) -> PSObject:
    return PSObject(
        {"cfg": f"http://schemas.microsoft.com/wbem/wsman/1/config/{name}", "lang": "en-US", **properties}, XML
    )


def need_administrator(call: Call) -> None:
    if not call.session.identity.is_admin:
        text = "Access is denied. You need to run this cmdlet from an elevated process."
        raise CommandError("System.InvalidOperationException", text, "InvalidOperation")


@cmdlet("Enable-WSManCredSSP", ("Role", "DelegateComputer"), idle=("Force",),  # asks no questions
        net_class="Microsoft.WSMan.Management.EnableWSManCredSSPCommand", module=MODULE)  # fmt: skip
def enable_credssp(call: Call) -> None:
    need_administrator(call)
    role = call.text("Role").lower()
    if role == "server":
        call.host.parts.need(WinRmService).credssp = True
        call.write(element("service/auth", {"Basic": "false", "Kerberos": "true", "Negotiate": "true",
                                            "Certificate": "false", "CredSSP": "true"}))  # fmt: skip
    else:
        if not call.has("DelegateComputer"):
            raise CommandError("MissingArgument", "The DelegateComputer parameter is needed for the Client role.",
                               "InvalidArgument", None, "System.InvalidOperationException")  # fmt: skip
        call.host.registry.set(POLICY, "AllowFreshCredentials", 1)
        for index, name in enumerate(call.texts("DelegateComputer"), 1):
            call.host.registry.set(POLICY + r"\AllowFreshCredentials", str(index), f"wsman/{name}")
        call.write(element("client/auth", {"Basic": "true", "Digest": "true", "Kerberos": "true", "Negotiate": "true",
                                           "Certificate": "true", "CredSSP": "true"}))  # fmt: skip
    call.world.touch()


@cmdlet("Disable-WSManCredSSP", ("Role",), net_class="Microsoft.WSMan.Management.DisableWSManCredSSPCommand",
        module=MODULE)  # fmt: skip
def disable_credssp(call: Call) -> None:
    need_administrator(call)
    if call.text("Role").lower() == "server":
        call.host.parts.need(WinRmService).credssp = False
    else:
        call.host.registry.remove(POLICY)
    call.world.touch()


@cmdlet("Get-WSManCredSSP", net_class="Microsoft.WSMan.Management.GetWSManCredSSPCommand", module=MODULE)
def get_credssp(call: Call) -> None:
    need_administrator(call)
    key = call.host.registry.find(POLICY + r"\AllowFreshCredentials")
    names = ",".join(str(value.data) for value in key.values.values()) if key is not None else ""
    client = (
        f"The machine is configured to allow delegating fresh credentials to the following target(s): {names}"
        if names
        else "The machine is not configured to allow delegating fresh credentials."
    )
    service = call.host.parts.find(WinRmService)
    allowed = service is not None and service.credssp
    call.write(client)
    call.write(
        f"This computer is {'' if allowed else 'not '}configured to receive credentials from a remote client computer."
    )


@cmdlet("Set-WSManQuickConfig", idle=("Force", "SkipNetworkProfileCheck"),  # WinRM is on, for every network
        net_class="Microsoft.WSMan.Management.SetWSManQuickConfigCommand", module=MODULE)  # fmt: skip
def quick_config(call: Call) -> None:
    need_administrator(call)
    call.write("WinRM is already set up to receive requests on this computer.")
    call.write("WinRM is already set up for remote management on this computer.")


@cmdlet("Test-WSMan", ("ComputerName",), net_class="Microsoft.WSMan.Management.TestWSManCommand", module=MODULE)
def test_wsman(call: Call) -> None:
    name = call.text("ComputerName") or "localhost"
    addresses = call.world.resolve(call.host, name)
    reached = route(call.world, call.host, addresses[0], 5985) if addresses else None
    if reached is None or not reached.host.services.running("WinRM"):
        raise CommandError(
            "WsManError", "The client cannot connect to the destination specified in the request. Verify that the "
            "service on the destination is running and is accepting requests.", "InvalidOperation", name,
            "System.InvalidOperationException",
        )  # fmt: skip
    if call.switch("UseSSL"):
        raise NotBuilt("Test-WSMan -UseSSL")
    call.write(
        PSObject(
            {
                "wsmid": "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd",
                "ProtocolVersion": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
                "ProductVendor": "Microsoft Corporation",
                "ProductVersion": "OS: 0.0.0 SP: 0.0 Stack: 3.0",
            },
            (
                "System.Xml.XmlElement#http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd#IdentifyResponse",
                *XML,
            ),
        )
    )
