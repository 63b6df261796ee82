"""Small inventories for tests, written to a folder of the test's own."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from passivelab.errors import InventoryErrors, Problem
from passivelab.lab import Lab, load_lab

MACHINES = """
lab: small
networks:
  internal: { cidr: 192.168.50.0/24 }
  dmz: { cidr: 10.0.0.0/24 }
accounts:
  local_administrator: { user: Administrator, password: not-shown }
  domain_administrator: { user: labadmin, password: second }
hosts:
  se01: { address: 192.168.50.31, network: internal }
  se02: { address: 192.168.50.32, network: internal }
  arr01: { address: 10.0.0.10, network: dmz }
"""

LAB = """
lab: small
domain: { name: corp.contoso.com, netbios: CORP }
sip_domain: contoso.com
public_address: 203.0.113.10
names:
  federation: sts.contoso.com
  discovery: lyncdiscover.contoso.com
  meet: meet.contoso.com
  dialin: dialin.contoso.com
  office_web_apps: officewebapps.contoso.com
discovery_pool: se02.corp.contoso.com
pools:
  - fqdn: se01.corp.contoso.com
    kind: standard_edition
    servers: [se01]
    external_web_fqdn: lyncweb01.contoso.com
    passive: true
  - fqdn: se02.corp.contoso.com
    kind: standard_edition
    servers: [se02]
    external_web_fqdn: lyncweb02.contoso.com
users:
  - { name: anna, sip_address: anna@contoso.com, clients: [tablet] }
  - { name: dario, sip_address: dario@contoso.com, clients: [tablet, old_phone] }
roles:
  web: { hosts: [arr01] }
  lync: { hosts: [se01, se02] }
hosts:
  arr01: { joined: false }
"""

SECRETS = """
local_administrator: { machines: local_administrator }
domain_administrator: { machines: domain_administrator }
"""

CLIENTS = """
as_of: "2014-03"
sources: { vendor: a vendor, blog: a blog }
clients:
  tablet: { title: Tablet, observation: { works: true, source: blog } }
  old_phone: { title: Old phone, observation: { works: false, source: blog } }
  disputed: { title: Disputed, vendor: { works: true, source: vendor }, observation: { works: false, source: blog } }
  unheard_of: { title: Unheard of }
"""


def write(folder: Path, **files: str) -> Path:
    """An inventory in ``folder/lab`` with roles beside it; named files replace the standard ones."""
    lab, roles = folder / "lab", folder / "roles" / "registrars"
    lab.mkdir(exist_ok=True)
    roles.mkdir(parents=True, exist_ok=True)
    texts = {"lab": LAB, "machines": MACHINES, "secrets": SECRETS} | {
        name: text for name, text in files.items() if name != "clients"
    }
    for name, text in texts.items():
        (lab / f"{name}.yml").write_text(textwrap.dedent(text).lstrip("\n"))
    (roles / "clients.yml").write_text(files.get("clients", CLIENTS))
    return lab


def load(folder: Path, *sets: str, **files: str) -> Lab:
    return load_lab(write(folder, **files), sets, roles=folder / "roles")


def problems(folder: Path, *sets: str, **files: str) -> tuple[Problem, ...]:
    """What is wrong with the inventory; a test fails where nothing is."""
    with pytest.raises(InventoryErrors) as caught:
        load(folder, *sets, **files)
    return caught.value.problems()


def changed(text: str, old: str, new: str) -> str:
    assert old in text, old
    return text.replace(old, new, 1)
