"""What all tests share: the real programs they run against and the guard that keeps them on this machine."""

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.servers.lacking",  # first: the others import it, and pytest wants to read it before
    "tests.servers.browsers",
    "tests.servers.databases",
    "tests.servers.guard",
    "tests.servers.mail",
    "tests.servers.redis",
]

settings.register_profile(
    "kartoteka",
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("kartoteka")
