"""What the checks look at: the lab, its blueprint, and where things stand in the files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from passivelab.blueprint.compile import Compilation
from passivelab.blueprint.context import KeyMaterial
from passivelab.blueprint.model import StepInstance
from passivelab.errors import Place
from passivelab.lab.model import Host, Lab, Pool


@dataclass(frozen=True)
class Subject:
    compilation: Compilation
    keys: KeyMaterial | None

    @property
    def lab(self) -> Lab:
        return self.compilation.lab

    def place(self, path: str) -> Place | None:
        """Where a value of lab.yml stands: pools.0.passive, names.federation .."""
        while path and path not in self.lab.origins:
            path = path.rpartition(".")[0]
        return self.lab.origins.get(path)

    def pool_place(self, pool: Pool, key: str) -> Place | None:
        return self.place(f"pools.{self.lab.pools.index(pool)}.{key}")

    def connection_place(self, host: Host, key: str) -> Place | None:
        """Where a host's connection is described: under the host itself, or for the whole lab."""
        own = f"hosts.{host.name}.connection"
        return self.place(f"{own}.{key}" if own in self.lab.origins else f"connection.{key}")

    def instances(self, role: str, step: str | None = None) -> Iterator[StepInstance]:
        for instance in self.compilation.blueprint.instances:
            if instance.role == role and step in (None, instance.step):
                yield instance

    def hosts_of(self, role: str) -> tuple[Host, ...]:
        return self.lab.hosts_of(role)

    def variable(self, host: str, role: str, name: str) -> tuple[object, Place | None]:
        """A variable's value and where it was set; None where the role has no such variable."""
        value = self.compilation.variables(host, role).get(name)
        return (value.value, value.place) if value else (None, None)

    def public_names(self) -> dict[str, Place | None]:
        """Every public name with where it is written."""
        names = self.lab.names
        written = {name: f"names.{field}" for field, name in vars(names).items()}
        found = {name: self.place(path) for name, path in written.items()}
        for pool in self.lab.pools:
            if pool.external_web_fqdn:
                found[pool.external_web_fqdn] = self.pool_place(pool, "external_web_fqdn")
        return found
