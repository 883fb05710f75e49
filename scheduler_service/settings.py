"""The environment as one frozen object; every variable is named `WORKFLOWS_` + the field in capitals."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.postgres import SCHEDULER_ROLE, PostgresUrl, as_role


class Settings(BaseSettings):
    """What the scheduler takes from its environment."""

    model_config = SettingsConfigDict(env_prefix="WORKFLOWS_", frozen=True, extra="ignore")

    database_url: PostgresUrl = ""
    """The owner's PostgreSQL, `postgresql://user@host:port/name`; what migrates needs this one."""
    scheduler_database_url: PostgresUrl = ""
    """The service's own, whose login is a member of workflows_scheduler; default: the owner's, as that role."""
    kafka: str = "127.0.0.1:9092"
    """Bootstrap servers of Kafka, separated by commas."""
    scheduler_http_host: str = "127.0.0.1"
    scheduler_http_port: int = Field(default=8081, ge=0, le=65535)
    """Where health and metrics are asked for; 0: a free port."""
    operator_key: SecretStr = SecretStr("")
    """What opens the calls on dead letters, as bearer key; without one they are closed."""
    state_dir: Path = Path(".local/scheduler")
    """A folder of this process; holds nothing that matters."""
    topic_prefix: str = ""
    """Stands before every topic's name."""
    failpoints: str = ""
    """Crash points to switch on, for tests only: `name:hit`, separated by commas; see shared/failpoints."""
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    @model_validator(mode="after")
    def _has_a_database(self) -> Self:
        if not self.database_url and not self.scheduler_database_url:
            raise ValueError("set WORKFLOWS_DATABASE_URL or WORKFLOWS_SCHEDULER_DATABASE_URL")
        return self

    @property
    def url(self) -> str:
        """The URL the service connects to: its own, or the owner's with the least rights."""
        return self.scheduler_database_url or as_role(self.database_url, SCHEDULER_ROLE)

    @property
    def owner_url(self) -> str:
        """The URL of who may change the schema."""
        return self.database_url or self.scheduler_database_url
