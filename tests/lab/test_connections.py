"""How hosts are reached, as lab.yml says it: doors, certificates, first contact; and what their networks give them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.inventories import LAB, MACHINES, changed, load, problems

HTTPS = LAB + "connection: { scheme: https, first_contact: {} }\n"
BARE = MACHINES + "baseline: bare\n"


def test_https_is_checked_against_the_labs_root_and_first_contact_is_http(
    tmp_path: Path,
) -> None:
    connection = load(tmp_path, lab=HTTPS, machines=BARE).host("se01").connection
    assert (connection.scheme, connection.port, connection.verify) == ("https", 5986, "lab_ca")
    first = connection.first_contact
    assert first is not None
    assert (first.port, first.authentication, first.credentials) == (5985, "negotiate", "local_administrator")


def test_a_network_gives_its_hosts_prefix_gateway_and_suffix(tmp_path: Path) -> None:
    row = "internal: { cidr: 192.168.50.0/24 }"
    more = "internal: { cidr: 192.168.50.0/24, gateway: 192.168.50.1, dns_suffix: Corp.Contoso.com }"
    lab = load(tmp_path, machines=changed(MACHINES, row, more))
    host, other = lab.host("se01"), lab.host("arr01")
    assert (host.prefix, host.gateway, host.dns_suffix) == (24, "192.168.50.1", "corp.contoso.com")
    assert (other.gateway, other.dns_suffix) == ("", "")


@pytest.mark.parametrize(
    ("connection", "machines", "code", "part"),
    [
        ("{ scheme: https }", BARE, "first-contact", "nothing says where to reach them first"),
        ("{ first_contact: {} }", MACHINES, "connection", "the connection is http"),
        ("{ ca_file: ca.pem }", MACHINES, "connection", "the connection is http"),
        ("{ scheme: https, verify: ignore, ca_file: ca.pem }", MACHINES, "connection", "checks no certificate"),
        ("{ scheme: https, verify: nothing }", MACHINES, "type", "lab_ca"),
        ("{ scheme: https, first_contact: { port: none } }", MACHINES, "type", "port"),
        ("{ scheme: https, first_contact: { credentials: nobody } }", MACHINES, "unknown-secret", "'nobody'"),
    ],
)
def test_what_does_not_fit_together(tmp_path: Path, connection: str, machines: str, code: str, part: str) -> None:
    (found,) = problems(tmp_path, lab=LAB + f"connection: {connection}\n", machines=machines)
    assert found.code == code
    assert part in found.render_plain()
    assert found.place is not None and found.place.line == len(LAB.strip().splitlines()) + 1


def test_a_gateway_is_in_its_network(tmp_path: Path) -> None:
    wrong = changed(MACHINES, "cidr: 10.0.0.0/24", "cidr: 10.0.0.0/24, gateway: 10.0.1.1")
    (found,) = problems(tmp_path, machines=wrong)
    assert (found.code, found.expected) == ("address", "an address in 10.0.0.0/24")
