"""The relay: publishes the log of one service to Kafka, each topic at its own pace."""

from shared.relay.cursors import Cursor, republish
from shared.relay.feeds import TopicFeed
from shared.relay.publisher import KafkaPublisher
from shared.relay.publishing import (
    MessageTooLargeError,
    Publisher,
    PublishInterruptedError,
    Span,
    TopicUnavailableError,
)
from shared.relay.relay import Relay

__all__ = [
    "Cursor",
    "KafkaPublisher",
    "MessageTooLargeError",
    "PublishInterruptedError",
    "Publisher",
    "Relay",
    "Span",
    "TopicFeed",
    "TopicUnavailableError",
    "republish",
]
