"""The inventory: what is wanted of a lab's hosts, read from YAML and checked, with the place of every value."""

from passivelab.lab.homing import PassiveChange, consider
from passivelab.lab.load import load_lab
from passivelab.lab.model import Connection, Host, Lab, Pool, Sourced, User
from passivelab.lab.overrides import write_passive
from passivelab.lab.secrets import Credential, Secrets

__all__ = [
    "Connection",
    "Credential",
    "Host",
    "Lab",
    "PassiveChange",
    "Pool",
    "Secrets",
    "Sourced",
    "User",
    "consider",
    "load_lab",
    "write_passive",
]
