"""Carrying out what appcmd.exe is told to set, add and remove: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from winsim.cmdlets.appcmd_line import ELEMENT_NOT_FOUND, INCORRECT, Refused, refusal
from winsim.world.host import Host
from winsim.world.iis.edits import Edit, Step, walk
from winsim.world.iis.errors import ConfigurationError
from winsim.world.iis.server import Iis, editing, effective
from winsim.world.iis.targets import Change, Target, check_unlocked
from winsim.world.iis.xpath import Match

Locate = Callable[[], Match]


def of_section(host: Host, target: Target, section: str) -> Locate:
    """The whole section, as it is in force at the target each time it is asked for."""
    return lambda: Match(section, (), effective(host, section, target.site_path))


def of_member(host: Host, target: Target, section: str, steps: tuple[Step, ...]) -> Locate:
    """A member of a section that is known to be there."""

    def locate() -> Match:
        found = walk(of_section(host, target, section)(), steps)
        assert found is not None
        return found

    return locate


def apply_all(host: Host, target: Target, locate: Locate, edits: Iterable[Edit]) -> None:
    with all_or_nothing(host, target.file):
        for edit in edits:
            apply(host, target, locate(), edit)


@contextmanager
def all_or_nothing(host: Host, path: str) -> Iterator[None]:
    """Whatever goes wrong inside: the file is as it was."""
    entry = host.files.find(path)
    before = (entry.content, entry.modified, entry.accessed) if entry is not None else None
    try:
        yield
    except (Refused, ConfigurationError):
        if entry is not None and before is not None:
            entry.content, entry.modified, entry.accessed = before
        elif host.files.exists(path):
            host.files.remove(path)
        host.parts.need(Iis).cache.pop(path.lower(), None)
        raise


def apply(host: Host, target: Target, base: Match, edit: Edit) -> None:
    *outer, last = edit.steps
    match = walk(base, tuple(outer))
    if match is None:
        if any(step.keys is not None for step in outer):
            raise Refused(ELEMENT_NOT_FOUND, "Cannot find requested collection element.")
        raise unknown(edit)
    doing = f'Can not set attribute "{edit.name}" to value "{edit.value or ""}"' if edit.kind == "set" else ""
    try:
        check_unlocked(host, target, match.section)
        with editing(host, target.file) as document:
            change = Change(host, document, target, match)
            if edit.kind == "set":
                _set(change, match, edit, last)
            elif edit.kind == "add":
                _add(change, match, edit, last)
            else:
                _remove(change, match, edit, last)
    except ConfigurationError as error:
        raise refusal(error, doing) from None


def unknown(edit: Edit) -> Refused:
    return Refused(INCORRECT, f'Unknown attribute "{edit.name}".  Replace with -? for help.')


def _set(change: Change, match: Match, edit: Edit, last: Step) -> None:
    if last.keys is not None or match.element.schema.attribute(last.name) is None or edit.value is None:
        raise unknown(edit)
    change.set(last.name, edit.value)


def _add(change: Change, match: Match, edit: Edit, last: Step) -> None:
    if last.keys is None or edit.value is not None or not match.element.schema.collections:
        raise unknown(edit)
    plain = {name: value for name, value in last.keys.items() if "." not in name}
    change.add(plain, "", last.at)
    added = change.element.members[-1 if last.at is None else last.at]
    for name, value in last.keys.items():
        *children, attribute = name.split(".")
        element = added
        for child in children:
            element = element.child(child)
        if children:
            element.set(attribute, value)


def _remove(change: Change, match: Match, edit: Edit, last: Step) -> None:
    if edit.value is not None:
        raise unknown(edit)
    if last.keys is not None:
        found = walk(match, (last,))
        if found is None:
            raise Refused(ELEMENT_NOT_FOUND, "Cannot find requested collection element.")
        change.remove(found.element)
    elif match.element.schema.attribute(last.name) is not None:
        change.element.clear_attribute(last.name)
    else:
        raise unknown(edit)
