"""Every role on the real endpoint: it converges, repairs what is changed by hand, and goes without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigns.digest import digest
from campaigns.hand_changes import CHANGES, HandChange
from campaigns.roles.labs import Lab, copy, served
from passivelab.blueprint.model import Blueprint
from passivelab.commands.connecting import connector
from passivelab.commands.simulated import running
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import Workshop, open_workshop
from passivelab.compare import differences
from passivelab.engine import Build, Means, Scope
from passivelab.engine.events import Event, StepFinished
from passivelab.engine.script import Request, ask
from passivelab.engine.subject import Removal
from passivelab.state import Journal

# One change for each role, of which the others know nothing.
CHOSEN = {
    "base": "base/shell_memory",
    "domain": "domain/upn_suffix",
    "certificates": "certificates/root",
    "public_names": "public_names/entries",
    "adfs": "adfs/trust[se01/internal]",
    "reverse_proxy": "reverse_proxy/limits",
    "lync_pool": "lync_pool/methods[se01]",
    "registrars": "registrars/user[anna]",
    "office_web_apps": "office_web_apps/farm",
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with served(copy(tmp_path_factory.mktemp("roles") / "copy")) as lab:
        yield lab


@pytest.fixture(scope="module")
def built(lab: Lab) -> Lab:
    ran = lab.invoke("build-lab")
    assert (ran.code, ran.summary["proved"]) == (0, True), ran.errors
    return lab


@pytest.fixture(scope="module")
def workshop(lab: Lab) -> Workshop:
    return open_workshop(str(lab.folder), Terminal())


def chosen() -> list[HandChange]:
    return [next(change for change in CHANGES if change.step == step) for step in CHOSEN.values()]


def test_a_change_by_hand_in_each_role_is_found_by_its_property_and_repaired_alone(built: Lab) -> None:
    before = digest(built.folder / ".passivelab" / "machines")
    assert built.invoke("plan", "--detailed-exitcode").code == 0
    changes = chosen()
    for change in changes:
        built.by_hand(change.host, change.script, delegated=change.host != "arr01")
    found = built.invoke("plan").pending()
    wanted = {f"{change.host} {change.step}": set(change.properties) for change in changes}
    # A gate behind a change waits for it.
    drifted = {key: change for key, change in found.items() if change["action"] in ("create", "change")}
    assert {
        key: {str(item["path"]).split(".")[0].split("[")[0] for item in change["differences"]}
        for key, change in drifted.items()
    } == wanted
    repaired = built.invoke("build-lab")
    assert repaired.changed() == set(wanted)
    assert repaired.summary["proved"]
    built.by_hand(
        "se01",
        r"$path = 'C:\Windows\System32\drivers\etc\hosts'; if ((Get-Content $path) -notcontains "
        r"'10.9.9.9 kept.contoso.com') { throw 'a line that is not ours is gone' }; "
        r"Set-Content $path (@(Get-Content $path) -ne '10.9.9.9 kept.contoso.com') -Encoding ASCII",
    )
    assert digest(built.folder / ".passivelab" / "machines") == before


def test_every_instance_goes_in_reverse_order_and_going_twice_does_no_harm(
    built: Lab, workshop: Workshop, tmp_path: Path
) -> None:
    journal = Journal(built.folder / ".passivelab" / "journal.jsonl")
    again: list[str] = []

    def repeat(event: Event) -> None:
        """Right after a thing has gone, let its `remove` run once more."""
        if isinstance(event, StepFinished) and event.outcome == "removed":
            again.extend(_remove_again(build, workshop, owned[str(event.key)]))

    means = Means(connector(workshop.lab, running(built.folder)), workshop.secret, repeat, journal)
    build = Build(Blueprint(workshop.lab.name, ()), means, Scope(prune=True))
    owned = {str(item.instance.key): item for item in build.removals}
    wanted = {str(item.key) for item in workshop.blueprint.instances if item.scripts.apply}
    assert owned.keys() <= wanted
    assert len(owned) > 60
    try:
        build.read()
        assert build.apply(), [str(error) for error in build.tally.errors.values()]
        assert build.prove()
    finally:
        build.close()
        journal.close()
    assert again == []
    twice = built.invoke("teardown-lab", "--yes")
    assert (twice.code, twice.summary["changed"]) == (0, 0)


def _remove_again(build: Build, workshop: Workshop, item: Removal) -> Iterator[str]:
    instance = item.instance
    now = build.readings.find(instance.key)
    assert now is not None
    before = dict(item.entry.before) if item.entry.before is not None else None
    remove = Request(
        "remove", "remove", instance.scripts.remove or "", current=now.value, needs=item.needs, before=before
    )
    current = Request("current", "current", instance.scripts.current, needs=item.needs)
    session = build.hosts.session(instance.key.host, instance.identity)
    secrets = {secret.name: workshop.secret(secret) for secret in instance.secrets}
    answers = ask(session, [remove, current], 120, secrets)
    for name, answer in answers.items():
        if answer.fault is not None:
            yield f"{instance.key} {name}: {answer.fault.message}"
    if differences(instance.desired, answers["current"].value, instance.comparison):
        yield f"{instance.key}: differs after the second remove"
