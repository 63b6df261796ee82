"""w32tm.exe."""

from __future__ import annotations

from winsim.cmdlets.native_arguments import Arguments, Unknown, moment, only, told_apart
from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world.time_service import CONFIG, LOCAL_CLOCK, PARAMETERS, TimeService, source

NOT_STARTED = -2147023834
KINDS = {"manual": "NTP", "domhier": "NT5DS", "all": "AllSync", "no": "NoSync", "manual,domhier": "AllSync",
         "domhier,manual": "AllSync"}  # fmt: skip
VERBS = ("query", "config", "resync")
UNBUILT = ("monitor", "ntte", "ntpte", "stripchart", "tz", "dumpreg", "debug", "register", "unregister", "leapseconds",
           "computer", "peers", "configuration", "verbose", "rediscover", "largephaseoffset",
           "localclockdispersion")  # fmt: skip


@native("w32tm.exe")
def w32tm(call: NativeCall) -> int:
    """/query /source | /status; /config /manualpeerlist: /syncfromflags: /reliable: /update; /resync [/nowait]."""
    flags = (*VERBS, "source", "status", "update", "nowait", "soft", "force")
    try:
        given = told_apart(
            call.args, flags, colon=("manualpeerlist", "syncfromflags", "reliable"), unbuilt=UNBUILT, program="w32tm"
        )
    except Unknown as error:
        raise NotBuilt(f"w32tm {error.word}") from None
    only("w32tm", given.words, 0)
    verb = next((name for name in VERBS if name in given), "")
    if not verb or sum(name in given for name in VERBS) > 1:
        raise NotBuilt(f"w32tm {' '.join(call.args)}")
    allowed = {"query": ("source", "status"), "resync": ("nowait", "soft", "force"),
               "config": ("manualpeerlist", "syncfromflags", "reliable", "update")}[verb]  # fmt: skip
    strange = [name for name in given.switches if name not in (verb, *allowed)]
    if strange:
        raise NotBuilt(f"w32tm /{verb} /{strange[0]}")
    return {"query": _query, "config": _config, "resync": _resync}[verb](call, given)


def _running(call: NativeCall) -> bool:
    if not call.host.services.running("W32Time"):
        call.out("The following error occurred: The service has not been started. (0x80070426)")
        return False
    return True


def _query(call: NativeCall, given: Arguments) -> int:
    if not _running(call):
        return NOT_STARTED
    name = source(call.world, call.host)
    if "source" in given:
        call.out(name)
        return 0
    if "status" not in given:
        raise NotBuilt("w32tm /query without /source or /status")
    service = call.host.parts.need(TimeService)
    own = name == LOCAL_CLOCK
    unsure = own and not service.announce & 1
    addresses = [] if own else call.world.resolve(call.host, name.partition(",")[0])
    number = "".join(f"{int(part):02X}" for part in addresses[0].split(".")) if addresses else "4C4F434C"
    stratum = "1 (primary reference - syncd by radio clock)" if own else "2 (secondary reference - syncd by (S)NTP)"
    call.out("Leap Indicator: " + ("3(last minute has 61 seconds)" if unsure else "0(no warning)"))
    call.out("Stratum: " + ("0 (unspecified)" if unsure else stratum))
    call.out("Precision: -6 (15.625ms per tick)")
    call.out("Root Delay: 0.0000000s")
    call.out("Root Dispersion: 10.0000000s" if own else "Root Dispersion: 0.0100000s")
    reference = f"IP:  {addresses[0]}" if addresses else 'name:  "LOCL"'
    call.out(f"ReferenceId: 0x{number} (source {reference})")
    when = service.synchronised or call.host.boot_time
    call.out("Last Successful Sync Time: " + ("unspecified" if unsure else moment(when)))
    call.out(f"Source: {name}")
    call.out("Poll Interval: 6 (64s)")
    return 0


def _config(call: NativeCall, given: Arguments) -> int:
    """Writes the registry; the service goes by it after /update or its next start."""
    registry = call.host.registry
    if "syncfromflags" in given:
        kind = KINDS.get(given.get("syncfromflags").lower())
        if kind is None:
            raise NotBuilt(f"w32tm /config /syncfromflags:{given.get('syncfromflags')}")
        registry.set(PARAMETERS, "Type", kind)
    if "reliable" in given:
        flags = {"yes": 5, "no": 10}.get(given.get("reliable").lower())
        if flags is None:
            raise NotBuilt(f"w32tm /config /reliable:{given.get('reliable')}")
        registry.set(CONFIG, "AnnounceFlags", flags)
    if "manualpeerlist" in given:
        registry.set(PARAMETERS, "NtpServer", given.get("manualpeerlist"))
    call.world.touch()
    if "update" in given:
        if not _running(call):
            return NOT_STARTED
        call.host.parts.need(TimeService).read(call.host)
    call.out("The command completed successfully.")
    return 0


def _resync(call: NativeCall, given: Arguments) -> int:
    """At once, in each of its ways: nothing has to be waited for, and there are no error statistics."""
    if not _running(call):
        return NOT_STARTED
    call.out("Sending resync command to local computer")
    if source(call.world, call.host) == LOCAL_CLOCK:
        call.out("The computer did not resync because no time data was available.")
        return 0 if "nowait" in given else -2147023837
    call.host.parts.need(TimeService).synchronised = call.world.clock.now()
    call.world.touch()
    call.out("The command completed successfully.")
    return 0
