"""Machines that start bare get the product; prepared ones have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from passivelab.lab.media import medium_at
from passivelab.lab.model import Host, Lab
from passivelab.preflight.finding import Finding
from passivelab.preflight.installers import unlisted


def derive(lab: Lab, host: Host, variables: Mapping[str, object]) -> dict[str, object]:
    setup = rf"{variables['media']}\setup.exe"
    medium = medium_at(lab.media, setup)
    return {
        "from_bare": lab.baseline == "bare",
        "setup": setup,
        "setup_sha256": medium.sha256 if medium is not None else "",
    }


def check(lab: Lab, host: Host, variables: Mapping[str, object]) -> Iterator[Finding]:
    if lab.baseline == "bare":
        yield from unlisted(lab, host, rf"{variables['media']}\setup.exe")
