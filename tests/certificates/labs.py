"""A small lab with another source of its public certificate, built in this process as often as a test likes."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from campaigns.cutting import Cutter, cutting
from campaigns.inprocess import Connector, Snapshot, building, in_deep_thread
from campaigns.worlds import difference
from passivelab.blueprint.model import Blueprint
from passivelab.commands.paths import ROOT
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import Workshop, open_to_take_back, open_workshop
from passivelab.engine import Build
from passivelab.engine.events import Event, StepFinished
from passivelab.lab import load_lab
from passivelab.lab.certificates import public_wish, wanted_certificates
from passivelab.pki import Pki
from passivelab.state.journal import read
from tests.products.conftest import prepared_lab
from winsim.world.lab import World

# Certificates and what uses them: on a server of the domain, and on the reverse proxy, which is in no domain.
HOSTS = frozenset({"dc01", "adfs01", "owa01", "arr01"})
ROLES = frozenset({"certificate_authority", "certificates"})
USE = "reverse_proxy/binding"
LISTENING = ("reverse_proxy/binding", "reverse_proxy/address", "reverse_proxy/listener")


@cache
def keys() -> Path:
    """Keys and certificates of the default lab: found again by what they are for, so every lab may have them."""
    folder = Path(tempfile.mkdtemp()) / "pki"
    atexit.register(shutil.rmtree, folder.parent)
    Pki.open(folder, wanted_certificates(load_lab(ROOT / "inventory" / "simulated")))
    return folder


def make_lab(folder: Path, source: str, more: str = "") -> Path:
    """The default lab with another source of certificates."""
    folder.mkdir()
    shutil.copytree(keys(), folder / ".passivelab" / "pki")
    for name in ("lab.yml", "machines.yml", "secrets.yml"):
        shutil.copy(ROOT / "inventory" / "simulated" / name, folder / name)
    text = (folder / "lab.yml").read_text()
    use = "certificates: { hosts: [dc01, adfs01, adfs02, se01, se02, dir01, owa01, arr01] }"
    assert use in text
    wanted = use.replace("] }", f"], variables: {{ source: {source}{more} }} }}")
    authority = "certificate_authority: { hosts: [dc01] }\n  " if source == "ad-cs" else ""
    (folder / "lab.yml").write_text(text.replace(use, authority + wanted))
    return folder


@dataclass(frozen=True)
class Run:
    """One build or teardown."""

    outcomes: Mapping[str, str]
    titles: frozenset[str]
    errors: Mapping[str, Exception]
    proved: bool

    @property
    def changed(self) -> set[str]:
        return {key for key, outcome in self.outcomes.items() if outcome in ("changed", "removed")}


@dataclass
class SmallLab:
    folder: Path
    world: World = field(default_factory=lambda: prepared_lab().world)
    workshop: Workshop | None = None
    cutter: Cutter | None = None  # what loses the connection in the middle of scripts

    @property
    def journal(self) -> Path:
        return self.folder / "journal.jsonl"

    def open(self) -> Workshop:
        """Read everything again, as each command does."""
        self.workshop = open_workshop(str(self.folder), Terminal())
        return self.workshop

    def build(self) -> Run:
        return self._run(self.open())

    def again(self) -> Run:
        """Another build of what has been read before."""
        assert self.workshop is not None
        return self._run(self.workshop)

    def teardown(self) -> Run:
        self.workshop = open_to_take_back(str(self.folder), Terminal())
        return self._run(self.workshop, Blueprint(self.workshop.lab.name, ()))

    def _run(self, workshop: Workshop, blueprint: Blueprint | None = None) -> Run:
        finished: list[StepFinished] = []

        def note(event: Event) -> None:
            if isinstance(event, StepFinished):
                finished.append(event)

        def go(build: Build) -> bool:
            build.read()
            return build.apply() and build.prove()

        connect = Connector(workshop, self.world)
        with building(
            workshop,
            self.world,
            self.journal,
            blueprint,
            lambda item: item.key.host in HOSTS and (item.role in ROLES or item.key.step.startswith(LISTENING)),
            note,
            connect=cutting(connect, self.cutter) if self.cutter is not None else connect,
            prune=blueprint is not None,
        ) as build:
            proved = in_deep_thread(lambda: go(build))
        outcomes = {str(event.key): str(event.outcome) for event in finished}
        errors = {str(key): error for key, error in build.tally.errors.items()}
        return Run(outcomes, frozenset(event.title for event in finished), errors, proved)

    def current(self, host: str, step: str) -> dict[str, Any]:
        """What the step found when it was last changed."""
        done = [one for one in read(self.journal) if one.get("kind") == "done"]
        found: dict[str, Any] = next(
            one["current"] for one in reversed(done) if (one.get("host"), one.get("step")) == (host, step)
        )
        return found

    @property
    def bound(self) -> str:
        """What the reverse proxy listens with."""
        return json.dumps(self.current("arr01", USE))

    def store(self, host: str, name: str) -> set[str]:
        return set(self.world.host(host).certificates.store("LocalMachine", name).entries)

    def kept(self) -> World:
        """The machines as they are now, to compare others with."""
        return Snapshot.of(self.world).world()

    def differs_from(self, other: World) -> str:
        return difference(other, self.world)


def thumbprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA1()).hex().upper()


def wished(lab: Path) -> tuple[str, list[str]]:
    wish = public_wish(load_lab(lab))
    return wish.subject, list(wish.names)
