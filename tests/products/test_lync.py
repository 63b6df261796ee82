"""Lync Server 2013: the management store, scopes, replication, users and certificates."""

from __future__ import annotations

import pytest

from tests.products.running import Lab
from winsim.world import issuing
from winsim.world.certificates import SOFTWARE_KSP, CertificateEntry
from winsim.world.lync import topology

SERVICE = "Service:WebServer:se01.corp.contoso.com"


def test_without_a_second_hop_the_directory_answers_with_an_operations_error(lab: Lab) -> None:
    answer = lab.run("se01", "Get-CsPool", delegated=False)
    assert "-2147016672" in answer.errors[0].exception.message


def test_settings_need_the_right_group(lab: Lab) -> None:
    lab.run("dc01", "Remove-ADGroupMember RTCUniversalServerAdmins labadmin -Confirm:$false").good()
    answer = lab.run("se01", f"New-CsWebServiceConfiguration -Identity {SERVICE} -UsePinAuth $false")
    assert "The login failed" in answer.errors[0].exception.message


def test_the_web_server_shows_both_names_and_the_published_ports(lab: Lab) -> None:
    answer = lab.run(
        "se01",
        "$s = Get-CsService -PoolFqdn se01.corp.contoso.com -WebServer; $s.Identity; $s.ExternalFqdn; $s.InternalFqdn; "
        "$s.ExternalHttpsPort; $s.PublishedExternalHttpsPort; $s.Role",
    ).good()
    assert answer.texts == ["WebServer:se01.corp.contoso.com", "lyncweb01.contoso.com", "se01.corp.contoso.com", "4443",
                            "443", "WebServer"]  # fmt: skip


def test_a_service_scope_starts_from_the_products_defaults_and_exists_once(lab: Lab) -> None:
    lab.run("se01", "Set-CsWebServiceConfiguration -UsePinAuth $false").good()
    made = lab.run("se01", f"(New-CsWebServiceConfiguration -Identity {SERVICE} -UseWsFedPassiveAuth $true).UsePinAuth")
    assert made.good().texts == ["True"]
    assert lab.run("se01", f"New-CsWebServiceConfiguration -Identity {SERVICE}").ids[0].startswith("DuplicateItem,")
    assert lab.run("se01", "New-CsWebServiceConfiguration -Identity global").errors


@pytest.mark.parametrize(
    "script",
    [
        "New-CsWebServiceConfiguration -Identity Service:WebServer:se09.corp.contoso.com",
        "New-CsProxyConfiguration -Identity site:Rome",
        "New-CsProxyConfiguration -Identity Service:WebServer:se01.corp.contoso.com",
        f"Set-CsWebServiceConfiguration -Identity {SERVICE} -UsePinAuth $false",
        "Set-CsWebServiceConfiguration -UseWindowsAuth False",
        f"Remove-CsWebServiceConfiguration -Identity {SERVICE}",
    ],
)
def test_what_the_scopes_do_not_have_is_refused(lab: Lab, script: str) -> None:
    answer = lab.run("se01", script)
    assert len(answer.errors) == 1 or answer.outcome.state == "failed"


def test_removing_the_global_settings_resets_them(lab: Lab) -> None:
    lab.run("se01", "Set-CsProxyConfiguration -UseNtlmForClientToProxyAuth $false").good()
    answer = lab.run("se01", "Remove-CsProxyConfiguration -Identity global; (Get-CsProxyConfiguration)."
                             "UseNtlmForClientToProxyAuth").good()  # fmt: skip
    assert answer.texts == ["True"] and "reset" in answer.warnings[0]


def test_a_change_reaches_the_replicas_after_a_while(lab: Lab) -> None:
    lab.run("se01", f"$null = New-CsWebServiceConfiguration -Identity {SERVICE} -UseWsFedPassiveAuth $true").good()
    status = "foreach ($r in Get-CsManagementStoreReplicationStatus) { $r.UpToDate }"
    local = "(Get-CsWebServiceConfiguration -LocalStore -Filter 'service:*').UseWsFedPassiveAuth"
    assert lab.run("se01", status).texts == ["False"] * 3
    assert lab.run("se01", local).good().text == ""
    lab.run("se01", "Invoke-CsManagementStoreReplication").good()
    lab.wait(60)
    assert lab.run("se01", status).texts == ["True"] * 3
    assert lab.run("se01", local, delegated=False).good().text == "True"


def test_a_stopped_replicator_keeps_its_machine_out_of_date(lab: Lab) -> None:
    lab.run("dir01", "Stop-CsWindowsService REPLICA").good()
    lab.run("se01", f"$null = New-CsWebServiceConfiguration -Identity {SERVICE}").good()
    lab.wait(200)
    status = "(Get-CsManagementStoreReplicationStatus -ReplicaFqdn {}.corp.contoso.com).UpToDate"
    assert lab.run("se01", status.format("dir01")).text == "False"
    assert lab.run("se01", status.format("se02")).text == "True"
    lab.run("dir01", "Start-CsWindowsService REPLICA").good()
    lab.wait(120)
    assert lab.run("se01", status.format("dir01")).text == "True"


