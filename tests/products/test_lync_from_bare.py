"""Lync Server 2013 from a member of the domain to running services, and back; AD CS beside it."""

from __future__ import annotations

import pytest

from tests.products.running import Answer, Lab
from tests.products.test_domain_from_bare import JOIN, bare, forest, restart  # noqa: F401
from winsim.world import feature_setup
from winsim.world.lync.topology_builder import Pool, build
from winsim.world.media import stand_in
from winsim.world.packages import by_file
from winsim.world.prepared_lync import FEATURES
from winsim.world.shares import Share, Shares

TOPOLOGY = build("Rome", "contoso.com", ["contoso.com"],
                 [Pool("se01.corp.contoso.com", "standard_edition", "lyncweb01.contoso.com", True)], [],
                 "11111111-2222-3333-4444-555555555555")  # fmt: skip
MEDIA = r"\\dc01\media\lync2013\Setup\amd64"
BOOTSTRAPPER = "& 'C:\\Program Files\\Microsoft Lync Server 2013\\Deployment\\Bootstrapper.exe' {}; $LASTEXITCODE"
SQL = "-SqlServerFqdn se01.corp.contoso.com -SqlInstanceName rtc"
PREPARE = (
    "Install-CsAdServerSchema -Confirm:$false; Enable-CsAdForest -Confirm:$false; Enable-CsAdDomain -Confirm:$false"
)


def put_media(lab: Lab) -> None:
    files = lab.world.host("dc01").files
    folder = r"C:\media\lync2013\Setup\amd64"
    for name in ("Setup\\ocscore.msi", "Setup\\admintools.msi", "sqlncli.msi"):
        package = by_file(name.rpartition("\\")[2])
        assert package is not None
        files.make_directory(f"{folder}\\{name}".rpartition("\\")[0])
        files.write(f"{folder}\\{name}", package.stand_in())
    for name in ("SQLEXPR_x64.exe", "Setup\\Server.msi", "Setup\\WebComponents.msi"):
        files.write(f"{folder}\\{name}", stand_in(name))
    files.write(r"C:\media\topology.xml", TOPOLOGY.encode("utf-16"))
    lab.world.host("dc01").parts.need(Shares).add(Share("media", r"C:\media", access={"Everyone": "Read"}))


@pytest.fixture
def member(forest: Lab) -> Lab:  # noqa: F811
    """se01 as a member with the core components, the features and an administrator; nothing of Lync in the domain."""
    put_media(forest)
    zone = "Add-DnsServerPrimaryZone contoso.com -ReplicationScope Domain"
    forest.run("dc01", zone, user="CORP\\Administrator").good()
    forest.run("se01", JOIN.format("Start-2012-R2"), user="SE01\\Administrator").good()
    restart(forest, "se01")
    feature_setup.install(forest.world, forest.world.host("se01"), list(FEATURES), tools=True)
    restart(forest, "se01")
    for name in ("Setup\\ocscore.msi", "sqlncli.msi", "Setup\\admintools.msi"):
        line = f"msiexec.exe /i '{MEDIA}\\{name}' /qn REBOOT=ReallySuppress"
        if name == "sqlncli.msi":
            assert run(forest, f"{line}; $LASTEXITCODE").text == "1603"
            line += " IACCEPTSQLNCLILICENSETERMS=YES"
        assert run(forest, f"{line}; $LASTEXITCODE").text == "0"
    return forest


def run(lab: Lab, script: str, *, delegated: bool = True) -> Answer:
    return lab.run("se01", script, user="CORP\\Administrator", delegated=delegated)


def prepare(lab: Lab) -> None:
    run(lab, PREPARE).good()
    groups = "Add-ADGroupMember RTCUniversalServerAdmins Administrator; Add-ADGroupMember RTCUniversalUserAdmins {}"
    lab.run("dc01", groups.format("Administrator"), user="CORP\\Administrator").good()


def store(lab: Lab) -> None:
    assert run(lab, BOOTSTRAPPER.format(f"/BootstrapSqlExpress /SourceDirectory:{MEDIA}")).texts[-1] == "0"
    run(lab, f"Install-CsDatabase -CentralManagementDatabase {SQL}; "
             f"Set-CsConfigurationStoreLocation {SQL}").good()  # fmt: skip


def share(lab: Lab) -> None:
    lab.world.host("se01").files.make_directory(r"C:\LyncShare")
    lab.world.host("se01").parts.need(Shares).add(Share("LyncShare", r"C:\LyncShare"))


