"""SOAP envelopes of WS-Management: requests taken apart, responses put together."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from winsim.endpoint import faults

SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING: Final = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
TRANSFER: Final = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
ENUMERATION: Final = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
WSMAN: Final = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
WSMAN_MS: Final = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
SHELL: Final = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
POWERSHELL: Final = "http://schemas.microsoft.com/powershell"
IDENTIFY: Final = "http://schemas.dmtf.org/wbem/wsman/identify/1/wsmanidentity.xsd"
ANONYMOUS: Final = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"

_DURATION = re.compile(
    r"(?P<minus>-)?P(?:(?P<days>\d{1,6})D)?(?:T(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?"
    r"(?:(?P<seconds>\d{1,9}(?:\.\d{1,9})?)S)?)?"
)
_DOCTYPE = re.compile(rb"<\0?!\0?D\0?O\0?C\0?T\0?Y\0?P\0?E")


@dataclass(frozen=True)
class WsmanRequest:
    action: str
    resource_uri: str
    message_id: str
    session_id: str
    operation_timeout: float
    max_envelope: int
    selectors: Mapping[str, str]
    options: Mapping[str, str]
    body: Element = field(repr=False)

    def child(self, name: str) -> Element:
        """The element of the body that the action is about."""
        found = self.body.find(f"{{{SHELL}}}{name}")
        if found is None:
            raise faults.malformed(f"The body has no {name} element.")
        return found

    @property
    def shell_id(self) -> str:
        for name, value in self.selectors.items():
            if name.lower() == "shellid":
                return value.upper()
        raise faults.missing_selector("ShellId")


def parse_xml(data: bytes) -> Element:
    """XML from the network: no document type, hence no entities of its own."""
    if _DOCTYPE.search(data):
        raise faults.malformed("A document type declaration is not allowed.")
    try:
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise faults.malformed("The request is not well-formed XML.") from error


def parse_duration(text: str) -> float:
    """Seconds of an xs:duration; ValueError for anything else, and for a negative or empty one."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or match["minus"] or text.strip().endswith(("P", "T")):
        raise ValueError(text)
    days, hours, minutes = (int(match[name] or 0) for name in ("days", "hours", "minutes"))
    return ((days * 24 + hours) * 60 + minutes) * 60 + float(match["seconds"] or 0)


def format_duration(seconds: float) -> str:
    return f"PT{seconds:.3f}S"


def parse_request(envelope: Element) -> WsmanRequest:
    header, body = envelope.find(f"{{{SOAP}}}Header"), envelope.find(f"{{{SOAP}}}Body")
    if envelope.tag != f"{{{SOAP}}}Envelope" or header is None or body is None:
        raise faults.malformed("The request is not a SOAP 1.2 envelope with header and body.")
    action, message_id = _text(header, ADDRESSING, "Action"), _text(header, ADDRESSING, "MessageID")
    if not message_id:
        raise faults.missing_header("MessageID")
    if not action:
        raise faults.missing_header("Action")
    return WsmanRequest(
        action=action,
        resource_uri=_text(header, WSMAN, "ResourceURI"),
        message_id=message_id,
        session_id=_text(header, WSMAN_MS, "SessionId"),
        operation_timeout=_timeout(_text(header, WSMAN, "OperationTimeout")),
        max_envelope=_size(_text(header, WSMAN, "MaxEnvelopeSize")),
        selectors=_set(header, "SelectorSet", "Selector"),
        options=_set(header, "OptionSet", "Option"),
        body=body,
    )


def message_id_of(envelope: Element) -> str:
    header = envelope.find(f"{{{SOAP}}}Header")
    return _text(header, ADDRESSING, "MessageID") if header is not None else ""


def _text(parent: Element, namespace: str, name: str) -> str:
    return (parent.findtext(f"{{{namespace}}}{name}") or "").strip()


def _timeout(text: str) -> float:
    if not text:
        return 60.0
    try:
        return parse_duration(text)
    except ValueError:
        raise faults.invalid_timeout(text) from None


def _size(text: str) -> int:
    if not text:
        return 512000
    if not text.isascii() or not text.isdigit() or not int(text[:12]) >= 8192:
        raise faults.envelope_too_small()
    return int(text[:12])


def _set(header: Element, name: str, item: str) -> dict[str, str]:
    found = header.find(f"{{{WSMAN}}}{name}")
    if found is None:
        return {}
    return {entry.get("Name", ""): entry.text or "" for entry in found.findall(f"{{{WSMAN}}}{item}")}


_NAMESPACES: Final = (
    f'xml:lang="en-US" xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}" xmlns:x="{TRANSFER}" xmlns:e="{ENUMERATION}" '
    f'xmlns:w="{WSMAN}" xmlns:rsp="{SHELL}" xmlns:p="{WSMAN_MS}"'
)


def respond(action: str, relates_to: str, body: str) -> bytes:
    """A response envelope; ``relates_to`` is the request's MessageID, letter by letter."""
    relation = f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo>" if relates_to else ""
    return (
        f"<s:Envelope {_NAMESPACES}><s:Header><a:Action>{escape(action)}</a:Action>"
        f"<a:MessageID>uuid:{str(uuid.uuid4()).upper()}</a:MessageID>"
        f"<p:ActivityId>{str(uuid.uuid4()).upper()}</p:ActivityId><a:To>{ANONYMOUS}</a:To>{relation}</s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()
