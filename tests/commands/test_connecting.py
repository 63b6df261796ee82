"""From a lab's hosts to connections: accounts, doors, and the second hop."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509

from passivelab.commands.connecting import connections, trusted_roots
from passivelab.commands.simulated import Endpoint
from passivelab.lab import load_lab
from tests.commands.conftest import change

AT = {"arr01": Endpoint("127.1.2.3", 5985, 5986, "Administrator", "x")}


def subject_of(file: Path) -> str:
    return x509.load_pem_x509_certificate(file.read_bytes()).subject.rfc4514_string()


def test_members_are_reached_as_the_domains_administrator_and_others_as_their_own(lab: Path) -> None:
    loaded = load_lab(lab)
    (member,) = connections(loaded, "se01", "local", None)
    assert (member.user, member.address, member.port) == ("CORP\\labadmin", "192.168.50.31", 5985)
    (alone,) = connections(loaded, "arr01", "local", AT)
    assert (alone.user, alone.address) == ("Administrator", "127.1.2.3")
    assert "Start-2012-R2" not in repr(alone)


def test_delegated_steps_have_a_second_hop(lab: Path) -> None:
    loaded = load_lab(lab)
    (psrp,) = connections(loaded, "se01", "delegated", None)
    assert psrp.configuration == "passivelab.delegated"
    (winrs,) = connections(loaded, "se01", "delegated", None, "winrm")
    assert winrs.authentication == "credssp"
    change(lab / "lab.yml", "delegation: { session_configuration: passivelab.delegated }", "delegation: {}")
    (none,) = connections(load_lab(lab), "se01", "delegated", None)
    assert none.configuration == "Microsoft.PowerShell"  # fails there, as on Windows


def test_https_comes_first_and_first_contact_last(lab: Path) -> None:
    change(lab / "machines.yml", "baseline: prepared", "baseline: bare")
    change(lab / "lab.yml", "scheme: http", "scheme: https")
    change(lab / "lab.yml", "authentication: negotiate", "first_contact: { authentication: ntlm }")
    loaded = load_lab(lab)
    roots = trusted_roots(loaded)
    ways = connections(loaded, "se01", "local", None, "psrp", roots)
    assert [(way.endpoint.partition(":")[0], way.port, way.user, way.authentication) for way in ways] == [
        ("https", 5986, "CORP\\labadmin", "negotiate"),
        ("https", 5986, "Administrator", "negotiate"),
        ("http", 5985, "Administrator", "ntlm"),
    ]
    assert ways[0].server_name == "se01.corp.contoso.com"
    assert ways[0].verify == roots["se01"] and "passivelab simulated root CA" in subject_of(Path(roots["se01"]))


def test_what_a_certificate_is_checked_against_is_written_in_the_inventory(lab: Path) -> None:
    change(lab / "lab.yml", "scheme: http", "scheme: https, verify: ignore".replace(", ", "\n  "))
    (way,) = connections(load_lab(lab), "arr01", "local", None, roots=trusted_roots(load_lab(lab)))
    assert way.verify is False
    change(lab / "lab.yml", "verify: ignore", "verify: system")
    (way,) = connections(load_lab(lab), "arr01", "local", None, roots=trusted_roots(load_lab(lab)))
    assert way.verify is True
    (lab / "own.pem").write_text("further roots")
    change(lab / "lab.yml", "verify: system", "ca_file: own.pem")
    (way,) = connections(load_lab(lab), "arr01", "local", None, roots=trusted_roots(load_lab(lab)))
    assert Path(str(way.verify)).read_text().endswith("further roots")


def test_a_bare_machine_may_not_be_in_the_domain_yet(lab: Path) -> None:
    change(lab / "machines.yml", "baseline: prepared", "baseline: bare")
    users = [connection.user for connection in connections(load_lab(lab), "se01", "local", None)]
    assert users == ["CORP\\labadmin", "Administrator"]
