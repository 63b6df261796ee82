"""An inventory loads into frozen values, or tells everything that is wrong with it, each with its place."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from passivelab.errors import InventoryErrors
from passivelab.lab import load_lab
from tests.lab.inventories import CLIENTS, LAB, MACHINES, SECRETS, changed, load, problems

SIMULATED = Path(__file__).resolve().parents[2] / "inventory" / "simulated"


def test_the_default_lab_loads_with_each_user_on_a_pool_of_the_strictest_client() -> None:
    lab = load_lab(SIMULATED)
    assert {user.name: user.pool.name for user in lab.users} == {
        "anna": "se01",
        "bruno": "se01",
        "carla": "se02",
        "dario": "se02",
        "elena": "se02",  # Windows Phone: what was seen wins over what the vendor says
    }
    assert lab.host("arr01").fqdn == "arr01"
    assert lab.host("se01").fqdn == "se01.corp.contoso.com"
    assert lab.discovery_pool.name == "dir01"
    assert lab.pools[0].service_identity == "Service:WebServer:se01.corp.contoso.com"


def test_the_example_for_real_machines_loads_without_asking_for_a_secret() -> None:
    lab = load_lab(SIMULATED.parent / "example")
    assert not lab.simulated
    connection = lab.host("se01").connection
    assert (connection.scheme, connection.port) == ("https", 5986)
    assert lab.secrets.is_credential(lab.credentials.local)


def test_a_lab_is_immutable(tmp_path: Path) -> None:
    lab = load(tmp_path)
    with pytest.raises(dataclasses.FrozenInstanceError):
        lab.name = "other"  # type: ignore[misc]


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        lab=changed(changed(LAB, "passive: true", "pasive: true"), "[tablet]", "[tablet, abacus]"),
        machines=changed(MACHINES, "address: 10.0.0.10", "address: 10.0.0.300"),
        secrets=changed(SECRETS, "machines: local", "env: A B, machines: local"),
    )
    assert [(problem.code, problem.place and problem.place.file.name) for problem in found] == [
        ("unknown-key", "lab.yml"),
        ("type", "machines.yml"),
    ]
    assert found[0].hint == "did you mean passive?"


BROKEN = [
    # old, new, code, place, part of what is said
    ("small", "Small Lab", "type", "1:6", "small letters"),
    ("kind: standard_edition", "kind: standard_editon", "type", "14:11", "did you mean standard_edition?"),
    ("servers: [se01]", "servers: se01", "type", "15:14", "in brackets: [se01]"),
    ("servers: [se01]", "servers: [se09]", "unknown-host", "15:15", "did you mean se0"),
    ("servers: [se01]", "servers: [se01, se02]", "servers", "15:14", "one server"),
    ("hosts: [arr01]", "hosts: [arr1]", "unknown-host", "26:18", "did you mean arr01?"),
    ("hosts: [arr01]", "hosts: [arr01, arr01]", "duplicate-host", "26:25", "twice"),
    ("netbios: CORP", "netbios: corp", "type", "2:44", "NetBIOS"),
    ("sts.contoso.com", "sts", "type", "6:15", "full host name"),
    ("sts.contoso.com", "-sts.contoso.com", "type", "6:15", "full host name"),
    ("203.0.113.10", "203.0.113.010", "type", "4:17", "IPv4"),
    ("anna@contoso.com", "sip:anna@contoso.com", "type", "23:32", "without sip:"),
    ("anna@contoso.com", "anna@example.com", "sip-domain", "23:32", "contoso.com"),
    ("passive: true", "passive: yes", "yaml-surprise", "17:14", "true"),
    ("passive: true", "passive: 'true'", "type", "17:14", "without quotes"),
    ("lyncweb02.contoso.com", "lyncweb01.contoso.com", "web-names", "21:24", "already"),
    ("lyncweb02.contoso.com", "se02.corp.contoso.com", "web-names", "21:24", "the same"),
    ("discovery_pool: se02", "discovery_pool: se03", "unknown-pool", "11:17", "did you mean se02"),
    ("[tablet]", "[tablette]", "unknown-client", "23:60", "did you mean tablet?"),
    ("[tablet]", "[]", "clients", "23:59", "one at least"),
    ("name: dario", "name: anna", "duplicate-user", "24:5", "twice"),
    ("lab: small", "lab: other", "lab-name", "1:6", "small"),
    ("meet.contoso.com", "dialin.contoso.com", "names", "8:9", "2 times"),
    ("hosts:\n  arr01: { joined: false }", "groups: { g: { hosts: [x01] } }", "unknown-host", "28:24", "one of"),
    ("joined: false", "joined: false, variables: { lync: {} }", "unknown-role", "29:40", "does not have the role"),
    ("joined: false", "connection: { transport: ssh }", "type", "29:37", "psrp, winrm"),
]


@pytest.mark.parametrize(("old", "new", "code", "place", "said"), BROKEN)
def test_each_mistake_has_its_place_and_says_what_was_expected(
    tmp_path: Path, old: str, new: str, code: str, place: str, said: str
) -> None:
    found = [problem for problem in problems(tmp_path, lab=changed(LAB, old, new)) if problem.code == code]
    assert found, "no such problem"
    assert found[0].place is not None
    assert f"{found[0].place.line}:{found[0].place.column}" == place
    assert said in found[0].render_plain()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("10.0.0.0/24", "10.0.0.1/24", "type"),
        ("address: 10.0.0.10", "address: 10.0.1.10", "address"),
        ("192.168.50.32", "192.168.50.31", "address"),
        ("network: dmz", "network: dmy", "unknown-network"),
    ],
)
def test_machines_are_checked(tmp_path: Path, old: str, new: str, code: str) -> None:
    found = problems(tmp_path, machines=changed(MACHINES, old, new))
    assert {problem.code for problem in found} == {code}
    assert all(problem.place and problem.place.file.name == "machines.yml" for problem in found)


def test_a_missing_folder_names_the_labs_that_exist(tmp_path: Path) -> None:
    load(tmp_path)
    with pytest.raises(InventoryErrors) as caught:
        load_lab(tmp_path / "lap")
    assert caught.value.problems()[0].hint == "did you mean lab?"


def test_a_problem_is_shown_with_its_line_and_a_caret(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, lab=changed(LAB, "    passive: true", "    pasive: true"))
    shown = problem.render_plain().splitlines()
    assert shown[0] == "error[unknown-key]: unknown key 'pasive'"
    assert shown[3:5] == ["17 |     pasive: true", "   |     ^^^^^^"]
    assert shown[-1] == "   = hint: did you mean passive?"


class TestClients:
    def test_where_sources_disagree_the_lab_says_who_counts(self, tmp_path: Path) -> None:
        lab = changed(LAB, "clients: [tablet] }", "clients: [disputed] }")
        assert load(tmp_path, lab=lab).users[0].pool.name == "se02"
        assert load(tmp_path, lab=lab + "client_evidence: vendor\n").users[0].pool.name == "se01"

    def test_a_client_that_nobody_speaks_of_does_not_fit(self, tmp_path: Path) -> None:
        lab = changed(LAB, "clients: [tablet] }", "clients: [unheard_of] }")
        assert load(tmp_path, lab=lab).users[0].pool.name == "se02"

    def test_in_the_profile_additive_every_client_fits(self, tmp_path: Path) -> None:
        lab = changed(LAB, "passive: true", "passive: true\n    profile: additive")
        lab = changed(lab, "clients: [tablet, old_phone] }", "clients: [old_phone], pool: se01.corp.contoso.com }")
        assert load(tmp_path, lab=lab).users[1].pool.name == "se01"

    @pytest.mark.parametrize(("wish", "pool"), [("true", "se01"), ("false", "se02")])
    def test_a_wish_decides_where_both_fit(self, tmp_path: Path, wish: str, pool: str) -> None:
        lab = changed(LAB, "clients: [tablet] }", f"clients: [tablet], wants_passive: {wish} }}")
        assert load(tmp_path, lab=lab).users[0].pool.name == pool

    def test_a_user_for_whom_no_pool_is_left_is_a_problem_with_the_reasons(self, tmp_path: Path) -> None:
        lab = changed(LAB, "clients: [tablet, old_phone] }", "clients: [old_phone], wants_passive: true }")
        (problem,) = problems(tmp_path, lab=lab)
        assert problem.code == "no-pool"
        assert "Old phone cannot sign in" in (problem.found or "")

    def test_a_source_must_be_named(self, tmp_path: Path) -> None:
        (problem,) = problems(tmp_path, clients=changed(CLIENTS, "source: vendor", "source: hearsay"))
        assert problem.code == "unknown-source"
