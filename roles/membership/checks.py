"""CredSSP is for members of the domain."""

from __future__ import annotations

from collections.abc import Mapping

from passivelab.lab.model import Host, Lab


def derive(lab: Lab, host: Host, variables: Mapping[str, object]) -> dict[str, object]:
    return {"accept_credssp": host.joined and bool(variables["credssp"])}
