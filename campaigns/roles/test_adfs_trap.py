"""The trap: the public name of a pool reaches its internal web site. AD FS would read the same metadata twice."""

from __future__ import annotations

from pathlib import Path

from campaigns.roles.labs import copy, edit, served

URLS = [
    f"https://{name}/passiveauth/federationmetadata/2007-06/federationmetadata.xml"
    for name in ("se01.corp.contoso.com", "lyncweb01.contoso.com")
]


def test_a_public_name_that_reaches_the_pool_itself_stops_the_build_before_the_second_trust(tmp_path: Path) -> None:
    folder = copy(tmp_path / "trap")
    # Nobody manages the hosts files, and the internal DNS sends the public name straight to the pool.
    public_names = "  public_names: { hosts: [adfs01, adfs02, se01, se02, dir01, owa01, arr01] }"
    edit(folder / "lab.yml", public_names, public_names.replace(" }", ", variables: { public_names: dns } }"))
    edit(
        folder / "lab.yml",
        "        officewebapps.contoso.com: 192.168.50.41\n",
        "        officewebapps.contoso.com: 192.168.50.41\n        lyncweb01.contoso.com: 192.168.50.31\n",
    )
    edit(
        folder / "machines.yml",
        "    officewebapps.contoso.com: 192.168.50.41\n",
        "    officewebapps.contoso.com: 192.168.50.41\n    lyncweb01.contoso.com: 192.168.50.31\n",
    )
    with served(folder) as lab:
        built = lab.invoke("build-lab")
        assert built.code == 3
        assert not built.summary["proved"]
        told = next(event["error"] for event in built.events if event["event"] == "error")
        message = str(told)
        assert "adfs/metadata[se01]" in message
        assert all(url in message for url in URLS), message
        assert "192.168.50.31" in message
        assert "MSIS7612" in message
        assert not {key for key in built.changed() if "adfs/trust" in key or "lync_pool/passive" in key}
        lab.by_hand("adfs01", "if (@(Get-AdfsRelyingPartyTrust).Count -ne 1) { throw 'a trust was added' }")
