"""The topics: their names, their partitions, for how long they keep messages, and who reads them."""

from typing import Final

from pydantic import BaseModel, ConfigDict

LIFECYCLE: Final = "workflows.lifecycle.v1"
DUE: Final = "workflows.due.v1"
HISTORY: Final = "workflows.history.v1"
LOG: Final = "workflows.log.v1"
COMMANDS: Final = "workflows.commands.v1"
RECORDS: Final = "crm.records.v1"
DEAD_LETTER_SUFFIX: Final = ".dead-letter"

# Who reads what the other service writes; each group's id is this and the cluster's id.
SCHEDULER_GROUP: Final = "workflows-scheduler"
EXECUTOR_GROUP: Final = "workflows-executor"
RECORDS_GROUP: Final = "workflows-executor-records"

_DAY_MS: Final = 86_400_000


class Topic(BaseModel):
    """A topic as it is declared: its partitions, and for how long it keeps messages (-1: for ever)."""

    model_config = ConfigDict(frozen=True)

    name: str
    partitions: int
    retention_ms: int


TOPICS: Final = (
    Topic(name=LIFECYCLE, partitions=1, retention_ms=-1),
    Topic(name=DUE, partitions=8, retention_ms=7 * _DAY_MS),
    Topic(name=HISTORY, partitions=12, retention_ms=7 * _DAY_MS),
    Topic(name=COMMANDS, partitions=8, retention_ms=7 * _DAY_MS),
    Topic(name=RECORDS, partitions=12, retention_ms=7 * _DAY_MS),
    Topic(name=LOG, partitions=1, retention_ms=-1),
    *(
        Topic(name=name + DEAD_LETTER_SUFFIX, partitions=1, retention_ms=30 * _DAY_MS)
        for name in (LIFECYCLE, DUE, COMMANDS, RECORDS)
    ),
)
