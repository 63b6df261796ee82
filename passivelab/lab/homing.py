"""Which pool each user lives on: one that all of the user's clients can sign in to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from passivelab.lab.clients import ClientMatrix
from passivelab.lab.documents import UserDocument
from passivelab.lab.model import Lab, Pool, User


@dataclass(frozen=True)
class Refusal:
    """Why a user cannot live on a pool."""

    pool: str  # its FQDN
    reason: str


@dataclass(frozen=True)
class Stranded:
    """A user for whom no pool is left, and why each pool was turned down."""

    user: str
    refusals: tuple[Refusal, ...]

    def explain(self) -> str:
        """The reasons, each with the pools that it holds for."""
        pools: dict[str, list[str]] = {}
        for refusal in self.refusals:
            pools.setdefault(refusal.reason, []).append(refusal.pool)
        told = "; ".join(f"{reason} ({', '.join(names)})" for reason, names in pools.items())
        return f"{self.user}: {told or 'no pool homes users'}"


@dataclass(frozen=True)
class Move:
    user: str
    source: str
    target: str


@dataclass(frozen=True)
class PassiveChange:
    """What enabling or disabling passive authentication on a pool would mean for the users."""

    pool: str
    passive: bool
    moves: tuple[Move, ...]
    stranded: tuple[Stranded, ...]


def find_pool(user: UserDocument, pools: Sequence[Pool], matrix: ClientMatrix) -> Pool | Stranded:
    """The user's pool. Among pools that fit, those that lab.yml means for such users come first."""
    wanted = [pool for pool in pools if pool.homes_users and user.pool in (None, pool.fqdn)]
    fitting = [pool for pool in wanted if not refusals(user, pool, matrix)]
    if not fitting:
        return Stranded(user.name, tuple(refusal for pool in wanted for refusal in refusals(user, pool, matrix)))
    # As lab.yml declares the pools, not as overrides have them: nobody moves who need not.
    fits_passive = matrix.fits(user.clients, True, "strict") and user.wants_passive is not False
    return next((pool for pool in fitting if pool.declared_passive == fits_passive), fitting[0])


def refusals(user: UserDocument, pool: Pool, matrix: ClientMatrix) -> tuple[Refusal, ...]:
    """Why the user cannot live on the pool."""
    if user.wants_passive is not None and user.wants_passive != pool.passive:
        wish = "passive" if user.wants_passive else "classic"
        return (Refusal(pool.fqdn, f"wants a {wish} pool"),)
    verdicts = [matrix.verdict(client, pool.passive, pool.profile) for client in user.clients]
    return tuple(Refusal(pool.fqdn, f"{item.reason} [{item.source}]") for item in verdicts if not item.works)


def consider(lab: Lab, fqdn: str, passive: bool) -> PassiveChange:
    """What would happen to the users if the pool became passive or classic."""
    pools = [replace(pool, passive=passive) if pool.fqdn == fqdn else pool for pool in lab.pools]
    moves, stranded = [], []
    for user in lab.users:
        found = find_pool(as_document(user), pools, lab.matrix)
        if isinstance(found, Stranded):
            stranded.append(found)
        elif found.fqdn != user.pool.fqdn:
            moves.append(Move(user.name, user.pool.fqdn, found.fqdn))
    return PassiveChange(fqdn, passive, tuple(moves), tuple(stranded))


def as_document(user: User) -> UserDocument:
    return UserDocument(
        user.name, user.sip_address, user.clients, user.display, user.upn, user.wants_passive, user.fixed_pool
    )
