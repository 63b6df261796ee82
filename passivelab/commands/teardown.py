"""teardown-lab and rebuild-lab: what the lab owns goes, in reverse order; what was there before comes back."""

from __future__ import annotations

from dataclasses import replace

from passivelab.blueprint.model import Blueprint
from passivelab.commands.building import Options, build_lab, perform, scope_of
from passivelab.commands.paths import state
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import Workshop, open_to_take_back, open_workshop
from passivelab.engine import Plan, Scope
from passivelab.errors import Exit, Refused
from passivelab.state import fold
from passivelab.state.journal import read


def teardown_lab(terminal: Terminal, options: Options, yes: bool = False) -> Exit:
    return take_back(terminal, options, open_to_take_back(options.lab, terminal, options.set), yes, "teardown-lab")


def take_back(terminal: Terminal, options: Options, workshop: Workshop, yes: bool, command: str) -> Exit:
    refuse_protected(workshop)
    journal = state(workshop.lab.folder) / "journal.jsonl"
    owned = fold(read(journal)).entries
    if not owned:
        terminal.say("The lab owns nothing: there is nothing to take back.")
    limits = scope_of(workshop, options)
    scope = Scope(wanted=lambda item: False, unwanted=limits.unwanted, prune=True)
    # Nothing is wanted any more; each entry of the ledger knows how to take itself back.
    nothing = replace(workshop, blueprint=Blueprint(workshop.blueprint.lab, ()))

    def confirm(plan: Plan) -> None:
        if plan.changes and not yes:
            ask_for_name(terminal, workshop.lab.name, len(plan.changes))

    code = perform(terminal, nothing, replace(options, whole_plan=True), command, scope, confirm)
    left = fold(read(journal)).entries
    terminal.say()
    if left:
        terminal.say(f"The lab still owns {len(left)}; invoke teardown-lab goes on with them.")
    else:
        terminal.say("The lab owns nothing any more. Next: invoke build-lab makes it again.")
    return code


def rebuild_lab(terminal: Terminal, options: Options, yes: bool = False) -> Exit:
    # Opened as for a build: what it would refuse is known before anything is gone.
    code = take_back(terminal, options, open_workshop(options.lab, terminal, options.set), yes, "rebuild-lab")
    return build_lab(terminal, replace(options, fresh=False)) if code == Exit.FINE else code


def refuse_protected(workshop: Workshop) -> None:
    if workshop.lab.protected:
        raise Refused(
            reason=f"the lab {workshop.lab.name!r} is protected",
            hint="set `protected: false` in its lab.yml first",
            place=workshop.lab.origins.get("protected"),
        )


def ask_for_name(terminal: Terminal, lab: str, count: int) -> None:
    """A person types the lab's name; nobody else is asked."""
    if not terminal.interactive:
        raise Refused(reason="nobody confirmed that the lab may be taken down", hint="--yes confirms it")
    terminal.pause()
    terminal.say(f"This takes back {count} things that the lab {lab!r} made. What it did not make stays.")
    if input("Type the lab's name to go on: ").strip() != lab:
        raise Refused(reason="that is not the lab's name: nothing was changed")
