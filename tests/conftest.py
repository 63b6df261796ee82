"""Settings for all tests."""

from hypothesis import HealthCheck, settings

# The machine may be busy with other tests: time says nothing about what is shown here.
settings.register_profile("passivelab", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("passivelab")
