"""Which of the lab's certificates a host needs follows from what else it is for."""

from __future__ import annotations

from collections.abc import Mapping

from passivelab.lab.model import Host, Lab

PUBLIC = frozenset({"adfs", "reverse_proxy", "lync_pool"})
SERVER = frozenset({"lync_pool", "office_web_apps"})


def derive(lab: Lab, host: Host, variables: Mapping[str, object]) -> dict[str, object]:
    roles = set(host.roles)
    return {"install_public": bool(roles & PUBLIC), "install_server": bool(roles & SERVER)}
