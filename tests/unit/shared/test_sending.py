"""One call of publish: what the acknowledgements say of the topic."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from shared.cloud_events import Message
from shared.relay.publishing import Span
from shared.relay.sending import Sending


@dataclass(slots=True)
class Acknowledging:
    """Stands for aiokafka's producer, and acknowledges batches at offsets told beforehand."""

    offsets: list[int]
    batches: list[Any] = field(default_factory=list)

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> "asyncio.Future[Any]":
        """Take a batch."""
        del topic, partition
        self.batches.append(batch)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        future.set_result(SimpleNamespace(offset=self.offsets.pop(0)))
        return future


@pytest.mark.parametrize(
    ("offsets", "span"),
    [
        ([4, 5, 6], Span(4, 7, "2")),
        ([4, 0, 1], Span(0, 2, "2", decreased=True)),
        ([4, 5, 5], Span(4, 6, "2", decreased=True)),
        # The place of a batch that stood there already may be unknown.
        ([4, 5, -1], Span(4, 6, "1")),
    ],
)
async def test_offsets_that_go_down_within_one_call_are_told(offsets: Sequence[int], span: Span) -> None:
    sending = Sending(Acknowledging(list(offsets)), "topic", 1, alone=True)
    headers = [(("ce_sequence", str(number).encode()),) for number in range(3)]
    spans = await sending.send([Message("topic", b"1", b"{}", each) for each in headers])
    assert spans == {0: span}
