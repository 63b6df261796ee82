"""Reads hosts, plans, applies in the order of the graph, proves, and takes back what the lab owns."""

from passivelab.engine.build import Build, Means, Scope
from passivelab.engine.plan import Change, Plan

__all__ = ["Build", "Change", "Means", "Plan", "Scope"]
