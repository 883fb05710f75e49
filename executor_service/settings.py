"""The environment as one frozen object; every variable is named `WORKFLOWS_` + the field in capitals."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.contracts import TOPICS
from shared.postgres import EXECUTOR_ROLE, PostgresUrl, as_role


class RoleName(StrEnum):
    """A part of the service that a process may run apart from the others."""

    API = "api"
    CONSUMER = "consumer"
    WORKER = "worker"
    RELAY = "relay"
    PROJECTOR = "projector"


ALL_ROLES = frozenset(RoleName)
_TOPIC_NAME: Final = re.compile(r"[a-zA-Z0-9._-]{1,200}")


class Settings(BaseSettings):
    """What the executor takes from its environment."""

    model_config = SettingsConfigDict(env_prefix="WORKFLOWS_", frozen=True, extra="ignore")

    database_url: PostgresUrl = ""
    """The owner's PostgreSQL, `postgresql://user@host:port/name`; what migrates needs this one."""
    executor_database_url: PostgresUrl = ""
    """The service's own, whose login is a member of workflows_executor; default: the owner's, as that role."""
    kafka: str = "127.0.0.1:9092"
    """Bootstrap servers of Kafka, separated by commas."""
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    """Where the API listens; 0: a free port."""
    state_dir: Path = Path(".local/executor")
    """A folder of this process; holds nothing that matters."""
    topic_prefix: str = ""
    """Stands before every topic's name."""
    publish_topics: str = ""
    """Topics that the action publish to Kafka may name, separated by commas; declared by migrate where missing."""
    workers: int = Field(default=2, ge=1, le=64)
    """Tasks that advance cohorts, in each process with the role worker."""
    failpoints: str = ""
    """Crash points to switch on, for tests only: `name:hit`, separated by commas; see shared/failpoints."""
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    @model_validator(mode="after")
    def _has_a_database(self) -> Self:
        if not self.database_url and not self.executor_database_url:
            raise ValueError("set WORKFLOWS_DATABASE_URL or WORKFLOWS_EXECUTOR_DATABASE_URL")
        return self

    @model_validator(mode="after")
    def _publishes_to_others(self) -> Self:
        for name in self.published:
            if _TOPIC_NAME.fullmatch(name) is None or name in {topic.name for topic in TOPICS}:
                raise ValueError(f"WORKFLOWS_PUBLISH_TOPICS: {name[:60]!r} is no topic's name, or the product's own")
        return self

    @property
    def published(self) -> tuple[str, ...]:
        """The topics that the action publish to Kafka may name, without prefix."""
        names = (name.strip() for name in self.publish_topics.split(","))
        return tuple(sorted({name for name in names if name}))

    @property
    def url(self) -> str:
        """The URL the service connects to: its own, or the owner's with the least rights."""
        return self.executor_database_url or as_role(self.database_url, EXECUTOR_ROLE)

    @property
    def owner_url(self) -> str:
        """The URL of who may change the schema."""
        return self.database_url or self.executor_database_url
