"""CredSSP is for members of the domain; a domain controller is one by its own role."""

from __future__ import annotations

from collections.abc import Mapping

from passivelab.lab.model import Host, Lab


def derive(lab: Lab, host: Host, variables: Mapping[str, object]) -> dict[str, object]:
    joins = host.joined and "domain" not in host.roles
    return {"joins": joins, "accept_credssp": host.joined and bool(variables["credssp"])}
