"""Two plain values and a rule give their differences; pure, knows nothing of hosts or roles."""

from passivelab.compare.differences import ABSENT, Absent, Difference, Rules, differences, same

__all__ = ["ABSENT", "Absent", "Difference", "Rules", "differences", "same"]
