"""media: which installers are there, which are missing, and which are not what they should be."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from passivelab.commands.loading import load
from passivelab.commands.paths import ROOT, shown
from passivelab.commands.terminal import Terminal
from passivelab.errors import Exit, Refused, SecretError
from passivelab.lab import Lab
from passivelab.lab.documents import MediumDocument
from passivelab.report.words import plural

State = Literal["present", "missing", "wrong size", "wrong hash"]
_STYLES: dict[State, str] = {"present": "green", "missing": "yellow", "wrong size": "red", "wrong hash": "red"}


def media(terminal: Terminal, name: str) -> Exit:
    lab = load(name, terminal)
    if lab.media is None:
        terminal.say(f"{lab.name} needs no installers: there is no media.yml.")
        return Exit.FINE
    folder = media_folder(lab)
    found = {key: (medium, state_of(folder / medium.file, medium)) for key, medium in lab.media.media.items()}
    for key, (medium, state) in found.items():
        if terminal.json is not None:
            terminal.json.write({"event": "medium", "name": key, "file": str(folder / medium.file), "state": state})
        else:
            terminal.say(f"{state:<10}  {key:<28} {medium.version:<18} {medium.file}", _STYLES[state])
            if state == "missing" and medium.source:
                terminal.say(f"            from {medium.source}")
    bad = [key for key, (_, state) in found.items() if state != "present"]
    terminal.say(f"{plural(len(found), 'installer')}, {len(bad)} not as needed. They belong into {shown(folder)}.")
    return Exit.INVALID if any(state.startswith("wrong") for _, state in found.values()) else Exit.FINE


def refuse_wrong(lab: Lab) -> None:
    """Stop before anything runs when an installer is there and is not what media.yml says."""
    for medium in lab.media.media.values() if lab.media is not None else ():
        file = media_folder(lab) / medium.file
        state = state_of(file, medium)
        if state.startswith("wrong"):
            raise Refused(
                reason=f"the installer {shown(file)} has the {state}: nothing was changed",
                hint="get it again, or mend media.yml; `invoke media` shows all of them",
            )


def installer(lab: Lab, name: str) -> bytes:
    """The contents of an installer that is sent to a host."""
    assert lab.media is not None  # the blueprint has checked the reference
    medium = lab.media.media[name]
    content = _content(media_folder(lab) / medium.file)
    if content is None:
        hint = "`invoke media` shows what is missing" + (f"; get it from {medium.source}" if medium.source else "")
        raise SecretError(name=f"media:{name}", reason=f"the installer {medium.file} is missing", hint=hint)
    if hashlib.sha256(content).hexdigest() != medium.sha256.lower():
        raise Refused(reason=f"the installer {medium.file} has the wrong hash")
    return content


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def media_folder(lab: Lab) -> Path:
    """The folder of installers on the controller; a path that is not absolute starts at the project."""
    written = lab.media.folder if lab.media is not None and lab.media.folder else "media"
    return ROOT / Path(written).expanduser()


def state_of(file: Path, medium: MediumDocument) -> State:
    if not file.is_file():
        return "missing"
    if file.stat().st_size != medium.size:
        return "wrong size"
    with file.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    return "present" if found == medium.sha256.lower() else "wrong hash"
