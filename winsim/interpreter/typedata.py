"""Members that a script gives to types with Update-TypeData: they last as long as the session."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from winsim.interpreter.ambient import current_session

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

NONE: Final = object()


@dataclass
class TypeData:
    """What was said of one type; members by lower-case name, with the name as written."""

    name: str
    members: dict[str, tuple[str, object]] = field(default_factory=dict)
    display: tuple[str, ...] = ()
    display_property: str = ""
    keys: tuple[str, ...] = ()
    depth: int | None = None  # of its serialization
    method: str = ""  # of its serialization, lower case; "" for all public properties
    source: str = ""  # the property whose text is serialized
    serialized: tuple[str, ...] = ()  # the properties that are serialized


def all_data(session: Session) -> dict[str, TypeData]:
    """By lower-case type name."""
    found: dict[str, TypeData] = session.state.setdefault("type_data", {})
    return found


def data_for(value: object) -> list[TypeData]:
    """What holds for a value, most specific type first."""
    session = current_session()
    known = session.state.get("type_data") if session is not None else None
    if not known:
        return []
    from winsim.interpreter.clixml_records import type_names

    return [known[name.lower()] for name in type_names(value) if name.lower() in known]


def type_member(value: object, key: str) -> object:
    """The member (lower-case name) that a value's type was given: a special member, a plain value, or NONE."""
    for data in data_for(value):
        if key in data.members:
            return data.members[key][1]
    return NONE


def type_members(value: object) -> list[tuple[str, object]]:
    return [pair for data in data_for(value) for pair in data.members.values()]
