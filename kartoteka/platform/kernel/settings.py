"""Settings from the environment, checked once at the start."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from kartoteka.platform.kernel.errors import Misconfigured

DEFAULT_ARES = "https://ares.gov.cz/ekonomicke-subjekty-v-be/rest"
DEFAULT_VIES = "https://ec.europa.eu/taxation_customs/vies/rest-api"
DEFAULT_POLAND = "https://wl-api.mf.gov.pl"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where this Kartoteka keeps its things and how it is reached."""

    data: Path
    database_url: str
    redis_url: str | None
    files_url: str
    smtp_url: str | None
    base_url: str
    secret_key: str
    search: str
    ares_url: str
    vies_url: str
    poland_url: str
    # Networks inside the firm that webhooks may reach; all others lead to public addresses only.
    private_networks: tuple[str, ...] = ()
    # A second storage that is read where the first has nothing, while files move from one to the other.
    files_also: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """This function will read the `KARTOTEKA_…` variables and make the data folder.

        :raises Misconfigured: one sentence that names the variable and what it may be.
        """
        data = Path(environment.get("KARTOTEKA_DATA") or "data").absolute()
        _make_folder(data)
        database_url = environment.get("KARTOTEKA_DATABASE_URL") or f"sqlite:///{data / 'kartoteka.db'}"
        embedded = _check_database_url(database_url) == "sqlite"
        return cls(
            data=data,
            database_url=database_url,
            redis_url=_url(environment, "KARTOTEKA_REDIS_URL", ("redis", "rediss", "unix")),
            files_url=_url(environment, "KARTOTEKA_FILES_URL", ("file", "s3", "memory"))
            or f"file://{data / 'files'}",
            smtp_url=_url(environment, "KARTOTEKA_SMTP_URL", ("smtp", "smtps")),
            base_url=(
                _url(environment, "KARTOTEKA_BASE_URL", ("http", "https")) or "http://127.0.0.1:8000"
            ).rstrip("/"),
            secret_key=_secret(environment, data),
            search=_choice(
                environment, "KARTOTEKA_SEARCH", "whoosh" if embedded else "database", ("whoosh", "database")
            ),
            ares_url=(_url(environment, "KARTOTEKA_ARES_URL", ("http", "https")) or DEFAULT_ARES).rstrip("/"),
            vies_url=(_url(environment, "KARTOTEKA_VIES_URL", ("http", "https")) or DEFAULT_VIES).rstrip("/"),
            poland_url=(
                _url(environment, "KARTOTEKA_POLAND_URL", ("http", "https")) or DEFAULT_POLAND
            ).rstrip("/"),
            private_networks=_networks(environment, "KARTOTEKA_PRIVATE_NETWORKS"),
            files_also=_url(environment, "KARTOTEKA_FILES_ALSO", ("file", "s3", "memory")) or "",
        )

    @property
    def embedded(self) -> bool:
        """True when everything lives in the data folder of one machine."""
        return self.database_url.startswith("sqlite")


def _make_folder(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(
            f"KARTOTEKA_DATA must be a folder that can be written to; {data}: {error.strerror}."
        ) from error


def _check_database_url(url: str) -> str:
    wish = "KARTOTEKA_DATABASE_URL must be sqlite:///path or postgresql+psycopg://user:password@host/name"
    try:
        backend = make_url(url)
    except ArgumentError as error:
        raise Misconfigured(f"{wish}.") from error
    if backend.drivername not in ("sqlite", "postgresql+psycopg"):
        raise Misconfigured(f"{wish}, not {backend.drivername}.")
    return backend.get_backend_name()


def _url(environment: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    value = environment.get(name)
    if not value:
        return None
    if urlsplit(value).scheme not in schemes:
        raise Misconfigured(f"{name} must begin with {' or '.join(scheme + '://' for scheme in schemes)}.")
    return value


def _networks(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    texts = tuple(each.strip() for each in environment.get(name, "").split(",") if each.strip())
    for each in texts:
        try:
            ip_network(each, strict=False)
        except ValueError:
            wish = f"{name} must be networks such as 10.0.0.0/8,192.168.1.5"
            raise Misconfigured(f"{wish}, not {each[:60]}.") from None
    return texts


def _choice(environment: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = environment.get(name) or default
    if value not in allowed:
        raise Misconfigured(f"{name} must be {' or '.join(allowed)}, not {value}.")
    return value


def _secret(environment: Mapping[str, str], data: Path) -> str:
    given = environment.get("KARTOTEKA_SECRET_KEY")
    if given:
        if len(given) < 16:
            raise Misconfigured("KARTOTEKA_SECRET_KEY must have at least 16 characters.")
        return given
    path = data / "secret.key"
    if not path.exists():
        _write_secret(path)
    return path.read_text().strip()


def _write_secret(path: Path) -> None:
    """Two processes may start at once: the first to create the file wins, the other reads it."""
    draft = path.with_name(f"secret.{secrets.token_hex(8)}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(48))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
