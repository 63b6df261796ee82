"""What an administrator may do by hand to the lab: each change is one that a step has to find and to repair.

The exceptions are marked: there the step has to refuse, and to say why. Most changes are done to the built lab, some to
the lab as it is right before the build comes to the step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RULE = "reverse_proxy/rule[ARR_lyncdiscover.contoso.com_loadbalance_SSL]"
FARM = "reverse_proxy/farm[lyncweb01.contoso.com]"
APPHOST = "-PSPath 'MACHINE/WEBROOT/APPHOST'"
RULES = "system.webServer/rewrite/globalRules"
ONE_RULE = f"{RULES}/rule[@name=''ARR_lyncdiscover.contoso.com_loadbalance_SSL'']"
ONE_FARM = "webFarms/webFarm[@name=''lyncweb01.contoso.com'']"
IDENTITY = "Service:WebServer:se01.corp.contoso.com"
TRUST = "se01-PassiveAuth-Internal"
STRONG = r"HKLM:\SOFTWARE\Wow6432Node\Microsoft\.NETFramework\v4.0.30319"
STRONG_NATIVE = r"HKLM:\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"
POLICIES = r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
# What an earlier farm leaves on a computer: its database.
LEFT_BEHIND = (
    r"$null = New-Item -Path C:\Windows\WID\data -ItemType Directory -Force; "
    r"Set-Content -Path C:\Windows\WID\data\AdfsConfiguration.mdf -Value old"
)
# The farm is gone, and another one of the same name stands on the same primary.
MADE_ANEW = (
    "$thumbprint = @(Get-AdfsSslCertificate)[0].CertificateHash; $name = (Get-AdfsProperties).DisplayName; "
    "Stop-Service -Name adfssrv; "
    r"Set-ItemProperty -Path HKLM:\SOFTWARE\Microsoft\ADFS -Name FSConfigurationStatus -Value 0; "
    "$made = Install-AdfsFarm -CertificateThumbprint $thumbprint -FederationServiceName sts.contoso.com "
    "-FederationServiceDisplayName $name -GroupServiceAccountIdentifier 'CORP\\svc-adfs$' -OverwriteConfiguration; "
    "if ([string]$made.Status -ne 'Success') { throw $made.Message }"
)
NOT_READABLE = (
    r"Get-ChildItem Cert:\LocalMachine\My | Where-Object { $_.FriendlyName -eq 'passivelab public' } |"
    r" ForEach-Object { icacls.exe (Join-Path C:\ProgramData\Microsoft\Crypto\RSA\MachineKeys "
    r"$_.PrivateKey.CspKeyContainerInfo.UniqueKeyContainerName) /remove 'CORP\svc-adfs$' 'NT SERVICE\adfssrv' }"
)
NO_ACCOUNT = "Remove-ADServiceAccount -Identity svc-adfs -Confirm:$false"
HOSTS = r"$path = 'C:\Windows\System32\drivers\etc\hosts'"
OTHER_CERTIFICATE = "(New-SelfSignedCertificate -DnsName other.contoso.com -CertStoreLocation Cert:\\LocalMachine\\My)"


def _only(computer: str) -> str:
    """The other node of AD FS may not use the service account."""
    return (
        "Set-ADServiceAccount -Identity svc-adfs "
        f"-PrincipalsAllowedToRetrieveManagedPassword (Get-ADComputer {computer})"
    )


def _named(name: str) -> str:
    return rf"Get-ChildItem Cert:\LocalMachine\My | Where-Object {{ $_.FriendlyName -eq 'passivelab {name}' }}"


def _renamed(name: str) -> str:
    return f"{_named(name)} | ForEach-Object {{ $_.FriendlyName = 'renamed' }}"


def _without_key(name: str) -> str:
    """The certificate stays in the store, and its key goes."""
    space = "System.Security.Cryptography.X509Certificates"
    return (
        f"$old = {_named(name)}; $bare = New-Object {space}.X509Certificate2 -ArgumentList (, $old.RawData); "
        "$bare.FriendlyName = $old.FriendlyName; $old | Remove-Item -DeleteKey; "
        f"$store = New-Object {space}.X509Store -ArgumentList My, LocalMachine; "
        "$store.Open('ReadWrite'); $store.Add($bare); $store.Close()"
    )


@dataclass(frozen=True)
class HandChange:
    """``properties`` are those in which the step differs afterwards; none: the whole thing is gone."""

    host: str
    step: str
    script: str
    properties: tuple[str, ...] = ()
    refused: bool = False  # the step must not repair this by itself
    at: str = ""  # where the script runs when that is not the step's host
    also: tuple[str, str] | None = None  # another host, and what happens there
    lab: Literal["built", "before"] = "built"  # before: as it is right before the build first applies the step


def _rule(body: str, *properties: str) -> HandChange:
    return HandChange("arr01", RULE, f"Import-Module WebAdministration; {body}", properties)


def _farm(body: str, *properties: str) -> HandChange:
    return HandChange("arr01", FARM, f"Import-Module WebAdministration; {body}", properties)


CHANGES = (
    # base
    HandChange("arr01", "base/shell_memory",
               r"Set-Item -Path WSMan:\localhost\Shell\MaxMemoryPerShellMB -Value 1024", ("Shell",)),
    HandChange("arr01", "base/token_filter",
               f"Set-ItemProperty -Path {POLICIES} -Name LocalAccountTokenFilterPolicy -Value 0",
               ("LocalAccountTokenFilterPolicy",)),
    HandChange("arr01", "base/strong_cryptography", f"Remove-Item -Path {STRONG} -Recurse -Force", ("Wow64",)),
    HandChange("arr01", "base/strong_cryptography",
               rf"Set-ItemProperty -Path {STRONG_NATIVE} -Name SchUseStrongCrypto -Value 0",
               ("Native",)),
    HandChange("se01", "base/dns_client",
               "$adapter = Get-NetIPAddress -AddressFamily IPv4 | Where-Object { $_.IPAddress -like '192.168.*' }; "
               "Set-DnsClientServerAddress -InterfaceIndex $adapter.InterfaceIndex -ServerAddresses 192.168.50.99",
               ("Servers",)),
    HandChange("se01", "base/remote_management_firewall",
               "Disable-NetFirewallRule -Name 'WINRM-HTTP-In-TCP-PUBLIC'", ("Enabled",)),
    # domain
    HandChange("dc01", "domain/upn_suffix",
               "Set-ADForest -Identity corp.contoso.com -UPNSuffixes @{ Remove = 'contoso.com' }", ("Suffixes",)),
    HandChange("dc01", "domain/record[meet.contoso.com]",
               "Remove-DnsServerResourceRecord -ZoneName contoso.com -Name meet -RRType A -Force"),
    HandChange("dc01", "domain/record[meet.contoso.com]",
               "Add-DnsServerResourceRecordA -ZoneName contoso.com -Name meet -IPv4Address 192.168.50.77",
               ("Addresses",)),
    HandChange("dc01", "domain/user[anna]", "Set-ADUser -Identity anna -Enabled $false", ("Enabled",)),
    HandChange("dc01", "domain/user[anna]",
               "Set-ADUser -Identity anna -UserPrincipalName anna@corp.contoso.com", ("UserPrincipalName",)),
    HandChange("dc01", "domain/user[anna]", "Remove-ADUser -Identity anna -Confirm:$false"),
    HandChange("dc01", "domain/service_account",
               "Set-ADServiceAccount -Identity svc-adfs -DNSHostName other.corp.contoso.com "
               "-PrincipalsAllowedToRetrieveManagedPassword (Get-ADComputer adfs01), (Get-ADComputer owa01)",
               ("DnsHostName", "Principals")),
    HandChange("dc01", "domain/service_account", "Remove-ADServiceAccount -Identity svc-adfs -Confirm:$false"),
    HandChange("dc01", "domain/zone", "Remove-DnsServerZone -Name contoso.com -Force"),
    # membership
    HandChange("se01", "membership/credssp", "Disable-WSManCredSSP -Role Server", ("Accepted",)),
    HandChange("owa01", "membership/session_configuration",
               "Unregister-PSSessionConfiguration -Name passivelab.delegated -NoServiceRestart -Force"),
    # certificates
    HandChange("se01", "certificates/root",
               r"Get-ChildItem Cert:\LocalMachine\Root | Where-Object { $_.Subject -like '*passivelab*' } |"
               " Remove-Item", ("Subject", "Thumbprint")),
    HandChange("se01", "certificates/public", _renamed("public"), ("FriendlyName",)),
    HandChange("arr01", "certificates/public", _without_key("public"),
               ("HasPrivateKey", "KeyNumber", "MachineKeyStore")),
    HandChange("se01", "certificates/server", _without_key("se01.corp.contoso.com"),
               ("HasPrivateKey", "KeyNumber", "MachineKeyStore")),
    HandChange("se02", "certificates/server", _renamed("se02.corp.contoso.com"), ("FriendlyName",)),
    HandChange("se01", "certificates/server",
               r"Get-ChildItem Cert:\LocalMachine\My | Where-Object { $_.FriendlyName -like 'passivelab se01*' } |"
               " Remove-Item"),
    # public_names
    HandChange("se01", "public_names/entries",
               f"{HOSTS}; @('10.9.9.9 kept.contoso.com') + @(Get-Content $path) + @('10.9.9.8 too.contoso.com') "
               "-replace '203.0.113.10', '203.0.113.11' | Set-Content -Path $path -Encoding ASCII", ("Entries",)),
    HandChange("se01", "public_names/entries",
               f"{HOSTS}; [System.IO.File]::WriteAllText($path, \"#`t::1`r`n10.9.9.9 kept.contoso.com\")",
               ("Entries", "Marks")),
    # adfs
    HandChange("adfs01", "adfs/farm", "Stop-Service -Name adfssrv", ("DisplayName", "HostName", "Service")),
    HandChange("adfs01", "adfs/farm", "Set-AdfsProperties -DisplayName Other", ("DisplayName",)),
    HandChange("adfs01", "adfs/farm", "Set-AdfsProperties -HostName other.contoso.com", ("HostName",), refused=True),
    HandChange("adfs01", "adfs/farm", LEFT_BEHIND, lab="before"),
    HandChange("adfs01", "adfs/farm", _only("adfs02"), at="dc01", lab="before", refused=True),
    HandChange("adfs02", "adfs/node", "Stop-Service -Name adfssrv", ("PrimaryComputer", "Service")),
    HandChange("adfs02", "adfs/node", "Set-AdfsSyncProperties -PrimaryComputerName owa01.corp.contoso.com",
               ("PrimaryComputer",), refused=True),
    HandChange("adfs02", "adfs/node", MADE_ANEW, ("SameFarm",), at="adfs01"),
    HandChange("adfs02", "adfs/node", LEFT_BEHIND, lab="before"),
    HandChange("adfs02", "adfs/node", _only("adfs01"), at="dc01", lab="before", refused=True),
    HandChange("adfs01", "adfs/ssl_certificate",
               "netsh http delete sslcert hostnameport=localhost:443", ("Bindings",)),
    HandChange("adfs01", "adfs/communications_certificate",
               "Set-AdfsCertificate -CertificateType Service-Communications -Thumbprint "
               f"{OTHER_CERTIFICATE}.Thumbprint", ("Thumbprint",)),
    HandChange("adfs01", "adfs/private_key",
               NOT_READABLE, ("Readable",)),
    HandChange("adfs01", "adfs/private_key",
               NOT_READABLE, ("Readable",), also=("dc01", NO_ACCOUNT), refused=True),
    HandChange("adfs01", "adfs/service_principal_name",
               "setspn.exe -D host/sts.contoso.com 'CORP\\svc-adfs$'", ("Accounts",)),
    HandChange("adfs01", "adfs/service_principal_name",
               "setspn.exe -D host/sts.contoso.com 'CORP\\svc-adfs$'; setspn.exe -S host/sts.contoso.com owa01",
               ("Accounts",), refused=True),
    HandChange("adfs01", "adfs/service_principal_name", NO_ACCOUNT, ("Accounts",), at="dc01", refused=True),
    HandChange("adfs01", "adfs/fallback_binding", "netsh http delete sslcert ipport=0.0.0.0:443"),
    HandChange("adfs01", "adfs/fallback_binding",
               "netsh http delete sslcert ipport=0.0.0.0:443; netsh http add sslcert ipport=0.0.0.0:443 "
               f"\"certhash=$({OTHER_CERTIFICATE}.Thumbprint)\" 'appid={{00000000-0000-0000-0000-000000000001}}' "
               "certstorename=MY", ("Thumbprint", "ApplicationId")),
    HandChange("adfs01", "adfs/sign_in",
               "Set-AdfsGlobalAuthenticationPolicy -PrimaryIntranetAuthenticationProvider WindowsAuthentication",
               ("IntranetProviders",)),
    HandChange("adfs01", "adfs/windows_agents",
               "Set-AdfsProperties -WIASupportedUserAgents @('MSIE 6.0', 'MSIE 10.0')", ("Agents",)),
    HandChange("adfs02", "adfs/synchronisation", "Set-AdfsSyncProperties -PollDuration 900", ("PollSeconds",)),
    HandChange("adfs01", "adfs/trust[se01/internal]",
               f"Set-AdfsRelyingPartyTrust -TargetName {TRUST} -TokenLifetime 30 -MonitoringEnabled $true",
               ("TokenLifetime", "MonitoringEnabled")),
    HandChange("adfs01", "adfs/trust[se01/internal]",
               f"Set-AdfsRelyingPartyTrust -TargetName {TRUST} -MonitoringEnabled $true -AutoUpdateEnabled $true "
               "-IssuanceAuthorizationRules '=> issue(Type = \"x\", Value = \"y\");' -IssuanceTransformRules ''",
               ("AutoUpdateEnabled", "IssuanceAuthorizationRules", "IssuanceTransformRules", "MonitoringEnabled")),
    HandChange("adfs01", "adfs/trust[se01/internal]",
               f"Disable-AdfsRelyingPartyTrust -TargetName {TRUST}", ("Enabled",)),
    HandChange("adfs01", "adfs/trust[se01/internal]",
               f"Remove-AdfsRelyingPartyTrust -TargetName {TRUST}; Add-AdfsRelyingPartyTrust -Name {TRUST} "
               "-Identifier https://other.contoso.com/ -Enabled $true",
               ("Identifier", "IssuanceAuthorizationRules", "IssuanceTransformRules", "MetadataUrl")),
    # reverse_proxy
    HandChange("arr01", "reverse_proxy/application_pool",
               r"Import-Module WebAdministration; Set-ItemProperty IIS:\AppPools\DefaultAppPool "
               "-Name processModel.idleTimeout -Value ([timespan]'00:20:00')", ("IdleTimeout",)),
    HandChange("arr01", "reverse_proxy/application_pool",
               r"Import-Module WebAdministration; Set-ItemProperty IIS:\AppPools\DefaultAppPool "
               "-Name recycling.periodicRestart.time -Value ([timespan]'1.05:00:00')", ("PeriodicRestart",)),
    HandChange("arr01", "reverse_proxy/authentication",
               f"Set-WebConfigurationProperty {APPHOST} -Location 'Default Web Site' -Filter "
               "system.webServer/security/authentication/windowsAuthentication -Name enabled -Value $true",
               ("Windows",)),
    HandChange("arr01", "reverse_proxy/limits",
               f"Set-WebConfigurationProperty {APPHOST} -Filter "
               "system.webServer/security/requestFiltering/requestLimits -Name maxQueryString -Value 2048",
               ("QueryString",)),
    _farm(f"Add-WebConfigurationProperty {APPHOST} -Filter '{ONE_FARM}' -Name '.' "
          "-Value @{ address = 'se02.corp.contoso.com' }", "Address", "HttpPort", "HttpsPort"),
    _farm(f"Set-WebConfigurationProperty {APPHOST} -Filter '{ONE_FARM}/server' -Name address "
          "-Value dir01.corp.contoso.com", "Address"),
    _farm(f"Set-WebConfigurationProperty {APPHOST} -Filter '{ONE_FARM}' -Name enabled -Value $false", "Enabled"),
    _farm(f"Set-WebConfigurationProperty {APPHOST} -Filter '{ONE_FARM}/applicationRequestRouting/protocol' "
          "-Name timeout -Value '00:00:30'", "Timeout"),
    _farm(f"Set-WebConfigurationProperty {APPHOST} -Filter '{ONE_FARM}/applicationRequestRouting/protocol' "
          "-Name preserveHostHeader -Value $false", "HostHeader"),
    _rule(f"Set-WebConfigurationProperty {APPHOST} -Filter '{ONE_RULE}/match' -Name url -Value 'x.*'", "Pattern"),
    _rule(f"Add-WebConfigurationProperty {APPHOST} -Filter '{ONE_RULE}/conditions' -Name '.' "
          "-Value @{ input = '{URL}'; pattern = 'x' }", "Conditions"),
    _rule(f"Set-WebConfigurationProperty {APPHOST} -Filter '{ONE_RULE}' -Name patternSyntax -Value ECMAScript; "
          f"Set-WebConfigurationProperty {APPHOST} -Filter '{ONE_RULE}' -Name stopProcessing -Value $false",
          "StopProcessing", "Syntax"),
    HandChange("arr01", "reverse_proxy/binding",
               r"Import-Module WebAdministration; Remove-Item 'IIS:\SslBindings\0.0.0.0!443'", ("Thumbprint",)),
    HandChange("arr01", "reverse_proxy/binding",
               r"Import-Module WebAdministration; Remove-Item 'IIS:\SslBindings\0.0.0.0!443'; "
               rf"$null = {OTHER_CERTIFICATE} | New-Item -Path 'IIS:\SslBindings\0.0.0.0!443'", ("Thumbprint",)),
    HandChange("arr01", "reverse_proxy/order",
               f"""\
