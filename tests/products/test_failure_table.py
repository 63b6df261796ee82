"""The failure table of the domain page: each test misbuilds the lab and sees the documented symptom.

Numbers are those of the table's rows; the rows of ARR and IIS are shown beside their own models.
"""

from __future__ import annotations

from tests.products.conftest import FarmLab
from tests.products.running import Lab
from tests.products.test_adfs import EXTERNAL, HOSTS, INTERNAL, add
from winsim.web.http import Client, WebFailure, fetch
from winsim.world import feature_setup
from winsim.world.certificates import CertificateEntry
from winsim.world.http_sys import SslBinding, http_sys
from winsim.world.power import request_restart

SERVICE = "Service:WebServer:se01.corp.contoso.com"
PROTOCOL = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\{}\Server"


def test_01_both_names_at_one_site_are_a_duplicate_identifier(farm: FarmLab) -> None:
    farm.install()
    farm.lab.run("se01", f"Set-CsCertificate -Type WebServicesInternal -Thumbprint {farm.thumbprint}").good()
    farm.lab.world.host("adfs01").files.write(HOSTS, b"192.168.50.31 lyncweb01.contoso.com se01.corp.contoso.com\r\n")
    assert add(farm, "external", EXTERNAL) == []
    farm.lab.world.host("adfs01").files.write(HOSTS, b"")
    certificate = "(Get-CsCertificate -Type Default).Thumbprint"
    internal = farm.lab.run("se01", f"Set-CsCertificate -Type WebServicesInternal -Thumbprint {certificate}")
    internal.good()
    assert "MSIS7612" in add(farm, "internal", INTERNAL)[0]


def test_02_an_old_protocol_ends_in_no_secure_channel(farm: FarmLab) -> None:
    farm.install()
    registry = farm.lab.world.host("se01").registry
    for version in ("SSL 3.0", "TLS 1.0"):
        registry.set(PROTOCOL.format(version), "Enabled", 0)
    (id_,) = add(farm, "internal", INTERNAL)
    assert id_.startswith("The request was aborted: Could not create SSL/TLS secure channel.")
    key = r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"
    farm.lab.world.host("adfs01").registry.set(key, "SchUseStrongCrypto", 1)
    assert add(farm, "internal", INTERNAL) == []


def test_06_a_caller_without_a_server_name_needs_the_fallback_binding(farm: FarmLab) -> None:
    farm.install()
    url = "https://sts.contoso.com/FederationMetadata/2007-06/FederationMetadata.xml"
    world, se01 = farm.lab.world, farm.lab.world.host("se01")
    proxy = Client(sends_server_name=False)
    try:
        fetch(world, se01, url, client=proxy)
    except WebFailure as failure:
        assert failure.win32 == 12030
    else:
        raise AssertionError("AD FS answered a hello without SNI")
    http_sys(world.host("adfs01")).put(SslBinding("0.0.0.0:443", False, farm.thumbprint))
    assert fetch(world, se01, url, client=proxy).status == 200


def test_18_a_set_without_an_identity_changes_every_pool(lab: Lab) -> None:
    lab.run("se01", "Set-CsWebServiceConfiguration -UseWsFedPassiveAuth $true -UseWindowsAuth None").good()
    lab.run("se01", "Invoke-CsManagementStoreReplication").good()
    lab.wait(120)
    answer = lab.run("se02", "(Get-CsWebServiceConfiguration -Identity Global -LocalStore).UseWindowsAuth")
    assert answer.texts == ["None"]


def test_19_a_second_new_fails(lab: Lab) -> None:
    new = f"$null = New-CsWebServiceConfiguration -Identity {SERVICE} -UseWsFedPassiveAuth $true"
    lab.run("se01", new).good()
    assert lab.run("se01", new).errors


def test_31_a_certificate_that_is_not_self_signed_among_the_roots(lab: Lab) -> None:
    host = lab.world.host("se01")
    entry = next(iter(host.certificates.machine_my.entries.values()))
    host.certificates.store("LocalMachine", "Root").add(CertificateEntry(entry.der))
    lab.run("se01", "Stop-CsWindowsService RTCSRV").good()
    assert lab.run("se01", "Start-CsWindowsService RTCSRV").errors
    assert any(event.id == 32042 and "0x800B0109" in event.message for event in host.events.events)


def test_32_the_federation_service_comes_late_after_a_boot(farm: FarmLab) -> None:
    farm.install()
    lab = farm.lab
    request_restart(lab.world, lab.world.host("adfs01"))
    lab.wait(2)
    lab.wait(60)
    assert "Could not connect" in lab.run("adfs01", "Get-AdfsProperties").ids[0]
    lab.wait(130)
    assert lab.run("adfs01", "(Get-AdfsProperties).HostName").good().texts == ["sts.contoso.com"]


def test_33_a_failed_deployment_is_an_object_not_an_error(farm: FarmLab) -> None:
    answer = farm.lab.run(
        "adfs01",
        "$r = Install-AdfsFarm -CertificateThumbprint 00 -FederationServiceName sts.contoso.com "
        "-GroupServiceAccountIdentifier 'CORP\\svc-adfs$' -ErrorAction Stop; [string]$r.Status",
    ).good()
    assert answer.texts == ["Error"]


def test_35_a_farm_with_the_name_of_its_server(farm: FarmLab) -> None:
    answer = farm.lab.run(
        "adfs01",
        f"(Install-AdfsFarm -CertificateThumbprint {farm.thumbprint} -FederationServiceName adfs01.corp.contoso.com "
        "-GroupServiceAccountIdentifier 'CORP\\svc-adfs$').Message",
    )
    assert "must be different from the name of the computer" in answer.text


def test_36_a_managed_account_over_a_plain_session(lab: Lab) -> None:
    feature_setup.install(lab.world, lab.world.host("adfs01"), ["RSAT-AD-PowerShell"])
    answer = lab.run("adfs01", "Install-ADServiceAccount svc-adfs", delegated=False)
    assert "Unable to contact the server" in answer.errors[0].exception.message
    lab.run("adfs01", "Install-ADServiceAccount svc-adfs").good()
    assert lab.run("adfs01", "Test-ADServiceAccount svc-adfs").texts == ["True"]
    refused = lab.run("se01", "Install-ADServiceAccount svc-adfs")
    assert "Cannot install service account" in refused.errors[0].exception.message


def test_37_a_lync_cmdlet_over_a_plain_session(lab: Lab) -> None:
    answer = lab.run("se02", "Get-CsUser -Identity anna@contoso.com", delegated=False)
    assert 'Active Directory error "-2147016672"' in answer.errors[0].exception.message


def test_38_client_certificates_only_on_the_server_itself(lab: Lab) -> None:
    script = "Revoke-CsClientCertificate -Identity anna@contoso.com"
    assert "firewall of SQL Server Express" in lab.run("se01", script).errors[0].exception.message
    lab.run("se02", script).good()


def test_39_the_misspelt_property_of_the_documentation_is_empty(lab: Lab) -> None:
    answer = lab.run("se01", "(Get-CsProxyConfiguration -Identity Global).UseCertifcateForClientToProxyAuth").good()
    assert answer.text == ""
