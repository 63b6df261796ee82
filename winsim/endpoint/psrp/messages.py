"""PSRP messages (MS-PSRP 2.2.1): header, types, and the texts of those that a server sends."""

from __future__ import annotations

import enum
import struct
import uuid
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape

_HEADER: Final = struct.Struct("<II16s16s")
_MARK: Final = b"\xef\xbb\xbf"
TO_CLIENT, TO_SERVER = 1, 2
NO_PIPELINE: Final = uuid.UUID(int=0)


class MessageType(enum.IntEnum):
    SESSION_CAPABILITY = 0x00010002
    INIT_RUNSPACEPOOL = 0x00010004
    PUBLIC_KEY = 0x00010005
    ENCRYPTED_SESSION_KEY = 0x00010006
    PUBLIC_KEY_REQUEST = 0x00010007
    CONNECT_RUNSPACEPOOL = 0x00010008
    SET_MAX_RUNSPACES = 0x00021002
    SET_MIN_RUNSPACES = 0x00021003
    RUNSPACE_AVAILABILITY = 0x00021004
    RUNSPACEPOOL_STATE = 0x00021005
    CREATE_PIPELINE = 0x00021006
    GET_AVAILABLE_RUNSPACES = 0x00021007
    USER_EVENT = 0x00021008
    APPLICATION_PRIVATE_DATA = 0x00021009
    GET_COMMAND_METADATA = 0x0002100A
    RUNSPACEPOOL_INIT_DATA = 0x0002100B
    RESET_RUNSPACE_STATE = 0x0002100C
    RUNSPACEPOOL_HOST_CALL = 0x00021100
    RUNSPACEPOOL_HOST_RESPONSE = 0x00021101
    PIPELINE_INPUT = 0x00041002
    END_OF_PIPELINE_INPUT = 0x00041003
    PIPELINE_OUTPUT = 0x00041004
    ERROR_RECORD = 0x00041005
    PIPELINE_STATE = 0x00041006
    DEBUG_RECORD = 0x00041007
    VERBOSE_RECORD = 0x00041008
    WARNING_RECORD = 0x00041009
    PROGRESS_RECORD = 0x00041010
    PIPELINE_HOST_CALL = 0x00041100
    PIPELINE_HOST_RESPONSE = 0x00041101


class PoolState(enum.IntEnum):
    OPENED = 2
    CLOSED = 3
    CLOSING = 4
    BROKEN = 5


class PipelineState(enum.IntEnum):
    STOPPED = 3
    COMPLETED = 4
    FAILED = 5


class BrokenMessage(Exception):
    """The peer's message has no proper header or body."""


@dataclass(frozen=True)
class Message:
    type: int
    pool: uuid.UUID
    pipeline: uuid.UUID
    data: str = field(repr=False)  # XML, or empty


def unpack(data: bytes) -> Message:
    if len(data) < _HEADER.size:
        raise BrokenMessage("a message is shorter than its header")
    destination, kind, pool, pipeline = _HEADER.unpack_from(data)
    if destination != TO_SERVER:
        raise BrokenMessage("a message is not for the server")
    try:
        text = data[_HEADER.size :].removeprefix(_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BrokenMessage("a message is not UTF-8") from error
    return Message(kind, uuid.UUID(bytes_le=pool), uuid.UUID(bytes_le=pipeline), text)


def pack(kind: MessageType, pool: uuid.UUID, pipeline: uuid.UUID | None, text: str) -> bytes:
    header = _HEADER.pack(TO_CLIENT, kind, pool.bytes_le, (pipeline or NO_PIPELINE).bytes_le)
    return header + _MARK + text.encode("utf-8", "surrogatepass") if text else header


def notes(*members: str) -> str:
    """The object without a type that most messages are."""
    return f'<Obj RefId="0"><MS>{"".join(members)}</MS></Obj>'


def version(name: str, value: str) -> str:
    return f'<Version N="{name}">{value}</Version>'


def int32(name: str, value: int) -> str:
    return f'<I32 N="{name}">{value}</I32>'


def int64(name: str, value: int) -> str:
    return f'<I64 N="{name}">{value}</I64>'


def text_member(name: str, value: str) -> str:
    return f'<S N="{name}">{escape(value)}</S>'


def session_capability(protocol: str) -> str:
    return notes(
        version("protocolversion", protocol), version("PSVersion", "2.0"), version("SerializationVersion", "1.1.0.1")
    )


def application_private_data(protocol: str) -> str:
    """What Server 2012 R2 tells of itself, in its order."""
    compatible = "".join(f"<Version>{number}</Version>" for number in ("1.0", "2.0", "3.0", "4.0"))
    table = (
        ("PSVersion", '<Version N="Value">2.0</Version>'),
        (
            "PSCompatibleVersions",
            '<Obj N="Value" RefId="3"><TN RefId="1"><T>System.Version[]</T><T>System.Array</T><T>System.Object</T></TN>'
            f"<LST>{compatible}</LST></Obj>",
        ),
        ("BuildVersion", '<Version N="Value">6.3.9600.18968</Version>'),
        ("CLRVersion", '<Version N="Value">4.0.30319.42000</Version>'),
        ("WSManStackVersion", '<Version N="Value">3.0</Version>'),
        ("PSRemotingProtocolVersion", f'<Version N="Value">{protocol}</Version>'),
        ("SerializationVersion", '<Version N="Value">1.1.0.1</Version>'),
    )
    entries = (
        ("DebugMode", '<I32 N="Value">1</I32>'),
        ("DebugStop", '<B N="Value">false</B>'),
        ("PSVersionTable", f'<Obj N="Value" RefId="2"><TNRef RefId="0" /><DCT>{_entries(table)}</DCT></Obj>'),
        ("DebugBreakpointCount", '<I32 N="Value">0</I32>'),
    )
    return notes(
        '<Obj N="ApplicationPrivateData" RefId="1"><TN RefId="0">'
        "<T>System.Management.Automation.PSPrimitiveDictionary</T><T>System.Collections.Hashtable</T>"
        f"<T>System.Object</T></TN><DCT>{_entries(entries)}</DCT></Obj>"
    )


def _entries(pairs: tuple[tuple[str, str], ...]) -> str:
    return "".join(f'<En><S N="Key">{key}</S>{value}</En>' for key, value in pairs)


def pool_state(state: PoolState) -> str:
    return notes(int32("RunspaceState", state))


def pool_init_data(smallest: int, largest: int) -> str:
    return notes(int32("MinRunspaces", smallest), int32("MaxRunspaces", largest))


def availability(call_id: int, answer: bool | int) -> str:
    kind, value = ("B", str(answer).lower()) if isinstance(answer, bool) else ("I32", str(answer))
    return notes(f'<{kind} N="SetMinMaxRunspacesResponse">{value}</{kind}>', int64("ci", call_id))


def encrypted_session_key(blob: str) -> str:
    return notes(text_member("EncryptedSessionKey", blob))


def pipeline_state(state: PipelineState, error: str = "") -> str:
    """``error`` is the serialised ErrorRecord with N="ExceptionAsErrorRecord"."""
    return notes(int32("PipelineState", state), error)
