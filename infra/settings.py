"""Settings of one installation, read from the environment and from the state folder.

The local stack writes `.sanling/settings.env` (mode 600) on its first start; a city sets the same
names in the environment. Nothing here has a default that opens a door: a missing secret is an error.
"""

from functools import lru_cache
from os import environ
from pathlib import Path

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[1]
STATE = Path(environ.get("SANLING_STATE", ROOT / ".sanling")).resolve()
CONTRACTS = ROOT / "ingest" / "contracts"
TIMEZONE = "Asia/Shanghai"
BUILDERS = 2  # processes that build a layer of models side by side, each with its share of the cores


class SettingsMissing(RuntimeError):
    """The stack has not been started, or the environment lacks a name."""


class Settings(BaseSettings):
    """Where the stores are and how to enter them. Every name is `SANLING_<FIELD>` in the environment."""

    model_config = SettingsConfigDict(
        env_prefix="SANLING_", env_file=STATE / "settings.env", extra="ignore", frozen=True
    )

    s3_endpoint: str  # host:port, no scheme
    s3_access_key: str
    s3_secret_key: SecretStr
    s3_secure: bool = False
    s3_region: str = "us-east-1"

    pg_host: str = "127.0.0.1"
    pg_port: int = 5432
    pg_user: str = "sanling_writer"
    pg_password: SecretStr
    pg_serving: str = "sanling"  # database that holds schema `mart`
    pg_catalog: str = "sanling_lake"  # database that holds the DuckLake catalogue

    pseudonym_key: SecretStr  # hex, 32 bytes; the same key gives the same pseudonym
    min_cell: int = 5
    memory_limit: str = "1GB"  # DuckDB's limit in every step
    drop: Path = STATE / "drop"  # one folder a file feed


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings in force; raises SettingsMissing and says which names are not set."""
    try:
        return Settings()
    except ValidationError as error:
        names = ", ".join(f"SANLING_{str(e['loc'][0]).upper()}" for e in error.errors())
        raise SettingsMissing(f"not set: {names}. Start the stack with `make up` or set them.") from None


def connection(name: str) -> str:
    """The URI of a source platform, `SANLING_CONN_<NAME>` from the environment or the state folder."""
    key = f"SANLING_CONN_{name.upper()}"
    if key in environ:
        return environ[key]
    file = STATE / "connections.env"
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        left, _, right = line.partition("=")
        if left.strip() == key:
            return right.strip()
    raise SettingsMissing(f"connection {name!r} is not set: put {key} into the environment")
