"""What follows from the lab for AD FS: the name of the service, and the trusts of the passive pools."""

from __future__ import annotations

from collections.abc import Mapping

from passivelab.lab.model import Host, Lab

METADATA_PATH = "/passiveauth/federationmetadata/2007-06/federationmetadata.xml"


def metadata_url(name: str) -> str:
    return f"https://{name}{METADATA_PATH}"


def derive(lab: Lab, host: Host, variables: Mapping[str, object]) -> dict[str, object]:
    service_name = str(variables["federation_service_name"] or lab.names.federation)
    pools = []
    trusts = []
    for pool in lab.pools:
        if not pool.passive:
            continue
        internal, external = metadata_url(pool.internal_web_fqdn), metadata_url(pool.external_web_fqdn)
        pools.append({"pool": pool, "internal_url": internal, "external_url": external})
        for side, url in (("internal", internal), ("external", external)):
            name = f"{pool.name}-PassiveAuth-{side.capitalize()}"
            export = f"{side.capitalize()}Identifier"
            trusts.append({"pool": pool, "side": side, "url": url, "name": name, "export": export})
    account = f"{lab.domain.netbios}\\{variables['service_account']}$"
    return {"service_name": service_name, "account": account, "pools": pools, "trusts": trusts}
