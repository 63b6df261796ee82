"""What an instance comes after: the one before it on its host, what ``after`` names, and what it needs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from passivelab.blueprint.catalogue import Catalogue
from passivelab.blueprint.expand import Draft
from passivelab.blueprint.model import Key, Need
from passivelab.blueprint.paths import Missing, fill, follow, holds, text_or_path
from passivelab.blueprint.role import AfterDocument, NeedDocument
from passivelab.errors import Problem
from passivelab.lab.binding import did_you_mean
from passivelab.lab.model import Host

ITEM = re.compile(r"(?P<step>[^\[]+)(\[(?P<item>.+)\])?\Z")


@dataclass
class Edges:
    """The drafts of all hosts by step, and the edges between them."""

    drafts: Sequence[Draft]
    catalogue: Catalogue
    problems: list[Problem]
    by_step: dict[str, list[Draft]] = field(default_factory=dict)
    by_key: dict[Key, Draft] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for draft in self.drafts:
            if draft.key in self.by_key:
                message = f"two instances are called {draft.key}"
                self.problems.append(draft.problem("key", message, "key", hint="say with key: what tells them apart"))
            self.by_key[draft.key] = draft
            self.by_step.setdefault(draft.key.step.partition("[")[0], []).append(draft)

    def chain(self) -> dict[Key, set[Key]]:
        """On each host, one step after the other."""
        after: dict[Key, set[Key]] = {draft.key: set() for draft in self.drafts}
        last: dict[str, Key] = {}
        for draft in self.drafts:
            if draft.key.host in last:
                after[draft.key].add(last[draft.key.host])
            last[draft.key.host] = draft.key
        return after

    def declared(self, draft: Draft) -> set[Key]:
        """The instances that ``after`` names. A role that the lab does not use has none."""
        found: set[Key] = set()
        for index, document in enumerate(draft.step.after):
            text = document.step if isinstance(document, AfterDocument) else document
            if not self._applies(draft, document, "after", index):
                continue
            match = ITEM.match(text)
            assert match is not None
            if not self.catalogue.has_step(match["step"]):
                self._unknown_step(draft, match["step"], "after", index)
                continue
            item = self._fill(draft, match["item"], "after", index) if match["item"] else None
            targets = self.by_step.get(match["step"], [])
            found |= {target.key for target in targets if item is None or target.item == item}
        return found - {draft.key}

    def needs(self, draft: Draft) -> tuple[Need, ...]:
        """The exports of other instances that the draft's scripts get."""
        found = []
        for name, document in draft.step.needs.items():
            wanted = self._applies(draft, document, "needs", name)
            need = self._need(draft, name, as_document(document)) if wanted else None
            if need is not None:
                found.append(need)
        return tuple(found)

    def _applies(self, draft: Draft, document: str | NeedDocument | AfterDocument, *path: str | int) -> bool:
        """Whether the condition of an edge holds; most have none."""
        if isinstance(document, str) or document.when is None:
            return True
        try:
            return holds(document.when, draft.scope)
        except Missing as missing:
            self.problems.append(draft.problem("path", missing.reason, *path, "when", hint=missing.hint))
            return False

    def _need(self, draft: Draft, name: str, document: NeedDocument) -> Need | None:
        match = ITEM.match(document.from_)
        assert match is not None
        step = match["step"]
        if not self.catalogue.has_step(step):
            self._unknown_step(draft, step, "needs", name)
            return None
        export = self._fill(draft, document.export, "needs", name)
        item = self._fill(draft, document.item or match["item"] or "", "needs", name)
        host = self._host(draft, document, name)
        if export is None or item is None or host is None:
            return None
        source = self.by_key.get(Key(host, f"{step}[{item}]" if item else step))
        if source is None:
            self._no_source(draft, name, host, step, item)
            return None
        if export not in source.step.exports:
            known = tuple(source.step.exports)
            message = f"{step} does not export {export!r}"
            expected = "one of " + ", ".join(known) if known else "a step with exports"
            hint = did_you_mean(export, known)
            self.problems.append(draft.problem("export", message, "needs", name, expected=expected, hint=hint))
            return None
        return Need(name, source.key, export)

    def _host(self, draft: Draft, document: NeedDocument, name: str) -> str | None:
        if document.host is None:
            return draft.key.host
        try:
            found = follow(document.host, draft.scope)
        except Missing as missing:
            self.problems.append(draft.problem("path", missing.reason, "needs", name, "host", hint=missing.hint))
            return None
        return found.name if isinstance(found, Host) else str(found)

    def _fill(self, draft: Draft, text: str, *path: str | int) -> str | None:
        try:
            return text_or_path(text, draft.scope) if path[0] == "needs" else fill(text, draft.scope)
        except Missing as missing:
            self.problems.append(draft.problem("path", missing.reason, *path, hint=missing.hint))
            return None

    def _unknown_step(self, draft: Draft, step: str, *path: str | int) -> None:
        known = self.catalogue.step_names()
        hint = did_you_mean(step, known)
        self.problems.append(draft.problem("unknown-step", f"unknown step {step!r}", *path, hint=hint))

    def _no_source(self, draft: Draft, name: str, host: str, step: str, item: str) -> None:
        instance = f"{step}[{item}]" if item else step
        existing = ", ".join(str(source.key) for source in self.by_step.get(step, [])[:4])
        message = f"{draft.key} needs {name} of {instance} on {host}, which does not exist"
        notes = {"found": existing or f"no instance of {step} in this lab"}
        hint = "say with host: and item: which instance is meant" if existing else f"give {host} the role, or drop it"
        self.problems.append(draft.problem("need", message, "needs", name, hint=hint, **notes))


def as_document(document: str | NeedDocument) -> NeedDocument:
    """``certificates/public.Thumbprint`` in full."""
    if isinstance(document, NeedDocument):
        return document
    step, _, export = document.rpartition(".")
    return NeedDocument(step, export)


def all_edges(edges: Edges, needs: Mapping[Key, tuple[Need, ...]]) -> dict[Key, set[Key]]:
    after = edges.chain()
    for draft in edges.drafts:
        after[draft.key] |= edges.declared(draft)
        after[draft.key] |= {need.source for need in needs[draft.key]} - {draft.key}
    return after
