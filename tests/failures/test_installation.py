"""Rows of the failure table that show while the lab is built.

Numbers are those of the table's rows; more of them are in tests/products/test_failure_table.py.
"""

from __future__ import annotations

from tests.products.running import Lab
from winsim.world import issuing
from winsim.world.certificates import SOFTWARE_KSP, CertificateEntry


def test_the_snap_in_of_ad_fs_2_is_not_registered(lab: Lab) -> None:
    """Row 3: on 2012 R2 AD FS is a module."""
    answer = lab.run("adfs01", "Add-PSSnapin Microsoft.Adfs.PowerShell")
    assert answer.ids == ["AddPSSnapInRead,Microsoft.PowerShell.Commands.AddPSSnapinCommand"]
    assert answer.errors[0].exception.message.startswith("No snap-ins have been registered for Windows PowerShell")


def test_a_session_does_not_find_the_assemblies_of_what_it_has_installed(lab: Lab) -> None:
    """Row 34: the cmdlets are there, their assemblies are not; a new session finds them."""
    check = (
        "Test-AdfsFarmInstallation -CertificateThumbprint 00 -FederationServiceName sts.contoso.com "
        "-GroupServiceAccountIdentifier 'CORP\\svc-adfs$'"
    )
    answer = lab.run("adfs01", f"$null = Install-WindowsFeature ADFS-Federation -IncludeManagementTools; {check}")
    assert answer.ids[0].startswith("System.IO.FileNotFoundException,")
    assert "Microsoft.IdentityServer.Deployment" in answer.errors[0].exception.message
    again = lab.run("adfs01", check)
    assert not any("FileNotFound" in one for one in again.ids)


def test_lync_refuses_a_key_of_the_new_generation(lab: Lab) -> None:
    """Row 28: a certificate whose key is in a key storage provider."""
    host, now = lab.world.host("se01"), lab.world.clock.now()
    authority = issuing.authority(issuing.common_name("Other CA"), now, 100)
    issued = issuing.issue_for_server(authority, "lyncweb01.contoso.com", ["lyncweb01.contoso.com"], now, 50)
    host.certificates.store("LocalMachine", "Root").add(CertificateEntry(authority.der))
    container = host.store_key(issued.key, SOFTWARE_KSP, 0, 0)
    entry = host.certificates.machine_my.add(CertificateEntry(issued.der, container.name))
    answer = lab.run("se01", f"Set-CsCertificate -Type WebServicesExternal -Thumbprint {entry.thumbprint}")
    assert "The buffer supplied to a function was too small." in answer.errors[0].exception.message
