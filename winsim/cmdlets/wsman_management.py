"""Microsoft.WSMan.Management: CredSSP, quick configuration, Test-WSMan."""

from __future__ import annotations

from winsim.cmdlets.products import QUIET
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.net.xml_documents import convert_document
from winsim.interpreter.net.xml_nodes import XmlNode
from winsim.world.network import route
from winsim.world.winrm import WinRmService

MODULE = "Microsoft.WSMan.Management"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\CredentialsDelegation"
CONFIG = "http://schemas.microsoft.com/wbem/wsman/1/config/"
IDENTITY = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"


def element(name: str, namespace: str, children: dict[str, str]) -> XmlNode | None:
    """An element of a WS-Management answer, as the cmdlets hand it on: ``name`` with its prefix, and its children."""
    prefix = name.partition(":")[0]
    inner = "".join(f"<{prefix}:{child}>{text}</{prefix}:{child}>" for child, text in children.items())
    return convert_document(f'<{name} xmlns:{prefix}="{namespace}" xml:lang="en-US">{inner}</{name}>').document_element


def need_administrator(call: Call) -> None:
    if not call.session.identity.is_admin:
        text = "Access is denied. You need to run this cmdlet from an elevated process."
        raise CommandError("System.InvalidOperationException", text, "InvalidOperation")


@cmdlet("Enable-WSManCredSSP", ("Role", "DelegateComputer"), idle=QUIET,  # asks no questions
        net_class="Microsoft.WSMan.Management.EnableWSManCredSSPCommand", module=MODULE)  # fmt: skip
def enable_credssp(call: Call) -> None:
    need_administrator(call)
    role = call.text("Role").lower()
    if role == "server":
        call.host.parts.need(WinRmService).credssp = True
        methods = {"Basic": "false", "Kerberos": "true", "Negotiate": "true", "Certificate": "false", "CredSSP": "true"}
        call.write(element("cfg:Auth", f"{CONFIG}service/auth", methods))
    else:
        if not call.has("DelegateComputer"):
            raise CommandError("MissingArgument", "The DelegateComputer parameter is needed for the Client role.",
                               "InvalidArgument", None, "System.InvalidOperationException")  # fmt: skip
        call.host.registry.set(POLICY, "AllowFreshCredentials", 1)
        for index, name in enumerate(call.texts("DelegateComputer"), 1):
            call.host.registry.set(POLICY + r"\AllowFreshCredentials", str(index), f"wsman/{name}")
        kinds = ("Basic", "Digest", "Kerberos", "Negotiate", "Certificate", "CredSSP")
        call.write(element("cfg:Auth", f"{CONFIG}client/auth", dict.fromkeys(kinds, "true")))
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
    versions = {
        "ProtocolVersion": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
        "ProductVendor": "Microsoft Corporation",
        "ProductVersion": "OS: 0.0.0 SP: 0.0 Stack: 3.0",
    }
    call.write(element("wsmid:IdentifyResponse", IDENTITY, versions))
