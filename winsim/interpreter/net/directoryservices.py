"""System.DirectoryServices: searching and opening objects of the directory by LDAP."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from winsim.interpreter.net.datetimes import DateTime
from winsim.interpreter.nettypes import Indexer, NetError, TypeDef
from winsim.interpreter.values import AUTOMATION_NULL, Array, ArrayList, NetObject
from winsim.world.directory import Directory, DirectoryError, DirectoryObject, objects
from winsim.world.directory import names as dn_names
from winsim.world.directory.conditions import FilterError, holds
from winsim.world.directory.ldap_filter import parse
from winsim.world.directory.schema import syntax

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

COM = "System.DirectoryServices.DirectoryServicesCOMException"
INTEROP = "System.Runtime.InteropServices.COMException"
NO_DOMAIN = "The specified domain either does not exist or could not be contacted.\r\n"
NO_OPERATION = "An operations error occurred.\r\n"
NO_OBJECT = "There is no such object on the server.\r\n"
DENIED = "Access is denied.\r\n"
BAD_FILTER = "The {0} search filter is invalid."


def open_directory(session: Session) -> Directory:
    """The directory that the host belongs to; a network logon off the controller has no second hop to it."""
    directory = session.world.parts.find(Directory)
    if directory is None or not session.host.is_member:
        raise NetError(INTEROP, NO_DOMAIN)
    if not (session.host.is_domain_controller or session.identity.delegated):
        raise NetError(COM, NO_OPERATION)
    return directory


OUT_OF_RANGE = (
    "Index was out of range. Must be non-negative and less than the size of the collection.\r\nParameter name: index"
)


class DirectoryEntry(NetObject):
    """``dn`` is empty for the root of the domain; bound on first use."""

    type_names = ("System.DirectoryServices.DirectoryEntry", "System.ComponentModel.Component", "System.Object")

    def __init__(self, path: str) -> None:
        self.path = path
        self.pending: dict[str, list[str]] = {}

    def bind(self, session: Session) -> tuple[Directory, DirectoryObject]:
        directory = open_directory(session)
        dn = self.path[7:] if self.path.upper().startswith("LDAP://") else self.path
        server, slash, rest = dn.partition("/")
        if slash and "=" not in server:
            dn = rest
        if dn.lower() == "rootdse":
            return directory, root_dse(directory)
        found = objects.get(directory, dn or dn_names.of_domain(directory.domain))
        if found is None:
            raise NetError(COM, NO_OBJECT)
        return directory, found

    def write(self, session: Session) -> tuple[Directory, DirectoryObject]:
        directory, found = self.bind(session)
        prefix = directory.netbios.lower()
        if not session.identity.groups & {f"{prefix}\\domain admins", f"{prefix}\\enterprise admins"}:
            raise NetError("System.UnauthorizedAccessException", DENIED)
        return directory, found


def root_dse(directory: Directory) -> DirectoryObject:
    root = dn_names.of_domain(directory.domain)
    values = {
        "defaultNamingContext": [root], "rootDomainNamingContext": [root],
        "configurationNamingContext": [f"CN=Configuration,{root}"],
        "schemaNamingContext": [f"CN=Schema,CN=Configuration,{root}"],
    }  # fmt: skip
    return DirectoryObject("RootDSE", "", "top", values)


class PropertyValues(NetObject):
    """The values of one attribute; writable where it belongs to an entry."""

    type_names = ("System.DirectoryServices.PropertyValueCollection", "System.Collections.CollectionBase",
                  "System.Object")  # fmt: skip

    def __init__(self, values: list[str], entry: DirectoryEntry | None = None, name: str = "") -> None:
        self.values = values
        self.entry = entry
        self.name = name


class Properties(NetObject):
    type_names = ("System.DirectoryServices.PropertyCollection", "System.Object")

    def __init__(self, values: dict[str, list[str]], entry: DirectoryEntry | None = None) -> None:
        self.values = values
        self.entry = entry

    def find(self, name: str) -> PropertyValues:
        wanted = name.lower()
        for key, values in self.values.items():
            if key.lower() == wanted:
                return PropertyValues(list(values), self.entry, key)
        return PropertyValues([], self.entry, name)


class SearchResult(NetObject):
    type_names = ("System.DirectoryServices.SearchResult", "System.Object")

    def __init__(self, found: DirectoryObject, wanted: list[str]) -> None:
        self.found = found
        self.wanted = [name.lower() for name in wanted]


class Searcher(NetObject):
    type_names = ("System.DirectoryServices.DirectorySearcher", "System.ComponentModel.Component", "System.Object")

    def __init__(self, root: DirectoryEntry | None = None, text: str = "(objectClass=*)") -> None:
        self.search_root: object = root
        self.filter = text
        self.page_size = 0
        self.size_limit = 0
        self.search_scope: object = None
        self.properties_to_load = ArrayList()

    def find(self, session: Session) -> list[SearchResult]:
        directory = open_directory(session)
        root = self.search_root if isinstance(self.search_root, DirectoryEntry) else DirectoryEntry("")
        base = root.bind(session)[1].dn
        try:
            condition = parse(str(self.filter))
        except FilterError:
            raise NetError("System.ArgumentException", BAD_FILTER.format(self.filter)) from None
        wanted = [str(name) for name in self.properties_to_load]
        inside = [
            found for found in directory.objects.values() if found.dn == base or dn_names.is_below(found.dn, base)
        ]
        return [SearchResult(found, wanted) for found in inside if holds(directory, found, condition)]


ENTRY = TypeDef(DirectoryEntry.type_names[0], python=(DirectoryEntry,), accelerators=("adsi",))
ENTRY.parse = DirectoryEntry
SEARCHER = TypeDef(Searcher.type_names[0], python=(Searcher,), accelerators=("adsisearcher",))
SEARCHER.parse = lambda text: Searcher(None, text)
SEARCHER.attribute("Filter", "PageSize", "SizeLimit", "SearchScope", "SearchRoot", readonly=False)
RESULT = TypeDef(SearchResult.type_names[0], python=(SearchResult,))
VALUES = TypeDef(
    PropertyValues.type_names[0], python=(PropertyValues,),
    enumerate=lambda this: [shown(this.name, text) for text in this.values],
)  # fmt: skip
PROPERTIES = TypeDef(Properties.type_names[0], python=(Properties,))


@ENTRY.constructor("System.String", optional=1)
def new_entry(path: str = "") -> DirectoryEntry:
    return DirectoryEntry(path)


@ENTRY.static_method("Exists", "System.String", needs_session=True)
def exists(session: Session, path: str) -> bool:
    """Whether the path can be bound; only that there is no such object counts as an answer."""
    with session.world.lock:
        try:
            DirectoryEntry(path).bind(session)
        except NetError as error:
            if error.message == NO_OBJECT:
                return False
            raise
    return True


@SEARCHER.constructor("System.String", optional=1)
def new_searcher(text: str = "(objectClass=*)") -> Searcher:
    return Searcher(None, text)


@SEARCHER.constructor("System.DirectoryServices.DirectoryEntry", "System.String", optional=1)
def new_searcher_below(root: DirectoryEntry, text: str = "(objectClass=*)") -> Searcher:
    return Searcher(root, text)


@SEARCHER.property("PropertiesToLoad")
def properties_to_load(this: Searcher) -> ArrayList:
    return this.properties_to_load


@SEARCHER.method("FindAll", needs_session=True)
def find_all(this: Searcher, session: Session) -> Array:
    with session.world.lock:
        return Array(this.find(session), SearchResult.type_names[0])


@SEARCHER.method("FindOne", needs_session=True)
def find_one(this: Searcher, session: Session) -> SearchResult | None:
    with session.world.lock:
        return next(iter(this.find(session)), None)


@RESULT.property("Path")
def result_path(this: SearchResult) -> str:
    return f"LDAP://{this.found.dn}"


@RESULT.property("Properties")
def result_properties(this: SearchResult) -> Properties:
    values = {**with_names(this.found), "adspath": [f"LDAP://{this.found.dn}"]}
    if this.wanted:
        values = {name: held for name, held in values.items() if name.lower() in (*this.wanted, "adspath")}
    return Properties({name.lower(): held for name, held in values.items()})


@RESULT.method("GetDirectoryEntry")
def result_entry(this: SearchResult) -> DirectoryEntry:
    return DirectoryEntry(f"LDAP://{this.found.dn}")


def with_names(found: DirectoryObject) -> dict[str, list[str]]:
    return {
        **found.attributes,
        "distinguishedName": [found.dn],
        "cn": [dn_names.relative(found.dn)],
        "objectClass": list(objects.hierarchy(found.object_class)),
        **{
            name: [moment.isoformat()]
            for name, moment in (("whenCreated", found.created), ("whenChanged", found.changed))
            if moment is not None
        },
    }


def shown(name: str, text: str) -> object:
    """A value as .NET gives it: times are dates in UTC, without a word on that."""
    if syntax(name) != "time":
        return text
    return DateTime.from_python(datetime.fromisoformat(text).replace(tzinfo=None), "Unspecified")


@VALUES.property("Count")
def values_count(this: PropertyValues) -> int:
    return len(this.values)


@VALUES.property("Value")
def values_value(this: PropertyValues) -> object:
    values = [shown(this.name, text) for text in this.values]
    if not values:
        return None
    return values[0] if len(values) == 1 else Array(values)


@VALUES.setter("Value")
def set_values_value(this: PropertyValues, value: object) -> None:
    held = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    this.values = held
    if this.entry is not None:
        this.entry.pending[this.name] = held


@VALUES.method("Contains", "System.Object")
def values_contain(this: PropertyValues, value: object) -> bool:
    return str(value) in this.values


def value_at(this: PropertyValues, index: object) -> object:
    place = int(str(index))
    if not 0 <= place < len(this.values):
        raise NetError("System.ArgumentOutOfRangeException", OUT_OF_RANGE)
    return shown(this.name, this.values[place])


VALUES.indexer = Indexer(value_at, None, ("System.Int32",))


@PROPERTIES.property("PropertyNames")
def property_names(this: Properties) -> Array:
    return Array(this.values, "System.String")


@PROPERTIES.method("Contains", "System.String")
def properties_contain(this: Properties, name: str) -> bool:
    return name.lower() in {key.lower() for key in this.values}


def values_of(this: Properties, name: object) -> PropertyValues:
    return this.find(str(name))


PROPERTIES.indexer = Indexer(values_of, None, ("System.String",))


@ENTRY.property("Path")
def entry_path(this: DirectoryEntry) -> str:
    return this.path


@ENTRY.property("Properties")
def entry_properties(this: DirectoryEntry) -> Properties:
    from winsim.interpreter.ambient import running_session

    session = running_session()
    with session.world.lock:
        return Properties(with_names(this.bind(session)[1]) | this.pending, this)


@ENTRY.property("Name")
def entry_name(this: DirectoryEntry) -> str:
    from winsim.interpreter.ambient import running_session

    return dn_names.split(this.bind(running_session())[1].dn)[0]


@ENTRY.method("RefreshCache", needs_session=True)
def refresh_cache(this: DirectoryEntry, session: Session) -> object:
    this.bind(session)
    this.pending.clear()
    return AUTOMATION_NULL


@ENTRY.method("Put", "System.String", "System.Object")
def put(this: DirectoryEntry, name: str, value: object) -> object:
    this.pending[name] = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return AUTOMATION_NULL


@ENTRY.method("CommitChanges", needs_session=True)
def commit_changes(this: DirectoryEntry, session: Session) -> object:
    with session.world.lock:
        directory, found = this.write(session)
        for name, held in this.pending.items():
            objects.replace(directory, found, name, held, session.world.clock.now())
        this.pending.clear()
        session.world.touch()
    return AUTOMATION_NULL


@ENTRY.method("DeleteTree", needs_session=True)
def delete_tree(this: DirectoryEntry, session: Session) -> object:
    with session.world.lock:
        directory, found = this.write(session)
        try:
            objects.remove(directory, found, recursive=True)
        except DirectoryError as error:
            raise NetError(COM, error.message) from None
        session.world.touch()
    return AUTOMATION_NULL


@ENTRY.method("Close")
def close_entry(this: DirectoryEntry) -> object:
    return AUTOMATION_NULL


TYPES = (ENTRY, SEARCHER, RESULT, VALUES, PROPERTIES)
