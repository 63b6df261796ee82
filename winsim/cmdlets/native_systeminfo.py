"""systeminfo.exe: what the machine knows of itself; what the lab has no fact for is left out."""

from __future__ import annotations

from winsim.cmdlets.native_arguments import Unknown, moment, table, told_apart
from winsim.interpreter.command import NativeCall, native
from winsim.world import wmi
from winsim.world.directory.pending import membership

ROLES = {2: "Standalone Server", 3: "Member Server", 4: "Additional/Backup Domain Controller",
         5: "Primary Domain Controller"}  # fmt: skip


@native("systeminfo.exe")
def systeminfo(call: NativeCall) -> int:
    """[/fo table|list|csv] [/nh]."""
    try:
        given = told_apart(call.args, ("nh",), ("fo",), unbuilt=("s", "u", "p"), program="systeminfo")
        strange = given.words[0] if given.words else ""
    except Unknown as error:
        given, strange = None, error.word
    form = given.get("fo", "list").lower() if given is not None else ""
    if given is None or strange or form not in ("table", "list", "csv") or (form == "list" and "nh" in given):
        call.err(f"ERROR: Invalid argument/option - '{strange or form}'.")
        call.err('Type "SYSTEMINFO /?" for usage.')
        return 1
    found = facts(call)
    call.out("")
    if form != "list":
        heads = [head for head, _ in found]
        for line in table([[",".join(values) for _, values in found]], heads, form, "nh" not in given):
            call.out(line)
        return 0
    for head, values in found:
        for index, value in enumerate(values or [""]):
            call.out(f"{head + ':' if index == 0 else '':<27}{value}".rstrip())
    return 0


def facts(call: NativeCall) -> list[tuple[str, list[str]]]:
    world, host = call.world, call.host
    system, computer = wmi.operating_system(world, host)[0], wmi.computer_system(world, host)[0]
    place = membership(host)
    total = int(str(system["TotalVisibleMemorySize"])) // 1024
    free = int(str(system["FreePhysicalMemory"])) // 1024
    installed = host.files.drives["c"].root.created
    processor = host.environment["PROCESSOR_IDENTIFIER"].replace(",", "")
    cards = [f"{len(host.adapters)} NIC(s) Installed."]
    for number, adapter in enumerate(host.adapters, 1):
        cards.append(f"[{number:02}]: {adapter.description}")
        cards.append(f"      Connection Name: {adapter.name}")
        cards.append(f"      DHCP Enabled:    {'Yes' if adapter.dhcp else 'No'}")
        cards.append("      IP address(es)")
        cards += [f"      [{index:02}]: {one.address}" for index, one in enumerate(adapter.addresses, 1)]
    return [
        ("Host Name", [host.name]),
        ("OS Name", [str(system["Caption"])]),
        ("OS Version", [f"{system['Version']} N/A Build {system['BuildNumber']}"]),
        ("OS Manufacturer", ["Microsoft Corporation"]),
        ("OS Configuration", [ROLES[place.role]]),
        ("OS Build Type", ["Multiprocessor Free"]),
        ("Original Install Date", [moment(installed).replace(" ", ", ", 1)]),
        ("System Boot Time", [moment(host.boot_time).replace(" ", ", ", 1)]),
        ("System Manufacturer", [str(computer["Manufacturer"])]),
        ("System Model", [str(computer["Model"])]),
        ("System Type", [str(computer["SystemType"])]),
        ("Processor(s)", ["1 Processor(s) Installed.", f"[01]: {processor}"]),
        ("Windows Directory", [str(system["WindowsDirectory"])]),
        ("System Directory", [str(system["SystemDirectory"])]),
        ("System Locale", ["en-us;English (United States)"]),
        ("Time Zone", [str(wmi.time_zone(world, host)[0]["Caption"])]),
        ("Total Physical Memory", [f"{total:,} MB"]),
        ("Available Physical Memory", [f"{free:,} MB"]),
        ("Page File Location(s)", ["C:\\pagefile.sys"]),
        ("Domain", [place.domain or place.workgroup]),
        ("Hotfix(s)", ["N/A"]),
        ("Network Card(s)", cards),
    ]
