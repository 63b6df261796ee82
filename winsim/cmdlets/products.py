"""What the cmdlets of the products share: values for the pipeline, arguments, identities and the second hop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from winsim.interpreter.command import NotBuilt
from winsim.interpreter.net.certificates import X509Certificate2
from winsim.interpreter.net.datetimes import DateTime, TimeSpan
from winsim.interpreter.net.identifiers import Guid
from winsim.interpreter.net.principals import SecurityIdentifier
from winsim.interpreter.net.secrets import PSCredential, SecureString
from winsim.interpreter.net.uris import Uri
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import TEXT, Array, PSObject

if TYPE_CHECKING:
    from winsim.interpreter.command import Call
    from winsim.world.host import Host

QUIET = ("Force",)  # nobody is asked for confirmation


def default_only(call: Call, parameter: str, known: str) -> None:
    """For what the lab has in one place or kind: anything else is not built."""
    if call.has(parameter) and call.text(parameter).rstrip("\\").lower() != known.lower():
        raise NotBuilt(f"{call.name} -{parameter} {call.text(parameter)}")


def entity(type_names: tuple[str, ...], properties: Mapping[str, object], text: str | None = None) -> PSObject:
    """An object of a product; ``text`` is what it looks like as a string (its type's name otherwise)."""
    made = PSObject(properties, (*type_names, "System.Object"))
    if text is not None:
        made[TEXT] = text
    return made


def guid(text: str) -> Guid:
    return Guid.parse(text)


def sid(text: str) -> SecurityIdentifier:
    return SecurityIdentifier(text)


def uri(text: str | None) -> object:
    return None if not text else Uri(text)


def certificate(host: Host, der: bytes) -> X509Certificate2:
    """An X509Certificate2 without a private key."""
    return X509Certificate2(host, der)


def credential(value: object) -> tuple[str, str]:
    """User name and password of a PSCredential."""
    if not isinstance(value, PSCredential):
        raise NotBuilt("a credential that is none")
    return value.user_name, value.password.text


def clear_text(value: object) -> str:
    """What a SecureString holds; a plain string where a cmdlet takes one."""
    return value.text if isinstance(value, SecureString) else plain(value)


def moment(value: datetime | None) -> object:
    """A date as .NET gives it, in UTC (the lab's machines keep UTC)."""
    return None if value is None else DateTime.from_python(value)


def span(text: str) -> TimeSpan:
    """``hh:mm:ss`` or ``d.hh:mm:ss``."""
    days, _, clock = text.rpartition(".")
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    return TimeSpan.of(int(days or 0), hours, minutes, seconds)


def strings(values: Iterable[object]) -> Array:
    return Array(values, "System.String")


def items(value: object) -> list[object]:
    """An argument that may be one value or a collection."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def plain(value: object) -> str:
    return to_text(value)


def property_of(value: object, *names: str) -> object:
    """The first of these properties that an object has."""
    if isinstance(value, PSObject):
        for name in names:
            if name in value and value[name] is not None:
                return value[name]
    return None


def variable(call: Call, name: str) -> object:
    """A variable of the calling script, or a property of it (``user.Name``), as the -Filter languages name them."""
    head, *rest = name.split(".")
    frame = getattr(call, "caller", None)
    value: object = frame.scope.lookup(head.lower(), None) if frame is not None else None
    for part in rest:
        value = property_of(value, part)
    return None if value is None else plain(value)


def caller(call: Call) -> str:
    return call.session.identity.user


def may_leave(call: Call) -> bool:
    """Whether what runs here can reach another machine under its own name: the second hop."""
    return call.session.identity.delegated


def is_domain_account(call: Call) -> bool:
    host = call.host
    prefix = caller(call).partition("\\")[0].lower()
    return host.is_member and prefix in (host.domain_netbios.lower(), host.domain.lower())


def in_group(call: Call, *names: str) -> bool:
    """Whether the caller's token has one of these groups of the domain."""
    prefix = call.host.domain_netbios.lower()
    return any(f"{prefix}\\{name.lower()}" in call.session.identity.groups for name in names)
