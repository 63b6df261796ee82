"""netsh.exe: the contexts http, advfirewall, interface and winhttp."""

from __future__ import annotations

from winsim.cmdlets.account_names import mapped
from winsim.cmdlets.native_arguments import Unknown, tags
from winsim.cmdlets.native_firewall import advfirewall
from winsim.cmdlets.native_interface import interface
from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world.http_sys import IIS_APP_ID, SslBinding, http_sys

MESSAGES = {
    2: "The system cannot find the file specified.",
    183: "Cannot create a file when that file already exists.",
    87: "The parameter is incorrect.",
    1312: "A specified logon session does not exist. It may already have been terminated.",
}


SHOW_TAGS = ("ipport", "hostnameport", "ccs")
ADD_TAGS = (
    *("ipport", "certhash", "appid", "certstorename", "verifyclientcertrevocation"),
    *("verifyrevocationwithcachedclientcertonly", "usagecheck", "revocationfreshnesstime", "urlretrievaltimeout"),
    *("sslctlidentifier", "sslctlstorename", "dsmapperusage", "clientcertnegotiation", "hostnameport", "ccs"),
)
# What the lab has one answer for: another one is not built.
FIXED = {"verifyrevocationwithcachedclientcertonly": "disable", "usagecheck": "enable", "listen": "yes",
         "delegate": "no"}  # fmt: skip
URL_TAGS = {"add": ("url", "user", "listen", "delegate", "sddl"), "delete": ("url",), "show": ("url",)}
SWITCHES = ("verifyclientcertrevocation", "dsmapperusage", "clientcertnegotiation")


@native("netsh.exe")
def netsh(call: NativeCall) -> int:
    words = [word.strip('"') for word in call.args]
    context = words[0].lower() if words else ""
    contexts = {"http": http, "advfirewall": advfirewall, "interface": interface, "int": interface, "winhttp": winhttp}
    if context not in contexts:
        raise NotBuilt(f"netsh {' '.join(call.args)}")
    try:
        return contexts[context](call, words[1:])
    except Unknown as error:
        call.out(f"{error.word} is not a valid argument for this command.")
        call.out("The syntax supplied for this command is not valid. Check help for the correct syntax.")
        call.out("")
        return 1


def http(call: NativeCall, words: list[str]) -> int:
    verb, noun = (words[0].lower(), words[1].lower()) if len(words) > 1 else ("", "")
    if noun == "sslcert" and verb in ("show", "add", "delete"):
        options = tags(words[2:], ADD_TAGS if verb == "add" else SHOW_TAGS)
        return {"show": show, "add": add, "delete": delete}[verb](call, check(options))
    if noun == "urlacl" and verb in URL_TAGS:
        return url_reservations(call, verb, check(tags(words[2:], URL_TAGS[verb])))
    raise NotBuilt(f"netsh http {' '.join(words)}")


def check(options: dict[str, str]) -> dict[str, str]:
    for name, value in options.items():
        if name in FIXED and value.lower() != FIXED[name]:
            raise NotBuilt(f"netsh http {name}={value}")
        if name in SWITCHES and value.lower() not in ("enable", "disable"):
            raise Unknown(f"{name}={value}")
    return options


def winhttp(call: NativeCall, words: list[str]) -> int:
    """No program of the lab goes through a proxy server."""
    if [word.lower() for word in words] != ["show", "proxy"]:
        raise NotBuilt(f"netsh winhttp {' '.join(words)}")
    for line in ("", "Current WinHTTP proxy settings:", "", "    Direct access (no proxy server).", ""):
        call.out(line)
    return 0


def _endpoint(options: dict[str, str]) -> tuple[str, bool] | None:
    if "ipport" in options:
        return options["ipport"], False
    if "hostnameport" in options:
        return options["hostnameport"], True
    if "ccs" in options:
        raise NotBuilt("netsh http sslcert ccs=")
    return None


def show(call: NativeCall, options: dict[str, str]) -> int:
    state = http_sys(call.host)
    wanted = _endpoint(options)
    if wanted is not None:
        found = state.find(wanted[0])
        shown = [found] if found is not None and found.sni is wanted[1] else []
    else:
        shown = state.listed()
    call.out("")
    call.out("SSL Certificate bindings: ")
    call.out("------------------------- ")
    call.out("")
    if wanted is not None and not shown:
        call.out(MESSAGES[2])
        call.out("")
        return 1
    for binding in shown:
        for label, value in describe(binding):
            call.out(f"    {label:<28} : {value} ")
        call.out("")
    return 0


