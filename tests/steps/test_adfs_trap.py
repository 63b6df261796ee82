"""The trap: the public name of a pool reaches its internal web site. AD FS would read the same metadata twice."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection
from concurrent.futures import Executor
from pathlib import Path

from campaigns.inprocess import Connector, building
from campaigns.kills import copy_lab
from passivelab.blueprint.model import Key
from passivelab.commands.paths import state
from passivelab.engine.events import Event, StepFinished
from passivelab.engine.subject import Graph
from passivelab.lab.certificates import CertificateWish
from passivelab.pki.authority import issue, make_pfx, new_key
from passivelab.pki.store import open_root
from tests.steps.labs import Opened, edit

GATE = Key("adfs01", "adfs/metadata[se01]")
URLS = [
    f"https://{name}/passiveauth/federationmetadata/2007-06/federationmetadata.xml"
    for name in ("se01.corp.contoso.com", "lyncweb01.contoso.com")
]


def test_a_public_name_that_reaches_the_pool_itself_stops_the_build_before_the_second_trust(
    deep: Executor, tmp_path: Path
) -> None:
    folder = copy_lab(tmp_path / "trap")
    # Nobody manages the hosts files, and the internal DNS sends the public name straight to the pool.
    names = "  public_names: { hosts: [adfs01, adfs02, se01, se02, dir01, owa01, arr01] }"
    edit(folder / "lab.yml", names, names.replace(" }", ", variables: { public_names: dns } }"))
    for file, indent in (("lab.yml", 8), ("machines.yml", 4)):
        record = " " * indent + "officewebapps.contoso.com: 192.168.50.41\n"
        edit(folder / file, record, record + " " * indent + "lyncweb01.contoso.com: 192.168.50.31\n")
    deep.submit(_fall_into_it, Opened.of(folder), tmp_path).result()


def _fall_into_it(lab: Opened, folder: Path) -> None:
    finished: dict[str, str] = {}

    def note(event: Event) -> None:
        if isinstance(event, StepFinished):
            finished[str(event.key)] = event.outcome

    def run(wanted: Collection[Key]) -> dict[Key, str]:
        journal = folder / "journal.jsonl"
        with building(lab.workshop, lab.world, journal, wanted=lambda item: item.key in wanted, emit=note) as build:
            build.read()
            build.apply()
            return {key: str(error) for key, error in build.tally.errors.items()}

    ancestors = Graph(lab.workshop.blueprint).ancestors
    assert run([key for key in ancestors[GATE] if key.host != "arr01"]) == {}  # nobody comes by the reverse proxy
    use_one_certificate_for_both_sites(lab)
    behind = {key for key, before in ancestors.items() if GATE in before}
    errors = run({GATE, *behind})
    assert errors.keys() == {GATE}
    message = errors[GATE]
    assert all(url in message for url in URLS), message
    assert "192.168.50.31" in message
    assert "MSIS7612" in message
    assert {finished[str(key)] for key in behind} == {"skipped"}
    assert {"adfs/trust", "lync_pool/passive"} <= {key.step.partition("[")[0] for key in behind}
    trusts = lab.by_hand("adfs01", "Get-AdfsRelyingPartyTrust | ForEach-Object { $_.Name }", "delegated")
    assert not {name for name in trusts.values if name.startswith("se01")}


def use_one_certificate_for_both_sites(lab: Opened) -> None:
    """Only then does the internal site answer for the public name without a word about certificates."""
    names = CertificateWish("se01.corp.contoso.com", ("se01.corp.contoso.com", "lyncweb01.contoso.com"))
    authority, key = open_root(state(lab.workshop.lab.folder) / "pki", lab.workshop.lab.name), new_key()
    pfx = make_pfx(key, issue(authority, names, key), authority.certificate, "Opens-The-Pfx-1")
    script = r"""
param($Pfx)
[System.IO.File]::WriteAllBytes('C:\both.pfx', [System.Convert]::FromBase64String($Pfx))
$password = ConvertTo-SecureString 'Opens-The-Pfx-1' -AsPlainText -Force
$certificate = Import-PfxCertificate -FilePath C:\both.pfx -CertStoreLocation Cert:\LocalMachine\My -Password $password
Set-CsCertificate -Type WebServicesInternal -Thumbprint $certificate.Thumbprint -Confirm:$false
"""
    output = Connector(lab.workshop, lab.world)("se01", "delegated").run(script, {"Pfx": b64encode(pfx).decode()}, 60)
    assert output.errors == ()
