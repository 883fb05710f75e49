"""Kafka: topics, producers, and the side of the consumers that must not rest on what Faust promises."""

from shared.kafka.acceptance import (
    Attempt,
    RawMessage,
    Refusal,
    RefusedMessageError,
    StoreDeadLetter,
    accept,
    decode_as,
    insist,
    raw_message,
    try_message,
    understand,
)
from shared.kafka.batches import BatchReader
from shared.kafka.broker import Broker, BrokerAwayError, TopicMissingError
from shared.kafka.consumption import FAUST_SETTINGS, Consumption, Running, group_id
from shared.kafka.producer import make_producer
from shared.kafka.rereading import reread
from shared.kafka.topics import cluster_id, declare_topics, prefixed, topic_ends

__all__ = [
    "FAUST_SETTINGS",
    "Attempt",
    "BatchReader",
    "Broker",
    "BrokerAwayError",
    "Consumption",
    "RawMessage",
    "Refusal",
    "RefusedMessageError",
    "Running",
    "StoreDeadLetter",
    "TopicMissingError",
    "accept",
    "cluster_id",
    "declare_topics",
    "decode_as",
    "group_id",
    "insist",
    "make_producer",
    "prefixed",
    "raw_message",
    "reread",
    "topic_ends",
    "try_message",
    "understand",
]
