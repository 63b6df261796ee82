"""The records of the internal DNS view as a list of steps."""

from __future__ import annotations

from collections.abc import Mapping

from passivelab.lab.model import Host, Lab


def derive(lab: Lab, host: Host, variables: Mapping[str, object]) -> dict[str, object]:
    records = variables["records"]
    assert isinstance(records, Mapping)
    suffix = f".{lab.sip_domain}"
    listed = [
        {"name": name, "label": str(name).removesuffix(suffix), "address": address}
        for name, address in sorted(records.items())
    ]
    return {"record_list": listed}