def publish(lab: Lab) -> None:
    share(lab)
    run(lab, r"Publish-CsTopology -FileName \\dc01\media\topology.xml -Force; Enable-CsTopology").good()


def local_store(lab: Lab) -> None:
    assert run(lab, BOOTSTRAPPER.format(f"/BootstrapLocalMgmt /SourceDirectory:{MEDIA}")).texts[-1] == "0"
    run(
        lab,
        "$b = Export-CsConfiguration -AsBytes; Import-CsConfiguration -ByteInput $b -LocalStore; Enable-CsReplica; "
        "Start-CsWindowsService REPLICA",
    ).good()


def authority(lab: Lab) -> None:
    host = lab.world.host("dc01")
    feature_setup.install(lab.world, host, ["ADCS-Cert-Authority"], tools=True)
    answer = lab.run("dc01", "(Install-AdcsCertificationAuthority -CAType EnterpriseRootCa -CACommonName corp-dc01-CA "
                             "-Force).ErrorId", user="CORP\\Administrator")  # fmt: skip
    assert answer.good().texts == ["0"]
    run(lab, "gpupdate.exe /force").good()


def test_from_the_schema_to_running_services_and_back(member: Lab) -> None:
    lab = member
    prepare(lab)
    store(lab)
    publish(lab)
    local_store(lab)
    assert run(lab, BOOTSTRAPPER.format(f"/SourceDirectory:{MEDIA}")).texts[-1] == "0"
    run(lab, "Install-CsDatabase -ConfiguredDatabases -SqlServerFqdn se01.corp.contoso.com; Enable-CsComputer").good()
    assert run(lab, "Start-CsWindowsService RTCSRV").errors  # no certificate yet
    authority(lab)
    run(
        lab,
        "$c = Request-CsCertificate -New -Type Default,WebServicesInternal -CA "
        "'dc01.corp.contoso.com\\corp-dc01-CA' -FriendlyName internal -AllSipDomain; "
        "Set-CsCertificate -Type Default,WebServicesInternal -Reference $c[0]",
    ).good()
    run(lab, "Start-CsWindowsService").good()
    assert lab.world.host("se01").services.running("RTCSRV")
    run(lab, "Invoke-CsManagementStoreReplication").good()
    lab.wait(120)
    assert run(lab, "(Get-CsManagementStoreReplicationStatus).UpToDate").texts == ["True"]
    remove(lab)


def remove(lab: Lab) -> None:
    """In the documented order; each thing refuses to go before what stands on it."""
    assert run(lab, "Publish-CsTopology -FinalizeUninstall -Force").errors  # a conference directory is left
    run(lab, "Get-CsConferenceDirectory | Remove-CsConferenceDirectory -Force; Publish-CsTopology -FinalizeUninstall "
             "-Force -Confirm:$false; Stop-CsWindowsService").good()  # fmt: skip
    assert run(lab, BOOTSTRAPPER.format("/Scorch")).texts[-1] == "0"
    assert lab.world.host("se01").services.find("RTCSRV") is None
    run(lab, f"Uninstall-CsDatabase -CentralManagementDatabase {SQL}; "
             "Remove-CsConfigurationStoreLocation -Force").good()  # fmt: skip
    assert run(lab, "Disable-CsAdForest -Force").errors  # the domain is still prepared
    run(lab, "Disable-CsAdDomain -Force; Disable-CsAdForest -Force").good()
    states = run(lab, "[string](Get-CsAdServerSchema); [string](Get-CsAdForest); [string](Get-CsAdDomain)").good()
    assert states.texts == ["SCHEMA_VERSION_STATE_CURRENT", "LC_FORESTSETTINGS_STATE_NOT_READY",
                            "LC_DOMAINSETTINGS_STATE_NOT_READY"]  # fmt: skip


def test_preparation_has_an_order(member: Lab) -> None:
    assert run(member, "Enable-CsAdForest -Confirm:$false").errors
    assert run(member, "Install-CsAdServerSchema -Confirm:$false", delegated=False).errors
    run(member, "Install-CsAdServerSchema -Confirm:$false").good()
    assert run(member, "Enable-CsAdDomain -Confirm:$false").errors


