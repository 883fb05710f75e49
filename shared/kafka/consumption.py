"""Keeping a Faust app honest: a topic that comes back empty is a trap.

Faust keeps the offset it has read up to. When a topic was deleted and made anew, or the broker lost its data, it drops
every message below that offset in silence, may commit it into the new topic, and stands still for ever, in part also
after a restart. Nothing is logged. So

- the group's id ends in the cluster's id: on a new cluster nobody inherits an offset;
- a watch, which is not Faust, asks every second: has the cluster id changed, is a topic missing, does a committed
  offset lie beyond the end, has the app crashed?
- if so the app is stopped, what lies beyond the end is set back to the beginning, and when the topics exist a new app
  is started. It is made anew each time: an app that was stopped is not started again.

Offsets are a hint, PostgreSQL the truth: reading again costs duplicates, which are harmless everywhere.

Each process has a member id of its own, leased by an advisory lock on its name, for two processes with one id both go
on and nobody says so. Before an app joins, the former bearer of its id is put out of the group (see `leaving`). A group
that still has another living member takes no offsets from outside; each process has a watch of its own, so all of them
leave, and whoever is last sets the offsets back.

Stopping an app while the broker is away never returns, not even under `asyncio.wait_for`. It is waited for fifteen
seconds and then left behind; whoever ends the process must not wait for it either.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from shared.kafka.broker import Broker, BrokerAwayError, TopicMissingError
from shared.kafka.membership import lease_member
from shared.logs import described, get_logger
from shared.loops import Stop
from shared.postgres import is_transient
from shared.postgres.lease import Lease

# For `faust.App(group_id, broker=…, datadir=…, consumer_group_instance_id=…, **FAUST_SETTINGS)`. Each one is there
# because of a measured loss or stall: Faust commits what was cancelled unless it waits for the stream to be empty,
# makes topics and a leader topic of its own, and takes a port.
FAUST_SETTINGS: Final[dict[str, Any]] = {
    "value_serializer": "raw",
    "key_serializer": "raw",
    "stream_wait_empty": True,
    "stream_buffer_maxsize": 1024,
    "topic_disable_leader": True,
    "topic_allow_declare": False,
    "web_enabled": False,
    "broker_commit_every": 500,
    "broker_commit_interval": 1.0,
    "broker_session_timeout": 10.0,
    "broker_heartbeat_interval": 3.0,
    "broker_request_timeout": 15.0,
    "table_standby_replicas": 0,
}

_LOOK_SECONDS: Final = 1.0
_STOP_SECONDS: Final = 15.0
_START_SECONDS: Final = 60.0
_log = get_logger("consumption")


class Running(Protocol):
    """What is started and stopped; a Faust app is one."""

    @property
    def crashed(self) -> bool:
        """Tell whether it has ended by itself."""
        ...

    async def start(self) -> None:
        """Begin to read."""
        ...

    async def stop(self) -> None:
        """Leave off reading; what is in hand is finished."""
        ...


MakeApp = Callable[[str, str], Running]
"""Makes an app that was never started, of a group id and a member id (`consumer_group_instance_id`)."""


class Consumption:
    """A group of topics read by an app that is made anew whenever it may have lost its place."""

    def __init__(
        self, *, bootstrap: str, group: str, topics: Sequence[str], make_app: MakeApp, url: str, schema: str
    ) -> None:
        """`group` is the name without the cluster's id; `url` and `schema` are for the lease of the member id."""
        self._bootstrap = bootstrap
        self._group = group
        self._topics = tuple(topics)
        self._make_app = make_app
        self._url = url
        self._schema = schema
        self.trouble: str | None = "not started"
        """Why nothing is read now, for `/readyz`; None while the app runs."""
        self.starts = 0
        """How many apps have been started."""
        self.abandoned = False
        """An app did not stop in time: leave by `os._exit`, for its threads may hold the process."""

    async def run(self, stop: Stop) -> None:
        """Read until told to stop; whatever happens to broker, topics or lease, go on with a new app."""
        while not stop.is_set:
            try:
                await self._as_member(stop)
            except (BrokerAwayError, TopicMissingError) as error:
                self._report(str(error))
            except Exception as error:  # noqa: BLE001 # the top of a loop: the next round begins from nothing
                self._report(described(error))
                if not is_transient(error):
                    _log.exception("Reading stopped and begins again", group=self._group)
            await stop.wait(_LOOK_SECONDS)

    def _report(self, trouble: str) -> None:
        if trouble != self.trouble:
            _log.warning("Nothing is read", group=self._group, topics=self._topics, trouble=trouble)
        self.trouble = trouble

    async def _as_member(self, stop: Stop) -> None:
        member, lease = await lease_member(self._url, schema=self._schema, group=self._group)
        try:
            while not stop.is_set and not lease.lost.is_set():
                await self._one_app(stop, member, lease)
        finally:
            await lease.release()

    async def _one_app(self, stop: Stop, member: str, lease: Lease) -> None:
        cluster = await self._wait_for_topics()
        broker = Broker(self._bootstrap, group=group_id(self._group, cluster))
        try:
            await broker.put_out(member)
            await self._set_back(broker)
            app = self._make_app(group_id(self._group, cluster), member)
            try:
                await self._start(app)
                await self._watch(broker, app, cluster, stop, lease)
            finally:
                await self._stop(app)
        finally:
            await broker.close()

    async def _wait_for_topics(self) -> str:
        broker = Broker(self._bootstrap)
        try:
            for topic in self._topics:
                await broker.partitions(topic)
            return await broker.cluster_id()
        finally:
            await broker.close()

    async def _set_back(self, broker: Broker) -> None:
        for topic in self._topics:
            if beyond := await broker.beyond_end(topic):
                await broker.set_back(beyond)
                _log.warning("Offsets beyond the end were set back", topic=topic, partitions=len(beyond))

    async def _start(self, app: Running) -> None:
        task = asyncio.ensure_future(app.start())
        done, _ = await asyncio.wait({task}, timeout=_START_SECONDS)
        if not done:
            task.cancel()
            raise BrokerAwayError(TimeoutError("the app did not start"))
        task.result()
        self.starts += 1
        self.trouble = None
        _log.info("Reading", group=self._group, topics=self._topics)

    async def _watch(self, broker: Broker, app: Running, cluster: str, stop: Stop, lease: Lease) -> None:
        while not stop.is_set:
            trouble = (
                "the lease of the member id was lost" if lease.lost.is_set() else await self._look(broker, cluster)
            )
            if trouble is None and app.crashed:
                trouble = "the app crashed"
            if trouble is not None:
                self._report(trouble)
                return
            await stop.wait(_LOOK_SECONDS)

    async def _look(self, broker: Broker, cluster: str) -> str | None:
        """Return what makes the app's place doubtful; a broker that is merely away does not, Faust waits for it."""
        try:
            if await broker.cluster_id() != cluster:
                return "the cluster is another one"
            for topic in self._topics:
                if await broker.beyond_end(topic):
                    return f"a committed offset lies beyond the end of {topic}"
        except TopicMissingError as error:
            return str(error)
        except BrokerAwayError:
            return None
        return None

    async def _stop(self, app: Running) -> None:
        task = asyncio.ensure_future(app.stop())
        done, _ = await asyncio.wait({task}, timeout=_STOP_SECONDS)
        if not done:
            self.abandoned = True
            _log.warning("An app did not stop in time and is left behind", group=self._group)
        elif (error := task.exception()) is not None:
            _log.warning("An app stopped with an error", group=self._group, error=described(error))


def group_id(group: str, cluster: str) -> str:
    """Return the id of a group on one cluster."""
    return f"{group}.{cluster}"