def describe(binding: SslBinding) -> list[tuple[str, str]]:
    def enabled(value: bool) -> str:
        return "Enabled" if value else "Disabled"

    return [
        ("Hostname:port" if binding.sni else "IP:port", binding.endpoint),
        ("Certificate Hash", binding.thumbprint.lower()),
        ("Application ID", binding.app_id),
        ("Certificate Store Name", binding.store or "(null)"),
        ("Verify Client Certificate Revocation", enabled(binding.verify_revocation)),
        ("Verify Revocation Using Cached Client Certificate Only", "Disabled"),
        ("Usage Check", "Enabled"),
        ("Revocation Freshness Time", str(binding.revocation_freshness)),
        ("URL Retrieval Timeout", str(binding.url_retrieval_timeout)),
        ("Ctl Identifier", binding.ctl_identifier or "(null)"),
        ("Ctl Store Name", binding.ctl_store or "(null)"),
        ("DS Mapper Usage", enabled(binding.ds_mapper)),
        ("Negotiate Client Certificate", enabled(binding.negotiate_client_certificate)),
    ]


def failed(call: NativeCall, action: str, code: int) -> int:
    call.out("")
    call.out(f"SSL Certificate {action} failed, Error: {code}")
    call.out(MESSAGES[code])
    call.out("")
    return 1


def add(call: NativeCall, options: dict[str, str]) -> int:
    state = http_sys(call.host)
    wanted = _endpoint(options)
    app_id = options.get("appid", IIS_APP_ID)
    if wanted is None or not (app_id.startswith("{") and app_id.endswith("}")) or not _is_endpoint(*wanted):
        call.out("The parameter is incorrect.")
        return 1
    numbers = [options.get(name, "0") for name in ("revocationfreshnesstime", "urlretrievaltimeout")]
    if not all(number.isdigit() for number in numbers):
        call.out("The parameter is incorrect.")
        return 1
    store = options.get("certstorename", "MY")
    if wanted[1] and "certstorename" not in options:
        return failed(call, "add", 87)
    if state.find(wanted[0]) is not None:
        return failed(call, "add", 183)
    entry = call.host.certificates.find(options.get("certhash", ""), store)
    container = call.host.certificates.key_of(entry) if entry is not None else None
    if entry is None or container is None or not container.machine:
        return failed(call, "add", 1312)
    state.put(
        SslBinding(
            wanted[0], wanted[1], entry.thumbprint, app_id, store,
            options.get("sslctlstorename", ""), options.get("sslctlidentifier", ""),
            options.get("verifyclientcertrevocation", "enable").lower() != "disable",
            revocation_freshness=int(options.get("revocationfreshnesstime", "0")),
            url_retrieval_timeout=int(options.get("urlretrievaltimeout", "0")),
            ds_mapper=options.get("dsmapperusage", "disable").lower() == "enable",
            negotiate_client_certificate=options.get("clientcertnegotiation", "disable").lower() == "enable",
        )
    )  # fmt: skip
    call.world.touch()
    call.out("")
    call.out("SSL Certificate successfully added")
    call.out("")
    return 0


def _is_endpoint(endpoint: str, sni: bool) -> bool:
    name, _, port = endpoint.rpartition(":")
    numeric = all(part.isdigit() and int(part) < 256 for part in name.split(".")) and name.count(".") == 3
    return port.isdigit() and 0 < int(port) < 65536 and bool(name) and (sni or numeric or name.startswith("["))


def delete(call: NativeCall, options: dict[str, str]) -> int:
    wanted = _endpoint(options)
    if wanted is None:
        call.out("The parameter is incorrect.")
        return 1
    found = http_sys(call.host).find(wanted[0])
    if found is None or found.sni is not wanted[1]:
        return failed(call, "deletion", 2)
    http_sys(call.host).drop(wanted[0])
    call.world.touch()
    call.out("")
    call.out("SSL Certificate successfully deleted")
    call.out("")
    return 0


def url_reservations(call: NativeCall, verb: str, options: dict[str, str]) -> int:
    table = http_sys(call.host).reservations
    url = options.get("url", "")
    if not url.lower().startswith(("http://", "https://")) and (url or verb != "show"):
        call.out("The parameter is incorrect.")
        return 1
    if verb == "add":
        if url in table:
            call.out("Url reservation add failed, Error: 183")
            call.out(MESSAGES[183])
            return 1
        user = options.get("user", "")
        account = mapped(call.world, call.host, user) if user else None
        if ("sddl" in options) is bool(user):
            call.out("The parameter is incorrect.")
            return 1
        if user and account is None:
            call.out("Url reservation add failed, Error: 1332")
            call.out("No mapping between account names and security IDs was done.")
            return 1
        table[url] = account or options["sddl"]
        call.out("URL reservation successfully added")
        return 0
    if verb == "delete":
        if table.pop(url, None) is None:
            call.out("URL reservation delete failed, Error: 2")
            call.out(MESSAGES[2])
            return 1
        call.out("URL reservation successfully deleted")
        return 0
    if verb == "show":
        call.out("URL Reservations: ")
        call.out("----------------- ")
        for name, user in table.items():
            if not url or name == url:
                call.out("")
                call.out(f"    Reserved URL            : {name} ")
                call.out(f"        {'SDDL' if user.startswith('D:') else 'User'}: {user}")
                call.out("            Listen: Yes")
                call.out("            Delegate: No")
        return 0
    raise NotBuilt(f"netsh http {verb} urlacl")
