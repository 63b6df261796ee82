"""The prepared lab, and the parts of it that AD FS tests start from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.products.running import Lab
from winsim.world import codec, feature_setup, issuing
from winsim.world.certificates import CertificateEntry, thumbprint
from winsim.world.machines import load_machines
from winsim.world.prepared import add_certificate

MACHINES = Path(__file__).parents[2] / "inventory" / "simulated" / "machines.yml"


@cache
def _prepared() -> Any:
    return codec.encode(load_machines(MACHINES))


@pytest.fixture
def lab() -> Lab:
    return prepared_lab()


def prepared_lab() -> Lab:
    """A world of its own for each test: the prepared baseline, as if loaded from the disk."""
    return loaded(_prepared())


def loaded(encoded: Any) -> Lab:
    world = codec.decode(encoded)
    world.connect()
    return Lab(world)


@dataclass
class FarmLab:
    lab: Lab
    thumbprint: str

    def install(self, *, delegated: bool = True, extra: str = "") -> str:
        answer = self.lab.run(
            "adfs01",
            f"$r = Install-AdfsFarm -CertificateThumbprint {self.thumbprint} -FederationServiceName sts.contoso.com "
            f"-GroupServiceAccountIdentifier 'CORP\\svc-adfs$' {extra}; \"$($r.Status) $($r.Context) $($r.Message)\"",
            delegated=delegated,
        )
        return answer.good().text


@cache
def public_certificate() -> tuple[issuing.Issued, bytes]:
    from datetime import UTC, datetime, timedelta

    start = datetime.now(UTC) - timedelta(days=1)
    ca = issuing.authority(issuing.common_name("Public CA"), start, 3650)
    names = ["lyncweb01.contoso.com", "sts.contoso.com"]
    return issuing.issue_for_server(ca, names[0], names, start, 700), ca.der


@pytest.fixture
def farm(lab: Lab) -> FarmLab:
    return before_the_farm(lab)


def before_the_farm(lab: Lab) -> FarmLab:
    """The role service on both nodes, and the public certificate on them and on se01; no farm yet."""
    issued, root = public_certificate()
    for name in ("adfs01", "adfs02", "se01"):
        host = lab.world.host(name)
        host.certificates.store("LocalMachine", "Root").add(CertificateEntry(root))
        add_certificate(host, issued, "public")
        if name != "se01":
            feature_setup.install(lab.world, host, ["ADFS-Federation"], tools=True)
    return FarmLab(lab, thumbprint(issued.der))