Import-Module WebAdministration
$rule = 'ARR_sts.contoso.com_loadbalance_SSL'
$filter = "{RULES}/rule[@name='$rule']"
Remove-WebConfigurationProperty {APPHOST} -Filter '{RULES}' -Name '.' -AtElement @{{ name = $rule }}
Add-WebConfigurationProperty {APPHOST} -Filter '{RULES}' -Name '.' `
    -Value @{{ name = $rule; patternSyntax = 'Wildcard'; stopProcessing = $true }}
Set-WebConfigurationProperty {APPHOST} -Filter "$filter/match" -Name url -Value '*'
Add-WebConfigurationProperty {APPHOST} -Filter "$filter/conditions" -Name '.' `
    -Value @{{ input = '{{HTTPS}}'; pattern = 'On' }}
Add-WebConfigurationProperty {APPHOST} -Filter "$filter/conditions" -Name '.' `
    -Value @{{ input = '{{HTTP_HOST}}'; pattern = 'sts.contoso.com' }}
Set-WebConfigurationProperty {APPHOST} -Filter "$filter/action" -Name type -Value Rewrite
Set-WebConfigurationProperty {APPHOST} -Filter "$filter/action" -Name url -Value 'https://sts.contoso.com/{{R:0}}'
""", ("Rules",)),
    # office_web_apps
    HandChange("owa01", "office_web_apps/farm",
               "Set-OfficeWebAppsFarm -ExternalURL https://other.contoso.com -Force", ("ExternalUrl",)),
    HandChange("owa01", "office_web_apps/farm", "Remove-OfficeWebAppsMachine"),
    # lync_pool
    HandChange("se01", "lync_pool/external_certificate",
               "Set-CsCertificate -Type WebServicesExternal -Confirm:$false "
               "-Thumbprint (Get-CsCertificate -Type WebServicesInternal).Thumbprint", ("WebServicesExternal",)),
    HandChange("se01", "lync_pool/server_certificate",
               "Set-CsCertificate -Type WebServicesInternal -Confirm:$false "
               "-Thumbprint (Get-CsCertificate -Type WebServicesExternal).Thumbprint", ("WebServicesInternal",)),
    HandChange("se01", "lync_pool/passive[se01]",
               f"Set-CsWebServiceConfiguration -Identity {IDENTITY} -UseWsFedPassiveAuth $false "
               "-WsFedPassiveMetadataUri https://other.contoso.com/", ("MetadataUri", "Passive")),
    HandChange("se01", "lync_pool/passive[se01]", f"Remove-CsWebServiceConfiguration -Identity {IDENTITY}"),
    HandChange("se01", "lync_pool/methods[se01]",
               f"Set-CsWebServiceConfiguration -Identity {IDENTITY} -UseWindowsAuth Negotiate -UsePinAuth $true",
               ("Pin", "Windows")),
    HandChange("se01", "lync_pool/methods[se01]",
               f"Set-CsWebServiceConfiguration -Identity {IDENTITY} -UseCertificateAuth $true", ("Certificate",)),
    # registrars
    HandChange("se02", "registrars/user[anna]", "Set-CsUser -Identity sip:anna@contoso.com -Enabled $false",
               ("Enabled",)),
    HandChange("se02", "registrars/user[anna]",
               "Move-CsUser -Identity sip:anna@contoso.com -Target se02.corp.contoso.com -Confirm:$false", ("Pool",)),
    HandChange("se02", "registrars/user[anna]", "Disable-CsUser -Identity sip:anna@contoso.com -Confirm:$false"),
)  # fmt: skip
