"""What a Lync server gets: its products in order, and whether it keeps a pool's files and databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from passivelab.lab.media import folded, medium_at, pulled_from
from passivelab.lab.model import Host, Lab
from passivelab.preflight.finding import Finding
from passivelab.preflight.installers import unlisted

TITLES = {
    "vcredist_x64.exe": "Microsoft Visual C++ 2012 Redistributable (x64)",
    "ocscore.msi": "Microsoft Lync Server 2013, Core Components",
    "sqlncli.msi": "Microsoft SQL Server 2012 Native Client",
    "sqlsysclrtypes.msi": "Microsoft System CLR Types for SQL Server 2012 (x64)",
    "sharedmanagementobjects.msi": "Microsoft SQL Server 2012 Management Objects  (x64)",
    "ucmaruntime.msi": "Microsoft Unified Communications Managed API 4.0, Core Runtime 64-bit",
    "admintools.msi": "Microsoft Lync Server 2013, Administrative Tools",
}
FIRST_ON_2012_R2 = (5, 0, 8308, 556)
ARGUMENTS = {
    "vcredist_x64.exe": "/install /quiet /norestart",
    "sqlncli.msi": "IACCEPTSQLNCLILICENSETERMS=YES",
    "ucmaruntime.msi": "REBOOT=ReallySuppress EXCLUDETRACING=1 BOOT=1",
}


SOURCE = "TN13: Lync Server 2013 on Windows Server 2012 R2 needs the cumulative update of October 2013"


def derive(lab: Lab, host: Host, variables: Mapping[str, object]) -> dict[str, object]:
    own = next((pool for pool in lab.pools if any(server.name == host.name for server in pool.servers)), None)
    keeps_files = own is not None and own.kind == "standard_edition"
    medium = update(lab, variables)
    return {
        "product_list": [product(lab, path) for path in paths(variables)],
        "set_up_files": set_up_files(lab, variables),
        "keeps_files": keeps_files,
        "pool_names": [pool.fqdn for pool in lab.pools],
        "update_medium": medium or {"version": "", "path": "", "sha256": ""},
        "updates": medium is not None,
        "updates_databases": medium is not None and keeps_files,
    }


def paths(variables: Mapping[str, object]) -> list[str]:
    """Where the products' installers are, in their order."""
    products = variables["products"]
    assert isinstance(products, list | tuple)
    return [rf"{set_up_folder(variables)}\{path}" for path in products]


def set_up_folder(variables: Mapping[str, object]) -> str:
    return rf"{variables['media']}\Setup\amd64"


def product(lab: Lab, path: str) -> dict[str, object]:
    file = path.rpartition("\\")[2].lower()
    medium = medium_at(lab.media, path)
    return {
        "name": path.rpartition("\\")[2].rpartition(".")[0],
        "path": path,
        "title": TITLES.get(file, file),
        "arguments": ARGUMENTS.get(file, "REBOOT=ReallySuppress"),
        "installer": file.endswith(".msi"),
        "sha256": medium.sha256 if medium is not None else "",
    }


def set_up_files(lab: Lab, variables: Mapping[str, object]) -> list[dict[str, str]]:
    """What media.yml lists where Lync's own set-up takes its installers from: it chooses by itself which of them."""
    if lab.media is None:
        return []
    found = ((pulled_from(lab.media, medium), medium.sha256) for medium in lab.media.media.values())
    below = folded(set_up_folder(variables)) + "\\"
    return [{"path": path, "sha256": sha256} for path, sha256 in found if folded(path).startswith(below)]


def update(lab: Lab, variables: Mapping[str, object]) -> dict[str, str] | None:
    """The cumulative update, where media.yml has it."""
    medium = lab.media.media.get(str(variables["update"])) if lab.media is not None else None
    if lab.media is None or medium is None:
        return None
    return {"version": medium.version, "path": pulled_from(lab.media, medium), "sha256": medium.sha256}


def check(lab: Lab, host: Host, variables: Mapping[str, object]) -> Iterator[Finding]:
    pulled = variables["pulled"]
    assert isinstance(pulled, list | tuple)
    for path in [*paths(variables), *(rf"{set_up_folder(variables)}\{file}" for file in pulled)]:
        yield from unlisted(lab, host, path)
    medium, reason = update(lab, variables), None
    if medium is None:
        reason = f"no cumulative update is installed on {host.name}: {variables['update']!r} is not in media.yml"
    elif version(medium["version"]) < FIRST_ON_2012_R2:
        reason = f"the cumulative update {medium['version']} is older than that of October 2013"
    if reason:
        yield Finding("lync-update", None, reason, SOURCE, "LyncServerUpdateInstaller.exe of 5.0.8308.556 or later")


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
