"""Responses of real servers against ours: no element or attribute that they have may be missing in ours.

    python -m campaigns.captured_responses FOLDER [--list]

FOLDER holds captures as the tests of pypsrp keep them: YAML files with ``messages``, each a ``request`` and the
``response`` that a Windows server gave. The requests of a file are sent to a simulated host one after the other, with
the ids that our server gives in place of the captured ones, and the answers are compared by their structure: which
elements (with their namespaces) and which attributes stand where. Texts, counts and order are not compared.
"""

from __future__ import annotations

import argparse
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import yaml

from campaigns.besieged import Besieged
from campaigns.wire_client import Door, Link, post
from winsim.endpoint.soap import SOAP, WSMAN

_ADDRESSING: Final = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_SHELL: Final = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_NO_OUTPUT_YET: Final = b"2150858793"
_PATIENCE: Final = 3  # how often a Receive is asked again while there is nothing yet
_DONE: Final = "/CommandState/Done"
_MESSAGE_ID = re.compile(r"(<[\w:]*MessageID[^>]*>uuid:)[^<]*<")
_TIMEOUT = re.compile(r"(<[\w:]*OperationTimeout[^>]*>)PT[^<]*<")


@dataclass
class Result:
    exchanges: int = 0
    compared: int = 0
    complete: int = 0  # nothing missing
    other_outcomes: Counter[str] = field(default_factory=Counter)  # a fault here and an answer there, or the other way
    details: list[str] = field(default_factory=list)  # of other outcomes
    missing: Counter[tuple[str, str]] = field(default_factory=Counter)  # (action, what)


def shape(item: Element, path: str = "") -> Iterator[str]:
    """Every element by its path, every attribute after an @."""
    here = f"{path}/{item.tag}"
    yield here
    for name in item.attrib:
        yield f"{here}/@{name}"
    for child in item:
        yield from shape(child, here)


def is_fault(root: Element) -> bool:
    return root.find(f"{{{SOAP}}}Body/{{{SOAP}}}Fault") is not None


def _id_in(root: Element, name: str) -> str | None:
    found = root.find(f".//{{{_SHELL}}}{name}")
    found = root.find(f".//{{{WSMAN}}}Selector[@Name='{name}']") if found is None else found
    return None if found is None else found.text


def action_of(request: str) -> str:
    found = ElementTree.fromstring(request).find(f".//{{{_ADDRESSING}}}Action")
    return (found.text or "").rpartition("/")[2] if found is not None else "?"


class Conversation:
    """One capture played to one host. ``ids`` are the captured ids that our server replaced by its own."""

    def __init__(self, name: str, door: Door, result: Result) -> None:
        self._name = name
        self._door = door
        self._result = result
        self._ids: dict[str, str] = {}

    def play(self, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            request, response = message.get("request"), message.get("response")
            if not isinstance(request, str) or not isinstance(response, str) or "<" not in response:
                continue
            self._result.exchanges += 1
            theirs = ElementTree.fromstring(response)
            answers = self._ask(request, done=_DONE in response, patient=not is_fault(theirs))
            if not answers:
                # A real server spreads its output over more answers than ours: there is nothing left to tell.
                self._result.other_outcomes[f"{action_of(request)}: told before"] += not is_fault(theirs)
            else:
                self._learn(theirs, answers[0])
                self._compare(action_of(request), theirs, answers)

    def _ask(self, request: str, *, done: bool, patient: bool) -> list[Element]:
        """Our answers: more than one where theirs says that a command is over and our first one does not yet."""
        for captured, own in self._ids.items():
            request = request.replace(captured, own)
        request = _TIMEOUT.sub(r"\g<1>PT1S<", request)
        found: list[Element] = []
        for _ in range(_PATIENCE if patient else 1):
            body = _MESSAGE_ID.sub(rf"\g<1>{uuid.uuid4()}<", request).encode()
            with Link(self._door) as link:
                reply = link.ask(post(body, self._door.basic, close=True))
            if reply.body and _NO_OUTPUT_YET not in reply.body:
                found.append(ElementTree.fromstring(reply.body))
                if not done or _DONE.encode() in reply.body:
                    break
        return found

    def _learn(self, theirs: Element, ours: Element) -> None:
        """The ids of shells and commands that servers choose."""
        for name in ("ShellId", "CommandId"):
            left, right = _id_in(theirs, name), _id_in(ours, name)
            if left and right and left != right:
                self._ids[left] = right

    def _compare(self, action: str, theirs: Element, answers: list[Element]) -> None:
        ours = answers[0]
        if is_fault(theirs) != is_fault(ours):
            kind = "a fault there, an answer here" if is_fault(theirs) else "an answer there, a fault here"
            self._result.other_outcomes[f"{action}: {kind}"] += 1
            reason = (theirs if is_fault(theirs) else ours).find(f".//{{{SOAP}}}Reason/{{{SOAP}}}Text")
            self._result.details.append(f"{self._name}: {action}: {reason.text if reason is not None else ''}")
            return
        self._result.compared += 1
        known = {found for answer in answers for found in shape(answer)}
        missing = {found for found in shape(theirs) if found not in known}
        tops = {found for found in missing if found.rpartition("/")[0] not in missing}
        self._result.missing.update((action, found) for found in tops)
        self._result.complete += not missing


def run(folder: Path) -> Result:
    result = Result()
    for file in sorted(folder.rglob("*.yml")):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        if file.name.startswith("_") or not isinstance(document, dict):
            continue
        with Besieged() as hosts:
            Conversation(file.stem, hosts.door, result).play(document.get("messages") or [])
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", action="store_true", help="what is missing, and how often")
    options = parser.parse_args()
    result = run(options.folder)
    print(f"{result.exchanges} exchanges, {result.compared} compared, {result.complete} with nothing missing")
    for kind, count in sorted(result.other_outcomes.items()):
        print(f"  {count:4} {kind}")
    if options.list:
        for line in result.details:
            print(f"  {line}")
        for (action, path), count in sorted(result.missing.items()):
            print(f"  {count:4} {action} {path}")


if __name__ == "__main__":
    main()
