"""The one way to make a producer."""

from aiokafka import AIOKafkaProducer

REQUEST_TIMEOUT_MS = 5_000
BATCH_BYTES = 128 * 1024


def make_producer(bootstrap: str) -> AIOKafkaProducer:
    """Return an idempotent producer that waits for all in-sync replicas; the caller starts and stops it.

    After any error that is not about a message it must be thrown away: a producer that missed an acknowledgement may
    stay out of sequence for ever.
    """
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        enable_idempotence=True,
        acks="all",
        linger_ms=5,
        max_batch_size=BATCH_BYTES,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
    )
