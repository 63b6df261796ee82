"""The faults of WS-Management with the codes that Windows gives them."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape, quoteattr

WSMAN_FAULT_ACTION: Final = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
ADDRESSING_FAULT_ACTION: Final = "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault"
_DETAIL: Final = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"


class WsmanFault(Exception):
    """A request that is answered with a fault."""

    def __init__(
        self,
        code: int,
        subcode: str,
        reason: str,
        *,
        sender: bool = True,
        detail: str = "",
        provider: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.subcode = subcode
        self.reason = reason
        self.sender = sender
        self.detail = detail  # the last part of a w:FaultDetail URI
        self.provider = provider  # name and path of the plugin that speaks in f:ProviderFault

    @property
    def action(self) -> str:
        return ADDRESSING_FAULT_ACTION if self.subcode.startswith("a:") else WSMAN_FAULT_ACTION

    def body(self, machine: str) -> str:
        reason = escape(self.reason)
        message = reason
        if self.provider is not None:
            name, path = self.provider
            message = f"<f:ProviderFault provider={quoteattr(name)} path={quoteattr(path)}>{reason}</f:ProviderFault>"
        detail = f"<w:FaultDetail>{_DETAIL}{self.detail}</w:FaultDetail>" if self.detail else ""
        return (
            f"<s:Fault><s:Code><s:Value>{'s:Sender' if self.sender else 's:Receiver'}</s:Value>"
            f"<s:Subcode><s:Value>{self.subcode}</s:Value></s:Subcode></s:Code>"
            f'<s:Reason><s:Text xml:lang="en-US">{reason}</s:Text></s:Reason><s:Detail>{detail}'
            '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" '
            f'Code="{self.code}" Machine={quoteattr(machine)}><f:Message>{message}</f:Message></f:WSManFault>'
            "</s:Detail></s:Fault>"
        )


SHELL_PLUGIN: Final = ("Shell cmd plugin", r"%systemroot%\system32\winrscmd.dll")
POWERSHELL_PLUGIN: Final = ("microsoft.powershell", r"%systemroot%\system32\pwrshplugin.dll")
TIMED_OUT: Final = 2150858793
UNEXPECTED_SELECTORS: Final = 2150858843


def timed_out() -> WsmanFault:
    return WsmanFault(
        TIMED_OUT,
        "w:TimedOut",
        "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.  ",
        sender=False,
    )


def no_shell(shell_id: str) -> WsmanFault:
    return WsmanFault(
        UNEXPECTED_SELECTORS,
        "w:InvalidSelectors",
        f"The request for the Windows Remote Shell with ShellId {shell_id} failed because the shell was not found on "
        "the server. Possible causes are: the specified ShellId is incorrect or the shell no longer exists on the "
        "server. Provide the correct ShellId or create a new shell and retry the operation. ",
        detail="UnexpectedSelectors",
        provider=("Shell provider", r"%systemroot%\system32\wsmsvc.dll"),
    )


def no_command(command_id: str) -> WsmanFault:
    return WsmanFault(
        UNEXPECTED_SELECTORS,
        "w:InvalidSelectors",
        "The Windows Remote Shell received a request to perform an operation on a command identifier that does not "
        "exist. Either the command has completed execution or the client specified an invalid command identifier. ",
        detail="UnexpectedSelectors",
        provider=("Shell provider", r"%systemroot%\system32\wsmsvc.dll"),
    )


def invalid_parameter(reason: str = "The parameter is incorrect. ") -> WsmanFault:
    return WsmanFault(87, "w:InvalidParameter", reason, detail="InvalidValue", provider=SHELL_PLUGIN)


def file_not_found() -> WsmanFault:
    return WsmanFault(
        2147942402,
        "w:InternalError",
        "The system cannot find the file specified. ",
        sender=False,
        provider=SHELL_PLUGIN,
    )


def missing_header(name: str) -> WsmanFault:
    return WsmanFault(
        2150858769,
        "a:MessageInformationHeaderRequired",
        "The WS-Management service cannot process the request. The request does not have all the expected SOAP "
        f"headers: {name} is missing. ",
    )


def envelope_too_small() -> WsmanFault:
    return WsmanFault(
        2150858878,
        "w:EncodingLimit",
        "The WS-Management service cannot process the request because the envelope size in the request is too small. ",
        detail="MinimumEnvelopeLimit",
    )


def answer_too_large() -> WsmanFault:
    return WsmanFault(
        2150858824,
        "w:EncodingLimit",
        "The response that the WS-Management service computed exceeds the maximum envelope size in the request. ",
        detail="MaxEnvelopeSizeExceeded",
    )


def missing_selector(name: str) -> WsmanFault:
    return WsmanFault(
        2150858842,
        "w:InvalidSelectors",
        "The WS-Management service cannot process the request because the request did not contain all required "
        f"selectors: {name} is missing. ",
        detail="InsufficientSelectors",
    )


def missing_resource() -> WsmanFault:
    return WsmanFault(
        2150858811,
        "w:InvalidResourceURI",
        "The WS-Management service cannot process the request. The resource URI is missing or it has an incorrect "
        "format. ",
    )


def bad_shell_id(text: str) -> WsmanFault:
    return WsmanFault(
        2150859221,
        "w:InvalidParameter",
        f"The WinRM service cannot process the request: the ShellId {text} is no GUID. ",
    )


def shell_exists(shell_id: str) -> WsmanFault:
    return WsmanFault(
        2150859223,
        "w:AlreadyExists",
        f"The WinRM service cannot process the request: a shell with the ShellId {shell_id} exists already. ",
    )


def bad_command_id(text: str) -> WsmanFault:
    return WsmanFault(
        2150859220,
        "w:InvalidParameter",
        f"The WinRM service cannot process the request: the CommandId {text} is no GUID. ",
    )


def command_exists(command_id: str) -> WsmanFault:
    return WsmanFault(
        2150859222,
        "w:AlreadyExists",
        f"The WinRM service cannot process the request: a command with the CommandId {command_id} exists already. ",
    )


def bad_code_page(text: str) -> WsmanFault:
    return WsmanFault(
        2150859072,
        "w:InternalError",
        f"The WinRS client cannot process the request. The server cannot set Code Page {text}. You may want to use the "
        "CHCP command to change the client Code Page to 437 and receive the results in English. ",
        sender=False,
        provider=SHELL_PLUGIN,
    )


def invalid_idle_timeout() -> WsmanFault:
    return WsmanFault(
        2150859250,
        "w:InternalError",
        "The WinRM service cannot process the request: the requested IdleTimeout is outside the allowed range. "
        "It must be at least 60 seconds and not above MaxIdleTimeout. ",
        sender=False,
    )


def invalid_timeout(text: str) -> WsmanFault:
    return WsmanFault(
        2150858767,
        "a:InvalidMessageInformationHeader",
        "The WS-Management service cannot process the request. "
        f"The XML contains an invalid timeout field in the SOAP header: {text}. ",
        detail="InvalidTimeout",
    )


def access_denied() -> WsmanFault:
    return WsmanFault(5, "w:AccessDenied", "Access is denied. ")


def too_many_shells(limit: int) -> WsmanFault:
    return WsmanFault(
        2150859173,
        "w:QuotaLimit",
        "The WS-Management service cannot process the request. This user is allowed a maximum number of "
        f"{limit} concurrent shells, which has been exceeded. Close existing shells or raise the quota for this user. ",
    )


def too_many_commands(limit: int) -> WsmanFault:
    return WsmanFault(
        2150859241,
        "w:InternalError",
        "The WS-Management service cannot process the request. The maximum number of concurrent commands per shell "
        f"has been exceeded: the quota is {limit}. Close existing commands or raise the quota. ",
        sender=False,
    )


def unknown_resource(uri: str) -> WsmanFault:
    return WsmanFault(
        2150858752,
        "a:DestinationUnreachable",
        f"The WS-Management service cannot process the request. The resource URI ({uri}) was not found in the "
        "WS-Management catalog. The catalog contains the metadata that describes resources, or logical endpoints. ",
        detail="InvalidResourceURI",
    )


def unknown_action(action: str) -> WsmanFault:
    return WsmanFault(
        2150858771,
        "a:ActionNotSupported",
        f"The WS-Management service does not support the action specified in the request: {action}. ",
    )


def malformed(reason: str) -> WsmanFault:
    return WsmanFault(
        2150858817,
        "w:SchemaValidationError",
        f"The WS-Management service cannot process the request. {reason} ",
    )


def aborted() -> WsmanFault:
    return WsmanFault(
        995,
        "w:InternalError",
        "The I/O operation has been aborted because of either a thread exit or an application request. ",
        sender=False,
    )


def disconnected(shell_id: str) -> WsmanFault:
    return WsmanFault(
        2150859204,
        "w:InternalError",
        f"The WinRM service cannot process the request because the shell {shell_id} is disconnected. "
        "Reconnect to the shell and retry the operation. ",
        sender=False,
    )


def internal(reason: str) -> WsmanFault:
    return WsmanFault(2147500037, "w:InternalError", reason, sender=False)