def test_publishing_needs_the_store_and_the_group(member: Lab) -> None:
    run(member, PREPARE).good()
    assert (
        run(member, r"Publish-CsTopology -FileName \\dc01\media\topology.xml -Force")
        .ids[0]
        .startswith("MissingConfigurationStoreLocation,")
    )
    assert run(member, BOOTSTRAPPER.format(f"/BootstrapSqlExpress /SourceDirectory:{MEDIA}")).texts[-1] == "0"
    answer = run(member, "Install-CsDatabase -CentralManagementDatabase -SqlServerFqdn se01 -SqlInstanceName rtc")
    assert "not a fully qualified domain name" in answer.errors[0].exception.message
    run(member, f"Install-CsDatabase -CentralManagementDatabase {SQL}"
        ).good()  # fmt: skip
    set_location = f"Set-CsConfigurationStoreLocation {SQL}"
    assert "Insufficient access rights" in run(member, set_location).errors[0].exception.message


def test_a_topology_builder_file_and_a_missing_share_are_refused(member: Lab) -> None:
    prepare(member)
    store(member)
    member.world.host("se01").files.write(r"C:\t.tbxml", b"<TopologyBuilder/>")
    assert run(member, r"Publish-CsTopology -FileName C:\t.tbxml").errors
    answer = run(member, r"Publish-CsTopology -FileName \\dc01\media\topology.xml; Enable-CsTopology")
    assert "The file share" in answer.errors[0].exception.message


def test_the_bootstrapper_knows_no_role_before_the_local_store(member: Lab) -> None:
    prepare(member)
    store(member)
    publish(member)
    assert run(member, BOOTSTRAPPER.format(f"/SourceDirectory:{MEDIA}")).texts[-1] != "0"
    assert run(member, BOOTSTRAPPER.format(r"/BootstrapLocalMgmt /SourceDirectory:\\dc01\nothing")).texts[-1] != "0"
    local_store(member)
    assert run(member, BOOTSTRAPPER.format(f"/SourceDirectory:{MEDIA}"), delegated=False).texts[-1] != "0"
    files, package = member.world.host("dc01").files, r"C:\media\lync2013\Setup\amd64\Setup\Server.msi"
    files.remove(package)
    assert "Server.msi" in run(member, BOOTSTRAPPER.format(f"/SourceDirectory:{MEDIA}")).texts[0]
    files.write(package, stand_in("Server.msi"))
    assert run(member, BOOTSTRAPPER.format(f"/SourceDirectory:{MEDIA}")).texts[-1] == "0"


INF = """[NewRequest]
Subject = "CN=web.contoso.com"
KeySpec = 1
KeyLength = 2048
Exportable = TRUE
MachineKeySet = TRUE
ProviderName = "Microsoft RSA SChannel Cryptographic Provider"
ProviderType = 12
RequestType = PKCS10
HashAlgorithm = sha256
[Extensions]
2.5.29.17 = "{text}"
_continue_ = "dns=web.contoso.com&"
_continue_ = "dns=meet.contoso.com&"
"""


def test_certreq_gets_a_certificate_with_its_names_and_key(member: Lab) -> None:
    authority(member)
    member.world.host("se01").files.write(r"C:\r.inf", INF.encode())
    submit = (
        "certreq.exe -submit -config 'dc01.corp.contoso.com\\corp-dc01-CA' -attrib 'CertificateTemplate:{}' "
        "C:\\r.csr C:\\r.cer; $LASTEXITCODE"
    )
    assert run(member, r"certreq.exe -new C:\r.inf C:\r.csr; $LASTEXITCODE").texts[-1] == "0"
    assert run(member, submit.format("Nothing")).texts[-1] != "0"
    assert run(member, submit.format("WebServer"), delegated=False).texts[-1] != "0"
    assert run(member, submit.format("WebServer")).texts[-1] == "0"
    assert run(member, r"certreq.exe -accept -machine C:\r.cer; $LASTEXITCODE").texts[-1] == "0"
    stores = member.world.host("se01").certificates
    (entry,) = [one for one in stores.machine_my.entries.values() if "web.contoso.com" in str(one.certificate.subject)]
    key = stores.key_of(entry)
    assert key is not None and key.key_spec == 1 and key.exportable
    assert run(member, r"certreq.exe -accept -machine C:\r.cer; $LASTEXITCODE").texts[-1] != "0"


def test_members_trust_the_authority_after_a_policy_refresh(member: Lab) -> None:
    host = member.world.host("dc01")
    feature_setup.install(member.world, host, ["ADCS-Cert-Authority"], tools=True)
    member.run("dc01", "Install-AdcsCertificationAuthority -CAType EnterpriseRootCa -CACommonName corp-dc01-CA -Force",
               user="CORP\\Administrator").good()  # fmt: skip
    roots = member.world.host("se01").certificates.store("LocalMachine", "Root").entries
    before = len(roots)
    member.wait(90 * 60 + 1)
    assert len(roots) == before + 1
