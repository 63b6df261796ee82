"""Machines that start bare get the product; prepared ones have it."""

from __future__ import annotations

from collections.abc import Mapping

from passivelab.lab.model import Host, Lab


def derive(lab: Lab, host: Host, variables: Mapping[str, object]) -> dict[str, object]:
    return {"from_bare": lab.baseline == "bare"}
