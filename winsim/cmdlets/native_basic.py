"""Small programs: hostname, whoami, ipconfig, nslookup."""

from __future__ import annotations

import re

from winsim.cmdlets.account_names import sid_of
from winsim.cmdlets.native_arguments import Unknown, only, table, told_apart
from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world.directory import Directory
from winsim.world.directory.promotion import register_address
from winsim.world.names import NoAnswer, query

MEMBER = "Mandatory group, Enabled by default, Enabled group"


@native("hostname.exe")
def hostname(call: NativeCall) -> int:
    if call.args:
        call.err("sethostname: Use the Network Control Panel Applet to set hostname.")
        call.err("hostname -s is not supported.")
        return 1
    call.out(call.host.name)
    return 0


@native("whoami.exe")
def whoami(call: NativeCall) -> int:
    """The name; /user, /groups with their identifiers, /fo table|list|csv, /nh."""
    try:
        given = told_apart(
            call.args, ("user", "groups", "nh"), ("fo",), unbuilt=("upn", "fqdn", "logonid", "priv", "claims", "all"),
            program="whoami",
        )  # fmt: skip
    except Unknown as error:
        return _no_option(call, error.word)
    form = given.get("fo", "table").lower()
    asked = [name for name in ("user", "groups") if name in given]
    if given.words or form not in ("table", "list", "csv") or (form == "list" and "nh" in given):
        return _no_option(call, given.words[0] if given.words else form)
    if not asked:
        if given.switches:
            return _no_option(call, call.args[0])
        call.out(call.session.identity.user.lower())
        return 0
    for name in asked:
        rows, heads = _user(call) if name == "user" else _groups(call)
        if form != "csv" and "nh" not in given:
            title = "USER INFORMATION" if name == "user" else "GROUP INFORMATION"
            for line in ("", title, "-" * len(title), ""):
                call.out(line)
        for line in table(rows, heads, form, "nh" not in given):
            call.out(line.rstrip() if form == "list" else line)
    return 0


def _no_option(call: NativeCall, word: str) -> int:
    call.err(f"ERROR: Invalid argument/option - '{word}'.")
    call.err('Type "WHOAMI /?" for usage.')
    return 1


def _user(call: NativeCall) -> tuple[list[list[str]], list[str]]:
    identity = call.session.identity
    sid = identity.sid or sid_of(call.world, call.host, identity.user)
    return [[identity.user.lower(), sid]], ["User Name", "SID"]


def _groups(call: NativeCall) -> tuple[list[list[str]], list[str]]:
    rows = []
    for name in sorted(call.session.identity.groups):
        domain, _, plain = name.rpartition("\\")
        local = call.host.accounts.group(plain) if domain == "builtin" else None
        shown = f"BUILTIN\\{local.name}" if local is not None else name.upper() if not domain else name
        owner = ", Group owner" if name == "builtin\\administrators" else ""
        kind = "Alias" if domain == "builtin" else "Group"
        rows.append([shown, kind, sid_of(call.world, call.host, name), MEMBER + owner])
    return rows, ["Group Name", "Type", "SID", "Attributes"]


@native("ipconfig.exe")
def ipconfig(call: NativeCall) -> int:
    """Nothing, /all, /flushdns (there is no resolver cache), /registerdns."""
    call.out("")
    try:
        given = told_apart(
            call.args, ("all", "flushdns", "registerdns"), program="ipconfig",
            unbuilt=("release", "renew", "release6", "renew6", "displaydns", "showclassid", "setclassid",
                     "showclassid6", "setclassid6", "allcompartments", "?"),
        )  # fmt: skip
    except Unknown:
        given = None
    if given is None or given.words or len(given.switches) > 1:
        call.out("Error: unrecognized or incomplete command line.")
        call.out("")
        call.out("USAGE:")
        call.out("    ipconfig [/allcompartments] [/? | /all | ")
        return 1
    call.out("Windows IP Configuration")
    call.out("")
    if "flushdns" in given:
        call.out("Successfully flushed the DNS Resolver Cache.")
    elif "registerdns" in given:
        directory = call.world.parts.find(Directory)
        if directory is not None and call.host.is_member:
            register_address(call.world, call.host, directory)
            call.world.touch()
        call.out("Registration of the DNS resource records for all adapters of this computer has been initiated. Any "
                 "errors will be reported in the Event Viewer in 15 minutes.")  # fmt: skip
    else:
        _adapters(call, "all" in given)
    return 0


def _adapters(call: NativeCall, everything: bool) -> None:
    host = call.host
    if everything:
        call.out(f"   Host Name . . . . . . . . . . . . : {host.name.lower()}")
        call.out(f"   Primary Dns Suffix  . . . . . . . : {host.primary_suffix or host.domain}")
        call.out("")
    for adapter in host.adapters:
        call.out(f"Ethernet adapter {adapter.name}:")
        call.out("")
        call.out(f"   Connection-specific DNS Suffix  . : {adapter.dns_suffix}")
        if everything:
            call.out(f"   Physical Address. . . . . . . . . : {adapter.mac}")
            call.out(f"   DHCP Enabled. . . . . . . . . . . : {'Yes' if adapter.dhcp else 'No'}")
        for address in adapter.addresses:
            mask = (0xFFFFFFFF << (32 - address.prefix)) & 0xFFFFFFFF
            dotted = ".".join(str(mask >> shift & 0xFF) for shift in (24, 16, 8, 0))
            call.out(f"   IPv4 Address. . . . . . . . . . . : {address.address}")
            call.out(f"   Subnet Mask . . . . . . . . . . . : {dotted}")
        call.out(f"   Default Gateway . . . . . . . . . : {adapter.gateway}")
        if everything and adapter.dns_servers:
            call.out("   DNS Servers . . . . . . . . . . . : " + adapter.dns_servers[0])
            for server in adapter.dns_servers[1:]:
                call.out(" " * 39 + server)


@native("nslookup.exe")
def nslookup(call: NativeCall) -> int:
    """``nslookup [-type=x] name [server]``; it asks DNS only, never the hosts file."""
    words = [word for word in call.args if not word.startswith("-")]
    options = [re.fullmatch(r"-(?:q|ty|type|querytype)=(\w+)", word, re.I) for word in call.args if word not in words]
    if not words or None in options:
        raise NotBuilt(f"nslookup {' '.join(call.args)}")
    kinds = [found[1] for found in options if found is not None]
    only("nslookup", words, 2)
    server = next(iter(call.world.resolve(call.host, words[1])), "") if len(words) > 1 else ""
    if len(words) > 1 and not server:
        call.err(f"*** Can't find server address for '{words[1]}':")  # and goes on with the server of the adapter
    shown = server or next(iter(call.host.dns_servers), "")
    try:
        records = query(call.world, call.host, words[0], kinds[-1] if kinds else "A", server)
    except NoAnswer:
        call.err("DNS request timed out.\n    timeout was 2 seconds.")
        return 1
    call.out("Server:  UnKnown")
    call.out(f"Address:  {shown}")
    call.out("")
    if not records:
        call.err(f"*** UnKnown can't find {words[0]}: Non-existent domain")
        return 1
    call.out(f"Name:    {records[-1].name}")
    for record in records:
        call.out(f"{'Address' if record.type == 'A' else record.type}:  {record.data}")
    return 0