def test_users_move_between_pools_but_not_to_a_director(lab: Lab) -> None:
    home = "[string](Get-CsUser anna@contoso.com).RegistrarPool"
    assert lab.run("se01", home).text == "se02.corp.contoso.com"
    lab.run("se01", "Move-CsUser sip:anna@contoso.com se01.corp.contoso.com -Confirm:$false").good()
    assert lab.run("se01", home).text == "se01.corp.contoso.com"
    assert "Cannot find registrar pool" in (
        lab.run("se01", "Move-CsUser sip:anna@contoso.com dir01.corp.contoso.com").errors[0].exception.message
    )
    assert lab.run("se01", "Get-CsUser nobody").errors


def test_a_filter_sees_the_variables_of_the_script(lab: Lab) -> None:
    answer = lab.run(
        "se01",
        "$pool = 'se02.corp.contoso.com'; "
        "foreach ($u in Get-CsUser -Filter { RegistrarPool -eq $pool }) { $u.SipAddress }",
    ).good()
    assert answer.texts == ["sip:anna@contoso.com", "sip:carla@contoso.com"]


def test_a_user_is_enabled_once_with_an_address_of_a_sip_domain(lab: Lab) -> None:
    enable = "Enable-CsUser bruno@contoso.com -RegistrarPool se02.corp.contoso.com -SipAddress sip:{}"
    assert lab.run("se01", enable.format("bruno@example.com")).errors
    assert lab.run("se01", enable.format("anna@contoso.com")).errors
    lab.run("se01", enable.format("bruno@contoso.com")).good()
    assert lab.run("se01", enable.format("bruno@contoso.com")).errors


def _certificate(lab: Lab, *, cng: bool = False) -> str:
    host = lab.world.host("se01")
    now = lab.world.clock.now()
    ca = issuing.authority(issuing.common_name("Other CA"), now, 100)
    issued = issuing.issue_for_server(ca, "lyncweb01.contoso.com", ["lyncweb01.contoso.com"], now, 50)
    provider = (SOFTWARE_KSP, 0, 0) if cng else ("Microsoft RSA SChannel Cryptographic Provider", 12, 1)
    container = host.store_key(issued.key, *provider)
    host.certificates.store("LocalMachine", "Root").add(CertificateEntry(ca.der))
    return host.certificates.machine_my.add(CertificateEntry(issued.der, container.name)).thumbprint


def test_a_cng_key_is_refused_with_the_buffer_text(lab: Lab) -> None:
    answer = lab.run("se01", f"Set-CsCertificate -Type WebServicesExternal -Thumbprint {_certificate(lab, cng=True)}")
    assert "The buffer supplied to a function was too small." in answer.errors[0].exception.message


def test_the_external_certificate_is_bound_to_the_external_site(lab: Lab) -> None:
    from winsim.world.http_sys import http_sys

    wanted = _certificate(lab)
    assert http_sys(lab.world.host("se01")).find("0.0.0.0:4443") is None
    lab.run("se01", f"Set-CsCertificate -Type WebServicesExternal -Thumbprint {wanted} -Confirm:$false",
            delegated=False).good()  # fmt: skip
    binding = http_sys(lab.world.host("se01")).find("0.0.0.0:4443")
    assert binding is not None and binding.thumbprint == wanted
    assert lab.run("se01", "(Get-CsCertificate -Type WebServicesExternal).Thumbprint").texts == [wanted]
    lab.run("se01", "Remove-CsCertificate -Type WebServicesExternal -Force").good()
    assert http_sys(lab.world.host("se01")).find("0.0.0.0:4443") is None


def test_an_untrusted_chain_is_refused(lab: Lab) -> None:
    wanted = _certificate(lab)
    root = lab.world.host("se01").certificates.store("LocalMachine", "Root")
    for entry in list(root.entries.values()):
        if "Other CA" in entry.certificate.subject.rfc4514_string():
            root.remove(entry.thumbprint)
    assert "not trusted" in (
        lab.run("se01", f"Set-CsCertificate -Type Default -Thumbprint {wanted}").errors[0].exception.message
    )


def test_a_foreign_certificate_among_the_roots_keeps_the_front_end_down(lab: Lab) -> None:
    """A certificate that is not self-signed in Trusted Root: 0x800B0109."""
    host = lab.world.host("se01")
    issued = next(iter(host.certificates.machine_my.entries.values()))
    host.certificates.store("LocalMachine", "Root").add(CertificateEntry(issued.der))
    lab.run("se01", "Stop-CsWindowsService RTCSRV").good()
    assert lab.run("se01", "Start-CsWindowsService RTCSRV").errors
    assert not host.services.running("RTCSRV")


def test_the_topology_document_is_read_back(lab: Lab) -> None:
    text = lab.run("se01", "(Get-CsTopology -AsXml).ToString()").good().text
    parsed = topology.parse(text)
    assert parsed.management_pool == "se02.corp.contoso.com"
    assert parsed.replicas == ["se01.corp.contoso.com", "se02.corp.contoso.com", "dir01.corp.contoso.com"]
    with pytest.raises(topology.TopologyError):
        topology.parse(text.replace('RoleName="WebServices" Instance="1"', 'RoleName="WebServices" Instance="9"', 1))


def test_settings_that_are_removed_leave_nothing_behind(lab: Lab) -> None:
    from winsim.world.lync import ManagementStore

    configuration = lab.world.parts.need(ManagementStore).configuration
    before = configuration.snapshot()
    lab.run("se01", f"$null = New-CsWebServiceConfiguration -Identity {SERVICE}; Remove-CsWebServiceConfiguration "
                    f"-Identity {SERVICE}").good()  # fmt: skip
    configuration.revision = before.revision
    assert configuration == before
