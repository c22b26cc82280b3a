"""Where the page finds PostgreSQL, and how long somebody stays signed in. It holds no secret of its own."""

from pydantic_settings import BaseSettings, SettingsConfigDict

from infra.settings import STATE


class Settings(BaseSettings):
    """Every name is `SANLING_<FIELD>` in the environment or in the state folder's settings.env."""

    model_config = SettingsConfigDict(
        env_prefix="SANLING_", env_file=STATE / "settings.env", extra="ignore", frozen=True
    )

    pg_host: str = "127.0.0.1"
    pg_port: int = 5432
    pg_serving: str = "sanling"  # database that holds schema `mart`
    dashboard_hosts: list[str] = ["127.0.0.1", "localhost"]  # names under which the page is asked for
    dashboard_idle_minutes: int = 30  # without a click, then the session ends
    dashboard_session_hours: int = 10  # whatever happens, then it ends
