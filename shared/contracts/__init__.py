"""What crosses between the services and to others: topics, derived ids, the data of every message that goes out.

Everything here is public and changes only by addition. Ids are derived, so that whoever computes one names it alike.
What comes in from others stands in `inbound`. The messages of `history` and `log` are named by their module, for their
names are those of events.
"""

from shared.contracts.due import (
    DueMessage,
    OccurrenceDue,
    OccurrencesSkipped,
    ScheduleChanged,
)
from shared.contracts.ids import (
    NAMESPACE,
    SEQUENCE_INDEX_DIGITS,
    asked_occurrence_id,
    claim_cohort_id,
    claim_id,
    derived_id,
    effect_id,
    enrollment_id,
    event_id,
    instant_text,
    page_cohort_id,
    payload_id,
    record_message_digests,
    record_message_ids,
    scheduled_occurrence_id,
    sequence_text,
    unenrollment_request_id,
)
from shared.contracts.lifecycle import (
    Lifecycle,
    WorkflowDeleted,
    WorkflowPaused,
    WorkflowResumed,
    WorkflowTurnedOff,
    WorkflowTurnedOn,
)
from shared.contracts.topics import (
    COMMANDS,
    DEAD_LETTER_SUFFIX,
    DUE,
    EXECUTOR_GROUP,
    HISTORY,
    LIFECYCLE,
    LOG,
    RECORDS,
    RECORDS_GROUP,
    SCHEDULER_GROUP,
    TOPICS,
    Topic,
)
from shared.contracts.wire import (
    Wire,
    Word,
    WorkflowId,
)

__all__ = [
    "COMMANDS",
    "DEAD_LETTER_SUFFIX",
    "DUE",
    "EXECUTOR_GROUP",
    "HISTORY",
    "LIFECYCLE",
    "LOG",
    "NAMESPACE",
    "RECORDS",
    "RECORDS_GROUP",
    "SCHEDULER_GROUP",
    "SEQUENCE_INDEX_DIGITS",
    "TOPICS",
    "DueMessage",
    "Lifecycle",
    "OccurrenceDue",
    "OccurrencesSkipped",
    "ScheduleChanged",
    "Topic",
    "Wire",
    "Word",
    "WorkflowDeleted",
    "WorkflowId",
    "WorkflowPaused",
    "WorkflowResumed",
    "WorkflowTurnedOff",
    "WorkflowTurnedOn",
    "asked_occurrence_id",
    "claim_cohort_id",
    "claim_id",
    "derived_id",
    "effect_id",
    "enrollment_id",
    "event_id",
    "instant_text",
    "page_cohort_id",
    "payload_id",
    "record_message_digests",
    "record_message_ids",
    "scheduled_occurrence_id",
    "sequence_text",
    "unenrollment_request_id",
]
