"""Distinguished names and the other ways an account is named."""

from __future__ import annotations

import re

# A part of a distinguished name ends at a comma that is not escaped.
_PART = re.compile(r"(?:\\.|[^\\,])+", re.DOTALL)
_SID = re.compile(r"S-1-\d+(-\d+)+", re.IGNORECASE)
_GUID = re.compile(r"\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?", re.IGNORECASE)


def split(dn: str) -> list[str]:
    """``CN=a,DC=b`` -> ``["CN=a", "DC=b"]``."""
    return [part.strip() for part in _PART.findall(dn)]


def parent(dn: str) -> str:
    return ",".join(split(dn)[1:])


def relative(dn: str) -> str:
    """The value of the first part, unescaped: the object's name."""
    return re.sub(r"\\(.)", r"\1", split(dn)[0].partition("=")[2])


def escape(value: str) -> str:
    return re.sub(r'([,\\#+<>;"=])', r"\\\1", value)


def of_domain(domain: str) -> str:
    """``corp.contoso.com`` -> ``DC=corp,DC=contoso,DC=com``."""
    return ",".join(f"DC={label}" for label in domain.split("."))


def is_below(dn: str, base: str) -> bool:
    return dn.lower() == base.lower() or dn.lower().endswith("," + base.lower())


def canonical(dn: str) -> str:
    """``CN=a,OU=b,DC=c,DC=d`` -> ``c.d/b/a``."""
    parts = split(dn)
    domain = ".".join(part[3:] for part in parts if part.upper().startswith("DC="))
    path = [relative(part) for part in reversed(parts) if not part.upper().startswith("DC=")]
    return "/".join([domain, *path]) + ("" if path else "/")


def is_dn(text: str) -> bool:
    return re.match(r"(CN|OU|DC)=", text, re.IGNORECASE) is not None


def is_sid(text: str) -> bool:
    return _SID.fullmatch(text) is not None


def is_guid(text: str) -> bool:
    return _GUID.fullmatch(text) is not None
