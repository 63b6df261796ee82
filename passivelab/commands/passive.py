"""enable-passive-auth and disable-passive-auth: the choice for one pool, made and kept."""

from __future__ import annotations

from dataclasses import replace

from passivelab.blueprint.model import Blueprint, StepInstance
from passivelab.commands.building import Options, perform
from passivelab.commands.loading import load
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import open_workshop
from passivelab.engine import Scope
from passivelab.errors import Exit, Refused, UsageError
from passivelab.lab import Lab, PassiveChange, Pool, consider, write_passive
from passivelab.state import Entry


def switch(terminal: Terminal, options: Options, pool: str, passive: bool) -> Exit:
    """Refuse what would lock someone out; then write the choice, change what it touches, and prove that."""
    lab = load(options.lab, terminal, options.set)
    chosen = find_pool(lab, pool)
    effect = consider(lab, chosen.fqdn, passive)
    refuse_lockout(chosen, effect)
    before = open_workshop(options.lab, terminal, options.set)
    after = open_workshop(options.lab, terminal, options.set, passive={chosen.fqdn: passive})
    # Written before anything changes: a build that goes on after an interruption follows the same choice.
    write_passive(lab.folder, chosen.fqdn, passive)
    for move in effect.moves:
        terminal.say(f"{move.user} moves from {move.source} to {move.target}.")
    scope = scope_of_switch(before.blueprint, after.blueprint, chosen)
    command = "enable-passive-auth" if passive else "disable-passive-auth"
    code = perform(terminal, after, replace(options, prune=True, whole_plan=True), command, scope)
    terminal.say()
    word = "passive" if passive else "classic"
    if code == Exit.FINE:
        terminal.say(f"{chosen.fqdn} is {word}; overrides.yml keeps the choice for the next build.")
    else:
        terminal.say(f"overrides.yml has the choice; invoke build-lab goes on to make {chosen.fqdn} {word}.")
    return code


def find_pool(lab: Lab, name: str) -> Pool:
    pool = lab.pool(name) or next((pool for pool in lab.pools if pool.name == name), None)
    if pool is None:
        expected = "one of " + ", ".join(pool.fqdn for pool in lab.pools)
        raise UsageError(reason=f"the lab has no pool {name!r}", expected=expected)
    if not pool.homes_users:
        raise Refused(
            reason=f"{pool.fqdn} is a {pool.kind} pool: nobody signs in there for good",
            hint="passive authentication belongs to Standard Edition and Enterprise pools",
        )
    return pool


def refuse_lockout(pool: Pool, effect: PassiveChange) -> None:
    if not effect.stranded:
        return
    stranded = sorted(effect.stranded, key=lambda item: item.user)
    names = ", ".join(item.user for item in stranded)
    word = "passive" if effect.passive else "classic"
    raise Refused(
        reason=f"{pool.fqdn} cannot become {word}: {names} could not sign in any more",
        expected="another pool that their clients can sign in to",
        found="\n".join(item.explain() for item in stranded),
        hint="add such a pool to lab.yml, or change the clients of these users",
    )


def scope_of_switch(before: Blueprint, after: Blueprint, pool: Pool) -> Scope:
    """Instances that the choice touches: the pool's own, and those that it makes different or superfluous."""
    old = {item.key: item for item in before.instances}
    new = {item.key: item for item in after.instances}
    changed = {key for key, item in new.items() if key not in old or _differs(item, old[key])}

    def wanted(item: StepInstance) -> bool:
        return item.key in changed or item.pool == pool.fqdn

    def unwanted(entry: Entry) -> bool:
        return entry.pool == pool.fqdn or any((key.host, key.step) == entry.address for key in old if key not in new)

    return Scope(wanted, unwanted, prune=True)


def _differs(left: StepInstance, right: StepInstance) -> bool:
    return (left.desired, left.scripts, left.needs) != (right.desired, right.scripts, right.needs)
