"""A lab that works: the farm with its trusts, passive authentication of se01, and both published by the proxy."""

from __future__ import annotations

from functools import cache
from typing import Any

from tests.products.conftest import before_the_farm, loaded, prepared_lab, public_certificate
from tests.products.running import Lab
from tests.products.test_adfs import EXTERNAL, HOSTS, INTERNAL, PERMIT
from winsim.world import codec
from winsim.world.certificates import CertificateEntry
from winsim.world.prepared import add_certificate

SID_RULE = (
    '@RuleTemplate = "PassThroughClaims" @RuleName = "Sid" '
    'c:[Type == "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarysid"] => issue(claim = c);'
)
STS_METADATA = "https://sts.contoso.com/federationmetadata/2007-06/federationmetadata.xml"
SERVICE = "Service:WebServer:se01.corp.contoso.com"

FEDERATION = f"""
    Set-AdfsGlobalAuthenticationPolicy -PrimaryIntranetAuthenticationProvider FormsAuthentication
    $rules = @{{ IssuanceAuthorizationRules = '{PERMIT}'; IssuanceTransformRules = '{SID_RULE}' }}
    Add-AdfsRelyingPartyTrust -Name internal -MetadataUrl {INTERNAL} @rules
    Add-AdfsRelyingPartyTrust -Name external -MetadataUrl {EXTERNAL} @rules
    $null = netsh http add sslcert ipport=0.0.0.0:443 certhash=THUMBPRINT `
        'appid={{5d89a20c-beab-4389-9447-324788eb944a}}' certstorename=MY
"""

LYNC = f"""
    Set-CsCertificate -Type WebServicesExternal -Thumbprint THUMBPRINT
    $passive = @{{ UseWsFedPassiveAuth = $true; WsFedPassiveMetadataUri = '{STS_METADATA}' }}
    $null = New-CsWebServiceConfiguration -Identity {SERVICE} @passive
    Invoke-CsManagementStoreReplication
"""

PROXY = """
    New-WebBinding -Name 'Default Web Site' -IPAddress '*' -Port 443 -Protocol https
    $null = Get-Item Cert:\\LocalMachine\\My\\THUMBPRINT | New-Item IIS:\\SslBindings\\0.0.0.0!443
    $at = @{ PSPath = 'MACHINE/WEBROOT/APPHOST' }
    $rules = 'system.webServer/rewrite/globalRules'
    foreach ($row in @('lyncweb01.contoso.com', '192.168.50.31', 4443), @('sts.contoso.com', '192.168.50.21', 443)) {
        $name, $address, $port = $row
        Add-WebConfigurationProperty @at -Filter webFarms -Name '.' -Value @{ name = $name }
        $farm = "webFarms/webFarm[@name='$name']"
        Add-WebConfigurationProperty @at -Filter $farm -Name '.' -Value @{ address = $address }
        Set-WebConfigurationProperty @at -Filter "$farm/server[@address='$address']/applicationRequestRouting" `
            -Name httpsPort -Value $port
        Add-WebConfigurationProperty @at -Filter $rules -Name '.' `
            -Value @{ name = $name; patternSyntax = 'Wildcard'; stopProcessing = 'True' }
        $rule = "$rules/rule[@name='$name']"
        Set-WebConfigurationProperty @at -Filter "$rule/match" -Name url -Value '*'
        Add-WebConfigurationProperty @at -Filter "$rule/conditions" -Name '.' `
            -Value @{ input = '{HTTP_HOST}'; pattern = $name }
        Set-WebConfigurationProperty @at -Filter "$rule/action" -Name type -Value Rewrite
        Set-WebConfigurationProperty @at -Filter "$rule/action" -Name url -Value "https://$name/{R:0}"
    }
"""


@cache
def _published() -> Any:
    farm = before_the_farm(prepared_lab())
    lab, world = farm.lab, farm.lab.world
    issued, root = public_certificate()
    proxy = world.host("arr01")
    proxy.certificates.store("LocalMachine", "Root").add(CertificateEntry(root))
    add_certificate(proxy, issued, "public")
    lab.run("arr01", PROXY.replace("THUMBPRINT", farm.thumbprint), user="ARR01\\Administrator").good()
    lab.run("se01", LYNC.replace("THUMBPRINT", farm.thumbprint)).good()
    world.host("adfs01").files.write(HOSTS, b"203.0.113.10 lyncweb01.contoso.com\r\n")
    farm.install()
    lab.run("adfs01", FEDERATION.replace("THUMBPRINT", farm.thumbprint)).good()
    lab.wait(120)
    return codec.encode(world)


def published_lab() -> Lab:
    return loaded(_published())
