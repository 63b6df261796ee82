"""The client matrix: who can sign in on a pool with passive authentication, and who says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from passivelab.errors import Problem
from passivelab.lab.binding import Marks, bind
from passivelab.lab.documents import ClientDocument, ClientsDocument, Evidence, EvidenceDocument, Profile
from passivelab.lab.nodes import read_yaml


@dataclass(frozen=True)
class Verdict:
    works: bool
    reason: str
    source: str


@dataclass(frozen=True)
class ClientMatrix:
    as_of: str
    clients: Mapping[str, ClientDocument]
    prefer: Evidence = "observation"

    def verdict(self, client: str, passive: bool, profile: Profile) -> Verdict:
        """Whether the client can sign in on such a pool."""
        document = self.clients[client]
        if not passive:
            return Verdict(True, f"{document.title} signs in on classic pools", "")
        if profile == "additive":
            return Verdict(True, "the other sign-in methods stay on in the profile additive", "inferred")
        found = self._evidence(document)
        works = "can" if found.works else "cannot"
        note = f" ({found.note})" if found.note else ""
        return Verdict(found.works, f"{document.title} {works} sign in on a passive pool{note}", found.source)

    def fits(self, clients: tuple[str, ...], passive: bool, profile: Profile) -> bool:
        """The strictest client decides."""
        return all(self.verdict(client, passive, profile).works for client in clients)

    def _evidence(self, document: ClientDocument) -> EvidenceDocument:
        ranked = (document.observation, document.vendor)
        if self.prefer == "vendor":
            ranked = (document.vendor, document.observation)
        found = next((evidence for evidence in (*ranked, document.inferred) if evidence), None)
        return found or EvidenceDocument(False, "nobody", "nothing is known about it")


def load_clients(file: Path, prefer: Evidence, problems: list[Problem]) -> ClientMatrix | None:
    node = read_yaml(file, problems)
    if node is None:
        return None
    document, marks = bind(ClientsDocument, node, problems)
    if document is None:
        return None
    problems += check_sources(document, marks)
    return ClientMatrix(document.as_of, document.clients, prefer)


def check_sources(document: ClientsDocument, marks: Marks) -> list[Problem]:
    known = ", ".join(document.sources)
    problems = []
    for name, client in document.clients.items():
        for kind in ("vendor", "observation", "inferred"):
            evidence = getattr(client, kind)
            if evidence and evidence.source not in document.sources:
                path = ("clients", name, kind, "source")
                message = f"unknown source {evidence.source!r}"
                problems.append(marks.problem(path, "unknown-source", message, expected=f"one of {known}"))
    return problems
