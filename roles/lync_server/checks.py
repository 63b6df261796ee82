"""What a Lync server gets: its products in order, and whether it keeps a pool's files and databases."""

from __future__ import annotations

from collections.abc import Mapping

from passivelab.lab.model import Host, Lab

TITLES = {
    "vcredist_x64.exe": "Microsoft Visual C++ 2012 Redistributable (x64)",
    "ocscore.msi": "Microsoft Lync Server 2013, Core Components",
    "sqlncli.msi": "Microsoft SQL Server 2012 Native Client",
    "sqlsysclrtypes.msi": "Microsoft System CLR Types for SQL Server 2012 (x64)",
    "sharedmanagementobjects.msi": "Microsoft SQL Server 2012 Management Objects  (x64)",
    "ucmaruntime.msi": "Microsoft Unified Communications Managed API 4.0, Core Runtime 64-bit",
    "admintools.msi": "Microsoft Lync Server 2013, Administrative Tools",
}
ARGUMENTS = {
    "vcredist_x64.exe": "/install /quiet /norestart",
    "sqlncli.msi": "IACCEPTSQLNCLILICENSETERMS=YES",
    "ucmaruntime.msi": "REBOOT=ReallySuppress EXCLUDETRACING=1 BOOT=1",
}


def derive(lab: Lab, host: Host, variables: Mapping[str, object]) -> dict[str, object]:
    products = variables["products"]
    assert isinstance(products, list | tuple)
    hashes = {
        medium.file.replace("/", "\\").lower().partition("lync2013\\")[2]: medium.sha256
        for medium in (lab.media.media.values() if lab.media is not None else ())
    }
    listed = []
    for path in products:
        file = str(path).rpartition("\\")[2]
        listed.append(
            {
                "name": file.rpartition(".")[0],
                "path": str(path),
                "title": TITLES.get(file.lower(), file),
                "arguments": ARGUMENTS.get(file.lower(), "REBOOT=ReallySuppress"),
                "installer": file.lower().endswith(".msi"),
                "sha256": hashes.get(f"Setup\\amd64\\{path}".lower(), ""),
            }
        )
    own = next((pool for pool in lab.pools if any(server.name == host.name for server in pool.servers)), None)
    keeps_files = own is not None and own.kind == "standard_edition"
    pools = [pool.fqdn for pool in lab.pools]
    return {"product_list": listed, "keeps_files": keeps_files, "pool_names": pools}
