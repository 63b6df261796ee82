"""Sound requests of WS-Management: their envelopes, WinRS, and the actions that no conversation of a pool needs."""

from __future__ import annotations

import base64
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from winsim.endpoint.soap import (
    ADDRESSING,
    ENUMERATION,
    IDENTIFY,
    POWERSHELL,
    SHELL,
    SOAP,
    TRANSFER,
    WSMAN,
)

PLUGIN: Final = f"{POWERSHELL}/Microsoft.PowerShell"
CMD: Final = f"{SHELL}/cmd"
_CONFIG: Final = "http://schemas.microsoft.com/wbem/wsman/1/config"
_LISTENERS: Final = f"{_CONFIG}/listener"


@dataclass(frozen=True)
class Request:
    """A SOAP envelope; ``label`` says where it comes from."""

    label: str
    body: bytes = field(repr=False)


Conversation = Callable[[random.Random], list[Request]]


def envelope(action: str, body: str, shell: str = "", resource: str = PLUGIN, options: str = "") -> bytes:
    selector = f'<w:SelectorSet><w:Selector Name="ShellId">{shell}</w:Selector></w:SelectorSet>' if shell else ""
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}" xmlns:w="{WSMAN}" xmlns:rsp="{SHELL}"><s:Header>'
        f'<a:Action s:mustUnderstand="true">{action}</a:Action><a:MessageID>uuid:{uuid.uuid4()}</a:MessageID>'
        f"<w:OperationTimeout>PT0.05S</w:OperationTimeout><w:MaxEnvelopeSize>153600</w:MaxEnvelopeSize>"
        f'<w:ResourceURI s:mustUnderstand="true">{resource}</w:ResourceURI>{selector}{options}</s:Header>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode("utf-8", "surrogatepass")


def receive(command: str, shell: str, stream: str = "stdout", resource: str = PLUGIN) -> bytes:
    owner = f' CommandId="{command}"' if command else ""
    desired = f"<rsp:Receive><rsp:DesiredStream{owner}>{stream}</rsp:DesiredStream></rsp:Receive>"
    return envelope(f"{SHELL}/Receive", desired, shell, resource)


def send(data: bytes, command: str, shell: str, stream: str = "stdin", resource: str = PLUGIN) -> bytes:
    owner = f' CommandId="{command}"' if command else ""
    content = f'<rsp:Stream Name="{stream}"{owner}>{base64.b64encode(data).decode()}</rsp:Stream>'
    return envelope(f"{SHELL}/Send", f"<rsp:Send>{content}</rsp:Send>", shell, resource)


def signal(code: str, command: str, shell: str, resource: str = PLUGIN) -> bytes:
    body = f'<rsp:Signal CommandId="{command}"><rsp:Code>{code}</rsp:Code></rsp:Signal>'
    return envelope(f"{SHELL}/Signal", body, shell, resource)


def winrs(chance: random.Random) -> list[Request]:
    """A shell of processes: cmd.exe, powershell.exe, standard input, signals."""
    shell = str(uuid.UUID(int=chance.getrandbits(128))).upper()
    options = '<w:OptionSet><w:Option Name="WINRS_CODEPAGE">65001</w:Option></w:OptionSet>'
    body = (
        f'<rsp:Shell ShellId="{shell}"><rsp:Environment><rsp:Variable Name="A">1</rsp:Variable></rsp:Environment>'
        "<rsp:WorkingDirectory>C:\\</rsp:WorkingDirectory><rsp:IdleTimeOut>PT600S</rsp:IdleTimeOut>"
        "<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>"
    )
    requests = [Request("winrs Create", envelope(f"{TRANSFER}/Create", body, resource=CMD, options=options))]
    script = base64.b64encode("$input; 'x' * 3; exit 4".encode("utf-16-le")).decode()
    lines = (
        "echo one && set A > C:\\t.txt & type C:\\t.txt", f"powershell -encodedcommand {script}", "powershell -",
        "dir C:\\ 2>&1 | findstr U", 'cmd /c "whoami & exit 3"', "powershell -command \"'a','b'\"",
    )  # fmt: skip
    for line in lines:
        command = str(uuid.UUID(int=chance.getrandbits(128))).upper()
        word, _, rest = line.partition(" ")
        rest = rest.replace("&", "&amp;").replace(">", "&gt;")
        inner = f"<rsp:Command>{word}</rsp:Command><rsp:Arguments>{rest}</rsp:Arguments>"
        body = f'<rsp:CommandLine CommandId="{command}">{inner}</rsp:CommandLine>'
        requests.append(Request("winrs Command", envelope(f"{SHELL}/Command", body, shell, CMD)))
        requests.append(Request("winrs Send", send(b"'from input'\r\n", command, shell, resource=CMD)))
        requests.append(Request("winrs Receive", receive(command, shell, "stdout stderr", CMD)))
        requests.append(Request("winrs Signal", signal(f"{SHELL}/signal/ctrl_c", command, shell, CMD)))
        requests.append(Request("winrs Signal", signal(f"{SHELL}/signal/terminate", command, shell, CMD)))
    requests.append(Request("winrs Delete", envelope(f"{TRANSFER}/Delete", "", shell, CMD)))
    return requests


def actions(opening: Conversation) -> Conversation:
    """Every other action of WS-Management, around the pool of a recorded conversation."""

    def play(chance: random.Random) -> list[Request]:
        own = opening(chance)
        create, delete = own[0], own[-1]
        shell = delete.body.partition(b'Name="ShellId">')[2][:36].decode()
        connect = create.body.partition(b"creationXml")[2].partition(b">")[2].partition(b"<")[0].decode()
        wanted = f'<rsp:Connect><pwsh:connectXml xmlns:pwsh="{POWERSHELL}">{connect}</pwsh:connectXml></rsp:Connect>'
        enumerate_all = "<e:Enumerate xmlns:e='" + ENUMERATION + "'><w:OptimizeEnumeration/></e:Enumerate>"
        commands = (
            f"<e:Enumerate xmlns:e='{ENUMERATION}'><w:Filter><w:SelectorSet><w:Selector Name=\"ShellId\">{shell}"
            "</w:Selector></w:SelectorSet></w:Filter></e:Enumerate>"
        )
        identify = f'<s:Envelope xmlns:s="{SOAP}" xmlns:i="{IDENTIFY}"><s:Header/><s:Body><i:Identify/></s:Body>'
        between = [
            Request("Identify", f"{identify}</s:Envelope>".encode()),
            Request("Get shell", envelope(f"{TRANSFER}/Get", "", shell)),
            Request("Get config", envelope(f"{TRANSFER}/Get", "", resource=_CONFIG)),
            Request("Get service", envelope(f"{TRANSFER}/Get", "", resource=f"{_CONFIG}/service")),
            Request("Enumerate shells", envelope(f"{ENUMERATION}/Enumerate", enumerate_all, resource=SHELL)),
            Request("Enumerate commands", envelope(f"{ENUMERATION}/Enumerate", commands, resource=f"{SHELL}/Command")),
            Request("Enumerate listeners", envelope(f"{ENUMERATION}/Enumerate", enumerate_all, resource=_LISTENERS)),
            Request("Disconnect", envelope(f"{SHELL}/Disconnect", "<rsp:Disconnect/>", shell)),
            Request("Reconnect", envelope(f"{SHELL}/Reconnect", "<rsp:Reconnect/>", shell)),
            Request("Disconnect", envelope(f"{SHELL}/Disconnect", "<rsp:Disconnect/>", shell)),
            Request("Connect", envelope(f"{SHELL}/Connect", wanted, shell)),
        ]
        return [create, *between, delete]

    return play
