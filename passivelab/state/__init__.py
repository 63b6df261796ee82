"""What outlives a run: the journal (written ahead), the ledger (its fold: what the lab owns) and the lock."""

from passivelab.state.journal import Journal
from passivelab.state.ledger import Entry, Ledger, fold
from passivelab.state.lock import Lock, Owner

__all__ = ["Entry", "Journal", "Ledger", "Lock", "Owner", "fold"]
