"""What follows from the lab for the authority: its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from passivelab.lab.model import Host, Lab
from passivelab.preflight.finding import Finding

SOURCE = "Install-AdcsCertificationAuthority: an enterprise authority is published in its domain"


def derive(lab: Lab, host: Host, variables: Mapping[str, object]) -> dict[str, object]:
    return {"name": variables["ca_name"] or f"{lab.domain.netbios}-passivelab-CA"}


def check(lab: Lab, host: Host, variables: Mapping[str, object]) -> Iterator[Finding]:
    if not host.joined:
        reason = f"{host.name} is no member of {lab.domain.name}: an enterprise authority cannot be there"
        yield Finding("authority-outside-domain", None, reason, SOURCE, "give the role to a member of the domain")
