"""Installers that a host would run from a share without anybody being able to tell whether they are the right ones."""

from __future__ import annotations

from collections.abc import Iterator

from passivelab.lab.media import medium_at
from passivelab.lab.model import Host, Lab
from passivelab.preflight.finding import Finding

SOURCE = "installers run from a share that others may write to"


def unlisted(lab: Lab, host: Host, path: str) -> Iterator[Finding]:
    if medium_at(lab.media, path) is None:
        reason = f"{host.name} would run {path}, which media.yml does not list"
        fix = "list it in media.yml with its size and SHA-256"
        yield Finding("installer-unlisted", None, reason, SOURCE, fix)
