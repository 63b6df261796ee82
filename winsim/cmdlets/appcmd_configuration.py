"""appcmd.exe: list, set, clear, reset, lock and unlock of configuration sections."""

from __future__ import annotations

from winsim.cmdlets.appcmd_edits import apply_all, of_section
from winsim.cmdlets.appcmd_line import INCORRECT, NOT_FOUND, Line, Refused, refusal
from winsim.cmdlets.appcmd_output import configuration
from winsim.interpreter.command import NativeCall, NotBuilt
from winsim.world.iis.edits import Edit
from winsim.world.iis.errors import ConfigurationError
from winsim.world.iis.installation import first_configuration
from winsim.world.iis.schema import Schema, SectionSchema
from winsim.world.iis.server import application_of, editing, effective, find_site, schema_of
from winsim.world.iis.targets import SERVER, Target, check_unlocked, committed, set_override

# What set-up has written there says what is installed: it cannot be reset without taking things away.
OF_SETUP = ("system.webserver/globalmodules", "system.applicationhost/sites", "system.applicationhost/applicationpools")


def run(call: NativeCall, line: Line) -> int:
    path = _path(call, line.identifier)
    written = line.take("section")
    commit = line.take("commit")
    if written is None:
        raise NotBuilt(f"appcmd {line.verb} config without -section")
    section = section_of(schema_of(call.host), written)
    if line.verb == "list":
        if commit is not None:
            raise Refused(INCORRECT, 'Unknown attribute "commit".  Replace with -? for help.')
        return show(call, line, path, section)
    target = target_of(call, path, commit)
    if line.verb in ("lock", "unlock"):
        return lock(call, line, target, section, path, commit)
    if line.verb == "set":
        change(call, line, target, section)
    else:
        clear(call, line, target, section)
    level = target.display.removesuffix("/" + target.location) if target.location else target.display
    call.out(
        f'Applied configuration changes to section "{section.path}" for "{target.display}" at configuration commit '
        f'path "{level}"'
    )
    return 0


def _path(call: NativeCall, identifier: str) -> str:
    """A site path; the server by its name, or by none."""
    text = identifier.replace("\\", "/").strip("/")
    if text.lower().startswith(("http://", "https://")):
        raise NotBuilt(f"appcmd config {identifier}: a URL")
    if text.lower() in ("", "machine/webroot/apphost"):
        return ""
    if text.lower().startswith("machine/webroot/apphost/"):
        text = text[len(SERVER) + 1 :]
    if find_site(call.host, text.partition("/")[0]) is None:
        raise Refused(NOT_FOUND, f'Cannot find SITE object with identifier "{text.partition("/")[0]}".')
    return text


def section_of(schema: Schema, written: str) -> SectionSchema:
    """By its path, or by as much of its end as tells it from all others."""
    name = written.strip("/").lower()
    found = schema.section(name)
    fitting = [one for one in schema.sections.values() if one.path.lower().endswith("/" + name)]
    if found is None and len(fitting) != 1:
        raise Refused(INCORRECT, f'Unknown config section "{written}".  Replace with -? for help.')
    return found or fitting[0]


def target_of(call: NativeCall, path: str, commit: str | None) -> Target:
    """Without /commit the change is written at the path itself."""
    level = (commit if commit is not None else "url").strip("/")
    name, _, rest = path.partition("/")
    site = find_site(call.host, name) if path else None
    application = application_of(site, "/" + rest) if site is not None else None
    known = {"url": path, "site": name, "apphost": "", SERVER.lower(): "",
             "app": (name + application.text("path")).strip("/") if application is not None else ""}  # fmt: skip
    if level.lower() == "webroot" or level.lower() == "machine":
        raise NotBuilt(f"appcmd /commit:{commit}")
    place = known.get(level.lower(), level.removeprefix(SERVER + "/"))
    inside = f"{path}/".lower().startswith(f"{place}/".lower())
    if place and not inside:
        raise Refused(INCORRECT, f'Configuration commit path "{commit}" is not above "{path}".')
    return committed(call.host, path, place)


def show(call: NativeCall, line: Line, path: str, section: SectionSchema) -> int:
    element = effective(call.host, section.path, path)
    text, complete = line.take("text"), line.take("config")
    if line.parameters:
        raise NotBuilt(f"appcmd list config /{line.parameters[0][0]}")
    if text is None:
        group = section.path.rpartition("/")[0]
        for row in configuration(element, complete == "*", group):
            call.out(row)
        return 0
    if text in ("", "*"):
        raise NotBuilt(f"appcmd list config /text:{text}")
    *children, last = text.split(".")
    for child in children:
        element = element.child(child)
    if element.schema.attribute(last) is None:
        raise Refused(INCORRECT, f'Unknown attribute "{text}".  Replace with -? for help.')
    call.out(element.text(last))
    return 0


def change(call: NativeCall, line: Line, target: Target, section: SectionSchema) -> None:
    if not line.parameters:
        raise NotBuilt("appcmd set config without a property")
    edits = list(line.edits())
    apply_all(call.host, target, of_section(call.host, target, section.path), edits)


def clear(call: NativeCall, line: Line, target: Target, section: SectionSchema) -> None:
    """Takes away what the file itself says; a reset at the server brings back what set-up had written."""
    if line.parameters:
        if line.verb == "reset":
            raise NotBuilt(f"appcmd reset config /{line.parameters[0][0]}")
        removed = [Edit("remove", edit.steps, edit.value) for edit in line.edits()]
        apply_all(call.host, target, of_section(call.host, target, section.path), removed)
        return
    first = first_configuration().section(section.path) if line.verb == "reset" and not target.site_path else None
    if line.verb == "reset" and section.path.lower() in OF_SETUP:
        raise NotBuilt(f"appcmd reset config -section:{section.path}")
    try:
        check_unlocked(call.host, target, section.path)
        with editing(call.host, target.file) as document:
            element = document.need_section(section.path, target.location)
            source = first.copy() if first is not None else None
            element.attributes = source.attributes if source else {}
            element.children = source.children if source else {}
            element.members = source.members if source else []
            element.removed, element.cleared = [], False
    except ConfigurationError as error:
        raise refusal(error) from None


def lock(call: NativeCall, line: Line, target: Target, section: SectionSchema, path: str, commit: str | None) -> int:
    if line.parameters or path or (commit or "apphost").lower() not in ("apphost", SERVER.lower()):
        raise NotBuilt(f"appcmd {line.verb} config {line.identifier} of a part")
    set_override(call.host, target, section.path, "Deny" if line.verb == "lock" else "Allow")
    done = "Locked" if line.verb == "lock" else "Unlocked"
    call.out(f'{done} section "{section.path}" at configuration path "{SERVER}".')
    return 0
