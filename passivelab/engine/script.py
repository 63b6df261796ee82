"""What is sent to a host and what comes back: requests for blocks of steps, answers of one line of JSON each."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from passivelab.blueprint.model import Plain
from passivelab.transport import Credential, Output, Parameter, SecureText, Session

Block = Literal["current", "apply", "remove"]


@dataclass(frozen=True)
class FileContent:
    """A file that is no secret: an installer is longer than the 65 536 characters of a SecureString."""

    data: bytes = field(repr=False)


SecretValue = Credential | str | bytes | FileContent

# ConvertFrom-Json of PowerShell 4.0 refuses documents of more than two million characters.
DOCUMENT_SIZE = 400_000
_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Request:
    """One block of one step to run; ``delay`` seconds (of the host) pass first."""

    id: str
    block: Block
    script: str
    desired: object = None
    current: object = None
    needs: Mapping[str, Plain] = field(default_factory=dict)
    before: object = None
    delay: float = 0.0

    def document(self) -> dict[str, object]:
        return {
            "id": self.id,
            "block": self.block,
            "script": self.script,
            "desired": self.desired,
            "current": self.current,
            "needs": dict(self.needs),
            "before": self.before,
            "delay": int(self.delay * 1000),
        }


@dataclass(frozen=True)
class Fault:
    """Why a block failed: PowerShell's identifier and words, and the place inside the block."""

    id: str
    message: str
    line: int = 0
    column: int = 0
    text: str = ""


@dataclass(frozen=True)
class Answer:
    id: str
    state: Literal["present", "absent", "done", "failed"]
    value: dict[str, Plain] | None = None
    fault: Fault | None = None
    output: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def names_secret(script: str, name: str) -> bool:
    """Whether a block may use a secret: it names it, or handles $Secrets as a whole."""
    used = re.findall(r"[$@](?:\w+:)?Secrets\b(?:\.(\w+))?|\$\{Secrets\}", script, re.IGNORECASE)
    return any(one == "" or one.lower() == name.lower() for one in used)


def ask(
    session: Session, requests: Sequence[Request], timeout: float, secrets: Mapping[str, SecretValue] | None = None
) -> dict[str, Answer]:
    """Run requests on a host and give the answers by id. Every request gets one: silence is a failure.

    A script that ends the whole pipeline (``exit``, or an error that no script can catch) takes the later ones with
    it: it is told apart by being the first without an answer, and the others are sent again.
    """
    answers: dict[str, Answer] = {}
    for chunk in _chunks(requests, session.batches):
        waiting = list(chunk)
        while waiting:
            output = session.run(*_call(waiting, secrets or {}), timeout)
            answers.update((answer.id, answer) for answer in _answers(output))
            waiting = [request for request in waiting if request.id not in answers]
            if waiting:
                silent = waiting.pop(0)
                answers[silent.id] = Answer(silent.id, "failed", fault=_silence(output))
    return answers


def _chunks(requests: Sequence[Request], batches: bool) -> Iterator[list[Request]]:
    chunk: list[Request] = []
    size = 0
    for request in requests:
        length = len(request.script) + 1000
        if chunk and (not batches or size + length > DOCUMENT_SIZE):
            yield chunk
            chunk, size = [], 0
        chunk.append(request)
        size += length
    if chunk:
        yield chunk


def _call(requests: Sequence[Request], secrets: Mapping[str, SecretValue]) -> tuple[str, dict[str, Parameter]]:
    """The script that runs requests, and its parameters. No value of a secret is part of its text."""
    parameters: dict[str, Parameter] = {
        "Document": json.dumps({"requests": [request.document() for request in requests]}, separators=(",", ":"))
    }
    members: list[str] = []
    for number, (name, value) in enumerate(secrets.items()):
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot be the name of a secret")
        variable = f"Secret{number}"
        if isinstance(value, FileContent):
            parameters[variable] = base64.b64encode(value.data).decode("ascii")
            members.append(f"{name} = ([System.Convert]::FromBase64String(${variable}))")
        elif isinstance(value, bytes):
            parameters[variable] = SecureText(base64.b64encode(value).decode("ascii"))
            members.append(f"{name} = (ConvertFrom-SecretText -SecureString ${variable})")
        else:
            parameters[variable] = SecureText(value) if isinstance(value, str) else value
            members.append(f"{name} = ${variable}")
    names = ", ".join(f"${name}" for name in parameters)
    return f"param({names})\nInvoke-Step -Document $Document -Secrets @{{ {'; '.join(members)} }}", parameters


def _answers(output: Output) -> Iterator[Answer]:
    for value in output.values:
        try:
            data: Any = json.loads(value)
            fault = data.get("error")
            yield Answer(
                data["id"],
                data["state"],
                value=data.get("value"),
                fault=Fault(**fault) if fault else None,
                output=tuple(data.get("output") or ()),
                warnings=output.warnings,
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            continue  # not ours: the request without an answer will say so


def _silence(output: Output) -> Fault:
    if output.errors:
        error = output.errors[-1]
        return Fault(error.id, error.message)
    shown = ", ".join(value[:200] for value in output.values[-1:])
    return Fault(
        "NoAnswer",
        "the step ended the whole pipeline without an answer; a step must not use exit"
        + (f" (last output: {shown})" if shown else ""),
    )
