"""Which passive pools a Lync host configures, and which services the pool's profile touches.

Profiles: ``strict`` is what the vendor documents (every other web ticket method off, Kerberos and NTLM off on registrar
and Edge); ``web`` turns the web methods off and leaves registrar and Edge alone, so that the desktop client goes on as
usual (inferred from the observations of the lab that this project comes from); ``additive`` only adds passive.
"""

from __future__ import annotations

from collections.abc import Mapping

from passivelab.lab.model import Host, Lab


def derive(lab: Lab, host: Host, variables: Mapping[str, object]) -> dict[str, object]:
    pools = [pool for pool in lab.pools if pool.passive and pool.servers and pool.servers[0].name == host.name]
    proxies = []
    for pool in pools:
        if pool.profile != "strict":
            continue
        proxies.append({"pool": pool, "kind": "registrar", "service": f"Service:Registrar:{pool.fqdn}"})
        if pool.edge_pool:
            proxies.append({"pool": pool, "kind": "edge", "service": f"Service:EdgeServer:{pool.edge_pool}"})
    uri = f"https://{lab.names.federation}/federationmetadata/2007-06/federationmetadata.xml"
    restrict = any(pool.profile != "additive" for pool in pools)
    return {"pools": pools, "proxies": proxies, "metadata_uri": uri, "restrict_methods": restrict}
