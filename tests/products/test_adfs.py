"""AD FS 3.0: deployment, synchronisation, relying-party trusts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.products.conftest import FarmLab
from winsim.web.http import fetch
from winsim.world.adfs import rules, synchronisation
from winsim.world.adfs.metadata import federation_metadata, read_relying_party
from winsim.world.adfs.state import AdfsServer

INTERNAL = "https://se01.corp.contoso.com/passiveauth/federationmetadata/2007-06/federationmetadata.xml"
EXTERNAL = "https://lyncweb01.contoso.com/passiveauth/federationmetadata/2007-06/federationmetadata.xml"
ONE_MINUTE = timedelta(minutes=1)
HOSTS = r"C:\Windows\System32\drivers\etc\hosts"
PERMIT = (
    '@RuleTemplate = "AllowAllAuthzRule" => issue(Type = "http://schemas.microsoft.com/authorization/claims/permit", '
    'Value = "true");'
)


def add(farm: FarmLab, name: str, url: str) -> list[str]:
    script = f"Add-AdfsRelyingPartyTrust -Name {name} -MetadataUrl {url} -IssuanceAuthorizationRules '{PERMIT}'"
    return farm.lab.run("adfs01", script).ids


def test_a_farm_needs_a_second_hop(farm: FarmLab) -> None:
    assert farm.install(delegated=False).startswith("Error PrerequisiteValidation")
    assert farm.lab.world.host("adfs01").parts.find(AdfsServer) is None


def test_a_farm_needs_a_service_account_that_the_node_may_use(farm: FarmLab) -> None:
    farm.lab.run(
        "dc01", "Set-ADServiceAccount svc-adfs -PrincipalsAllowedToRetrieveManagedPassword (Get-ADComputer adfs02)"
    ).good()
    assert "cannot be used on this computer" in farm.install()


def test_a_name_that_another_account_holds_stops_the_farm(farm: FarmLab) -> None:
    farm.lab.run("dc01", "Set-ADUser anna -ServicePrincipalNames @{Add='host/sts.contoso.com'}").good()
    assert "already set on another Active Directory account (CORP\\anna)" in farm.install()


def test_a_certificate_without_the_service_name_stops_the_farm(farm: FarmLab) -> None:
    answer = farm.lab.run(
        "adfs01",
        f"(Install-AdfsFarm -CertificateThumbprint {farm.thumbprint} -FederationServiceName fs.contoso.com "
        "-GroupServiceAccountIdentifier 'CORP\\svc-adfs$').Message",
    )
    assert "does not match the subject name" in answer.text


def test_a_farm_leaves_service_bindings_name_and_container(farm: FarmLab) -> None:
    assert farm.install() == "Success DeploymentSucceeded The configuration completed successfully."
    bindings = farm.lab.run(
        "adfs01",
        'foreach ($row in Get-AdfsSslCertificate) { "$($row.HostName):$($row.PortNumber) $($row.CtlStoreName)" }',
    )
    assert sorted(bindings.texts) == [
        "localhost:443 AdfsTrustedDevices", "sts.contoso.com:443 AdfsTrustedDevices", "sts.contoso.com:49443 ",
    ]  # fmt: skip
    assert farm.lab.world.host("adfs01").services.running("adfssrv")
    container = farm.lab.run("adfs01", "(Get-AdfsProperties).CertificateSharingContainer").text
    found = farm.lab.run("dc01", f"(Get-ADObject '{container}').ObjectClass; (Get-ADServiceAccount svc-adfs "
                                 "-Properties ServicePrincipalNames).ServicePrincipalNames")  # fmt: skip
    assert found.texts == ["container", "host/sts.contoso.com"]
    again = farm.install()
    assert again.startswith("Error") and "already configured" in again


def test_directory_and_process_tell_the_age_of_the_farm_and_of_its_service(farm: FarmLab) -> None:
    begun = farm.lab.world.clock.now()
    farm.install()
    farm.lab.wait(60)
    times = farm.lab.run(
        "adfs01",
        """
        $container = (Get-AdfsProperties).CertificateSharingContainer
        $entry = New-Object DirectoryServices.DirectoryEntry -ArgumentList "LDAP://$container"
        $entry.Properties['whenCreated'].Value.ToString('s')
        Restart-Service adfssrv
        $service = Get-WmiObject Win32_Service -Filter "Name = 'adfssrv'"
        $process = Get-Process -Id $service.ProcessId
        $process.ProcessName
        $process.StartTime.ToString('s')
        """,
    )
    made, name, started = times.texts
    assert name == "Microsoft.IdentityServer.ServiceHost"
    assert timedelta() <= datetime.fromisoformat(made).replace(tzinfo=UTC) - begun.replace(microsecond=0) < ONE_MINUTE
    assert datetime.fromisoformat(started) - datetime.fromisoformat(made) >= ONE_MINUTE


def test_the_secondary_gets_changes_at_its_poll_and_refuses_its_own(farm: FarmLab) -> None:
    farm.install()
    farm.lab.run(
        "adfs02",
        f"Add-AdfsFarmNode -PrimaryComputerName adfs01.corp.contoso.com -CertificateThumbprint {farm.thumbprint} "
        "-GroupServiceAccountIdentifier 'CORP\\svc-adfs$'",
    ).good()
    for command in ("Set-AdfsProperties -EnableKmsi $true", "Get-AdfsProperties", "Get-AdfsRelyingPartyTrust"):
        assert farm.lab.run("adfs02", command).ids[0].startswith("PS0033: ")
    farm.lab.run("adfs01", "Set-AdfsProperties -EnableKmsi $true").good()
    assert copied(farm) is False
    farm.lab.wait(301)
    assert farm.lab.run("adfs02", "(Get-AdfsSyncProperties).Role").texts == ["SecondaryComputer"]
    assert copied(farm) is True


def test_a_change_after_the_last_poll_has_not_arrived(farm: FarmLab) -> None:
    farm.install()
    farm.lab.run(
        "adfs02",
        f"Add-AdfsFarmNode -PrimaryComputerName adfs01.corp.contoso.com -CertificateThumbprint {farm.thumbprint} "
        "-GroupServiceAccountIdentifier 'CORP\\svc-adfs$'",
    ).good()
    farm.lab.wait(310)
    farm.lab.run("adfs01", "Set-AdfsProperties -EnableKmsi $true").good()
    assert copied(farm) is False


def copied(farm: FarmLab) -> object:
    """KmsiEnabled as the second node has it, which no cmdlet there tells."""
    host = farm.lab.world.host("adfs02")
    synchronisation.catch_up(farm.lab.world, host)
    return host.parts.need(AdfsServer).configuration.properties["KmsiEnabled"]


def test_two_names_of_one_site_are_refused_as_duplicate_identifiers(farm: FarmLab) -> None:
    """The trap: the public name leads to the internal site of the pool."""
    farm.install()
    assert add(farm, "internal", INTERNAL) == []
    farm.lab.world.host("adfs01").files.write(HOSTS, b"192.168.50.31 lyncweb01.contoso.com\r\n")
    assert "trust relationship" in add(farm, "external", EXTERNAL)[0]
    farm.lab.run("se01", f"Set-CsCertificate -Type WebServicesInternal -Thumbprint {farm.thumbprint}").good()
    (id_,) = add(farm, "external", EXTERNAL)
    assert "MSIS7612: Each identifier for a relying party trust must be unique" in id_
    assert id_.endswith(",Microsoft.IdentityServer.Management.Commands.AddRelyingPartyTrustCommand")


def test_a_public_name_that_does_not_resolve_is_said_so(farm: FarmLab) -> None:
    farm.install()
    (id_,) = add(farm, "external", EXTERNAL)
    assert "The remote name could not be resolved: 'lyncweb01.contoso.com'" in id_


def test_a_trust_is_found_again_with_its_rules_laid_out(farm: FarmLab) -> None:
    farm.install()
    add(farm, "internal", INTERNAL)
    shown = farm.lab.run("adfs01", "(Get-AdfsRelyingPartyTrust -Name Internal).IssuanceAuthorizationRules")
    assert shown.text.startswith('@RuleTemplate = "AllowAllAuthzRule"\r\n => issue(Type = ')
    assert farm.lab.run("adfs01", "Get-AdfsRelyingPartyTrust -Name nothing").good().output == []
    assert add(farm, "internal", INTERNAL) != []


def test_broken_rules_are_refused(farm: FarmLab) -> None:
    farm.install()
    add(farm, "internal", INTERNAL)
    answer = farm.lab.run("adfs01", "Set-AdfsRelyingPartyTrust -TargetName internal -IssuanceTransformRules 'c:[Type'")
    assert answer.ids[0].startswith("POLICY0002: ")


def test_the_service_stops_answering_without_the_private_key(farm: FarmLab) -> None:
    farm.install()
    host = farm.lab.world.host("adfs01")
    entry = host.certificates.find(farm.thumbprint)
    assert entry is not None
    key = host.certificates.key_of(entry)
    assert key is not None
    access = host.files.need(key.path).access
    access.revoke("CORP\\svc-adfs$")
    access.revoke("NT SERVICE\\adfssrv")
    from winsim.world.services import ServiceError, start, stop

    stop(farm.lab.world, host, "adfssrv", force=True)
    with pytest.raises(ServiceError):
        start(farm.lab.world, host, "adfssrv")
    assert "Could not connect to net.tcp://localhost:1500/policy" in farm.lab.run("adfs01", "Get-AdfsProperties").ids[0]


def test_the_metadata_names_the_service_and_is_served_to_members(farm: FarmLab) -> None:
    farm.install()
    url = "https://sts.contoso.com/FederationMetadata/2007-06/FederationMetadata.xml"
    answer = fetch(farm.lab.world, farm.lab.world.host("se01"), url)
    assert answer.status == 200
    assert b'entityID="http://sts.contoso.com/adfs/services/trust"' in answer.body
    server = farm.lab.world.host("adfs01").parts.need(AdfsServer)
    assert answer.body == federation_metadata(server.configuration)


def test_both_sites_of_a_pool_have_metadata_of_their_own(farm: FarmLab) -> None:
    farm.lab.run("se01", f"Set-CsCertificate -Type WebServicesExternal -Thumbprint {farm.thumbprint}").good()
    world = farm.lab.world
    internal = read_relying_party(fetch(world, world.host("adfs01"), INTERNAL).body)
    world.host("adfs01").files.write(HOSTS, b"192.168.50.31 lyncweb01.contoso.com\r\n")
    external = read_relying_party(
        fetch(world, world.host("adfs01"), EXTERNAL.replace("contoso.com/", "contoso.com:4443/")).body
    )
    assert (internal.entity_id, external.entity_id) == (
        "https://se01.corp.contoso.com/",
        "https://lyncweb01.contoso.com/",
    )


_WORD = st.text("abcXYZ019:/._- ", max_size=12)
_TESTS = st.lists(st.tuples(st.sampled_from(["Type", "Value", "Issuer"]), st.sampled_from(["==", "!=", "=~"]), _WORD),
                  max_size=3)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(_TESTS, _WORD), min_size=1, max_size=3))
def test_the_layout_of_rules_is_stable(parts: list[tuple[list[tuple[str, str, str]], str]]) -> None:
    text = "".join(
        f'@RuleName="{value}" c:[{",".join(f"{n}{o}{chr(34)}{v}{chr(34)}" for n, o, v in tests)}]=>issue(claim=c);'
        for tests, value in parts
    )
    laid_out = rules.normalise(text)
    assert rules.normalise(laid_out) == laid_out
    assert "".join(laid_out.split()) == "".join(text.split())
