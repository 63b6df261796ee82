"""Comparison by meaning: each rule brings a single value into a form that equals its like's."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443, "net.tcp": 808}
_CLAIM_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\w+|[^\w\s]')
_PERCENT = re.compile(r"%[0-9a-fA-F]{2}")
_TIMESPAN = re.compile(
    r"(?P<sign>-)?(?:(?P<days>\d+)\.)?(?P<hours>\d+):(?P<minutes>\d+)(?::(?P<seconds>\d+)(?:\.(?P<ticks>\d{1,7}))?)?"
)


def exact(value: object) -> Hashable:
    """The value with its type, since ``True == 1`` in Python and not on the host."""
    return (type(value).__name__, value)


def ignore_case(value: object) -> Hashable:
    return value.casefold() if isinstance(value, str) else exact(value)


def fqdn(value: object) -> Hashable:
    return value.casefold().strip().rstrip(".") if isinstance(value, str) else exact(value)


def thumbprint(value: object) -> Hashable:
    """Hexadecimal digits only: copies from the certificate dialog carry blanks and an invisible mark."""
    return re.sub(r"[^0-9A-F]", "", value.upper()) if isinstance(value, str) else exact(value)


def path(value: object) -> Hashable:
    """A Windows path: case, the kind of slash and a closing one carry no meaning."""
    if not isinstance(value, str):
        return exact(value)
    text = re.sub(r"(?<!^)\\+", r"\\", value.strip().replace("/", "\\"))
    return text.rstrip("\\").casefold()


def uri(value: object) -> Hashable:
    """Scheme and host without case, default ports and an empty path filled in; path and query as they are."""
    if not isinstance(value, str):
        return exact(value)
    try:
        parts = urlsplit(value.strip())
        port = parts.port
    except ValueError:
        return exact(value)
    if not parts.netloc:
        return exact(value.strip())
    tail = parts.path or "/"
    if parts.query:
        tail += "?" + parts.query
    if parts.fragment:
        tail += "#" + parts.fragment
    tail = _PERCENT.sub(lambda match: match.group().upper(), tail)
    user = parts.netloc.rpartition("@")[0]
    return (parts.scheme, user, (parts.hostname or "").rstrip("."), port or _DEFAULT_PORTS.get(parts.scheme), tail)


def claim_rules(value: object) -> Hashable:
    """The tokens of the claim rule language: blanks count only inside quotes."""
    return tuple(_CLAIM_TOKEN.findall(value)) if isinstance(value, str) else exact(value)


def timespan(value: object) -> Hashable:
    """The ticks of a .NET TimeSpan as it prints itself; a number alone is days there, too."""
    if not isinstance(value, str):
        return exact(value)
    text = value.strip()
    if re.fullmatch(r"-?\d+", text):
        return int(text) * 864_000_000_000
    match = _TIMESPAN.fullmatch(text)
    if match is None:
        return exact(value)
    parts = match.groupdict(default="0")
    minutes = (int(parts["days"]) * 24 + int(parts["hours"])) * 60 + int(parts["minutes"])
    ticks = (minutes * 60 + int(parts["seconds"])) * 10_000_000 + int(parts["ticks"].ljust(7, "0"))
    return -ticks if match["sign"] else ticks


# ``set`` and ``ordered`` speak of the list; their members are compared exactly.
FORMS: Mapping[str, Callable[[object], Hashable]] = {
    "exact": exact,
    "ignore_case": ignore_case,
    "set": exact,
    "ordered": exact,
    "uri": uri,
    "claim_rules": claim_rules,
    "fqdn": fqdn,
    "thumbprint": thumbprint,
    "path": path,
    "timespan": timespan,
}
