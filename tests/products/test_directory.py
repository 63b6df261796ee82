"""Active Directory: searches, accounts, rights, the second hop; DNS and Office Web Apps beside it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.products.running import Lab
from winsim.world.directory import conditions, ldap_filter, names, powershell_filter


@settings(max_examples=60, deadline=None)
@given(st.text('aB ,+=\\"<>;#é', min_size=1, max_size=10))
def test_a_name_survives_its_way_into_a_distinguished_name(name: str) -> None:
    dn = f"CN={names.escape(name.strip())},OU=x,DC=y"
    assert names.relative(dn) == name.strip()
    assert names.parent(dn) == "OU=x,DC=y"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=20))
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    for parse in (ldap_filter.parse, lambda one: powershell_filter.parse(one, lambda _: "x")):
        try:
            parse(text)
        except conditions.FilterError:
            continue


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("Get-ADUser -Filter 'Surname -eq \"rossi\"'", ["anna"]),
        ("$n = 'Anna*'; Get-ADUser -Filter { Name -like $n -and Enabled -eq $true }", ["anna"]),
        ("Get-ADUser -LDAPFilter '(&(objectClass=user)(mail=*contoso.com)(!(givenName=A*)))'",
         ["bruno", "carla", "dario", "elena"]),
        ("Get-ADUser anna@contoso.com -ErrorAction SilentlyContinue", []),
        ("Get-ADServiceAccount -Filter *", ["svc-adfs$"]),
        ("Get-ADComputer -Filter 'DNSHostName -like \"se*\"'", ["SE01$", "SE02$"]),
        ("Get-ADObject -LDAPFilter '(msRTCSIP-PrimaryHomeServer=*)' -Properties sAMAccountName",
         ["anna", "carla", "elena"]),
    ],
)  # fmt: skip
def test_searches(lab: Lab, search: str, expected: list[str]) -> None:
    answer = lab.run("dc01", f"foreach ($one in @({search})) {{ $one.SamAccountName }}")
    assert sorted(answer.texts) == sorted(expected)


def test_a_session_without_a_second_hop_gets_no_server(lab: Lab) -> None:
    answer = lab.run("se01", "Get-ADUser anna", delegated=False)
    assert answer.ids == ["ActiveDirectoryServer:0,Microsoft.ActiveDirectory.Management.Commands.GetADUser"]
    assert lab.run("dc01", "(Get-ADUser anna).SamAccountName", delegated=False).good().texts == ["anna"]


def test_users_without_rights_read_but_do_not_write(lab: Lab) -> None:
    answer = lab.run("dc01", "(Get-ADUser carla).Name; Set-ADUser carla -Title x", user="CORP\\anna")
    assert answer.texts == ["Carla Verdi"]
    assert answer.ids == ["ActiveDirectoryServer:8344,Microsoft.ActiveDirectory.Management.Commands.SetADUser"]


@pytest.mark.parametrize(
    ("script", "id_"),
    [
        ("Get-ADUser nobody", "ActiveDirectoryCmdlet:Microsoft.ActiveDirectory.Management.ADIdentityNotFoundException"),
        ("New-ADUser anna", "ActiveDirectoryServer:1316"),
        ("New-ADUser x -UserPrincipalName anna@contoso.com", "ActiveDirectoryServer:8648"),
        ("Set-ADUser anna -ServicePrincipalNames @{Add='HOST/SE01'}", "ActiveDirectoryServer:8647"),
        ("Add-ADGroupMember 'Domain Admins' labadmin", "ActiveDirectoryServer:1378"),
        ("Remove-ADObject 'CN=Users,DC=corp,DC=contoso,DC=com' -Confirm:$false", "ActiveDirectoryServer:8213"),
    ],
)
def test_what_a_controller_refuses(lab: Lab, script: str, id_: str) -> None:
    answer = lab.run("dc01", script)
    assert [one.partition(",")[0] for one in answer.ids] == [id_]


def test_a_managed_account_needs_a_root_key_that_is_ten_hours_old(lab: Lab) -> None:
    from winsim.world.directory import Directory

    directory = lab.world.parts.need(Directory)
    directory.root_keys.clear()
    new = "New-ADServiceAccount svc-two -DNSHostName svc-two.corp.contoso.com"
    lab.run("dc01", "$null = Add-KdsRootKey -EffectiveImmediately").good()
    assert lab.run("dc01", new).errors
    lab.wait(10 * 3600 + 1)
    lab.run("dc01", new).good()


def test_an_organizational_unit_is_protected_until_it_is_not(lab: Lab) -> None:
    dn = "OU=Lab,DC=corp,DC=contoso,DC=com"
    lab.run("dc01", "New-ADOrganizationalUnit Lab").good()
    assert lab.run("dc01", f"Remove-ADOrganizationalUnit '{dn}' -Confirm:$false").errors
    lab.run("dc01", f"Set-ADOrganizationalUnit '{dn}' -ProtectedFromAccidentalDeletion $false; "
                    f"Remove-ADOrganizationalUnit '{dn}' -Confirm:$false").good()  # fmt: skip


def test_the_two_views_of_split_dns(lab: Lab) -> None:
    world = lab.world
    assert world.resolve(world.host("se01"), "sts.contoso.com") == ["192.168.50.21"]
    assert world.resolve(world.host("arr01"), "sts.contoso.com") == ["203.0.113.10"]
    # The internal zone is authoritative: a name that it lacks does not fall through to the public view.
    assert world.resolve(world.host("se01"), "lyncweb01.contoso.com") == []


def test_setspn_refuses_a_name_that_another_account_has(lab: Lab) -> None:
    lab.run("dc01", "setspn.exe -S host/sts.contoso.com CORP\\svc-adfs$").good()
    answer = lab.run("dc01", "setspn.exe -S host/sts.contoso.com CORP\\anna; $LASTEXITCODE")
    assert answer.texts[-2:] == ["Duplicate SPN found, aborting operation!", "1"]


def test_a_web_apps_farm_needs_one_certificate_with_the_friendly_name(lab: Lab) -> None:
    assert lab.run("owa01", "(Get-OfficeWebAppsFarm).InternalURL").text == "https://owa01.corp.contoso.com/"
    lab.run("owa01", "Remove-OfficeWebAppsMachine").good()
    assert lab.run("owa01", "Get-OfficeWebAppsFarm").errors
    make = "New-OfficeWebAppsFarm -InternalURL https://owa01.corp.contoso.com -CertificateName {} -Force"
    assert lab.run("owa01", make.format("nothing")).errors
    lab.run("owa01", make.format("OfficeWebApps")).good()
