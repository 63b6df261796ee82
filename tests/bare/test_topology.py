"""The topology that the user supplies is compared with the inventory before anything is published."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from passivelab.blueprint import compile_lab
from passivelab.commands.paths import ROLES, ROOT
from passivelab.lab import load_lab
from passivelab.lab.certificates import wanted_certificates
from passivelab.pki import Pki
from passivelab.preflight.subject import Subject
from passivelab.preflight.topology import document_fits_the_inventory
from tests.commands.conftest import change
from tests.products.conftest import prepared_lab

BARE = ROOT / "inventory" / "bare"
SIMPLE_URLS = """<SimpleUrlConfiguration xmlns="urn:schema:Microsoft.Rtc.Management.Settings.SimpleUrl.2008">
  <SimpleUrl Component="Dialin" Domain="*" ActiveUrl="https://dialin.contoso.com"/>
  <SimpleUrl Component="Meet" Domain="contoso.com" ActiveUrl="https://meeting.contoso.com"/>
</SimpleUrlConfiguration>"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.open(tmp_path_factory.mktemp("pki"), wanted_certificates(load_lab(BARE)))


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(BARE, folder, ignore=shutil.ignore_patterns("media"))
    return folder


def codes(lab: Path, keys: Pki) -> list[str]:
    subject = Subject(compile_lab(load_lab(lab), ROLES, keys), None)
    return [finding.code for finding in document_fits_the_inventory(subject)]


def test_the_document_of_the_bare_lab_fits(lab: Path, keys: Pki) -> None:
    assert codes(lab, keys) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('Host="lyncweb01.contoso.com"', 'Host="lync.contoso.com"', "topology-web-name"),
        ("dir01.corp.contoso.com", "dir02.corp.contoso.com", "topology-pool"),
        ("owa01.corp.contoso.com", "owa02.corp.contoso.com", "topology-office"),
        ('Port="4443"', 'Port="5443"', "topology-ports"),
        ('InternalDomain Name="contoso.com"', 'InternalDomain Name="contoso.net"', "topology-domain"),
        ("<Topology ", "<TopologyBuilder ", "topology-form"),
        ('ConfiguredPort="443"', 'ConfiguredPort="8443"', "topology-published"),
        ("/hosting/discovery/", "/hosting/discover/", "topology-office"),
        ('Machine OrdinalInCluster="1" Fqdn="se01.', 'Machine OrdinalInCluster="1" Fqdn="se03.', "topology-machine"),
        ("</Topology>", SIMPLE_URLS + "</Topology>", "topology-simple-url"),
    ],
)
def test_what_does_not_fit_is_found(lab: Path, old: str, new: str, code: str, keys: Pki) -> None:
    change(lab / "topology.xml", old, new)
    assert set(codes(lab, keys)) == {code}


def test_a_teardown_finds_the_schema_that_stays_when_the_product_has_gone(lab: Path, keys: Pki) -> None:
    blueprint = compile_lab(load_lab(lab), ROLES, keys).blueprint
    (schema,) = [item for item in blueprint.instances if item.step == "schema"]
    assert schema.stays
    read = f"(& {{ {schema.scripts.current} }}).State"
    prepared = prepared_lab()
    assert prepared.run("se01", read).good().texts == ["SCHEMA_VERSION_STATE_CURRENT"]
    del prepared.world.host("se01").modules["lync"]
    assert prepared.run("se01", read).good().texts == ["extended"]
    count = f"@(& {{ {schema.scripts.current} }}).Count"
    assert prepared.run("arr01", count, user="ARR01\\Administrator").good().texts == ["0"]  # no domain, nothing to stay
