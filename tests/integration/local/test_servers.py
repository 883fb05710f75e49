"""The local servers keep what they were told, whatever ends them, and stay out of each other's way."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local.leftovers import end_leftovers
from deploy.local.processes import ProcessRecord
from deploy.local.servers import ServerNotOursError, Servers, local_servers
from deploy.local.services import ROOT
from deploy.local.state import AlreadyRunningError, State

_TOPIC = "letters"
_LAUNCHER = """
import asyncio, sys
from pathlib import Path
from deploy.local.servers import local_servers

async def run():
    async with local_servers(Path(sys.argv[1]), kafka=False, environment={}) as servers:
        print(servers.postgres.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(run())
"""


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


async def _write(servers: Servers, text: str) -> None:
    async with _connected(servers.database_url) as connection:
        await connection.execute("CREATE TABLE letter (body text NOT NULL)")
        await connection.execute("INSERT INTO letter (body) VALUES ($1)", text)
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.kafka)
    await admin.start()
    await admin.create_topics([NewTopic(_TOPIC, num_partitions=1, replication_factor=1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=servers.kafka, acks="all")
    await producer.start()
    await producer.send_and_wait(_TOPIC, text.encode())
    await producer.stop()


async def _read(servers: Servers) -> tuple[list[str], list[str]]:
    async with _connected(servers.database_url) as connection:
        rows = [row["body"] for row in await connection.fetch("SELECT body FROM letter")]
    consumer = AIOKafkaConsumer(_TOPIC, bootstrap_servers=servers.kafka, auto_offset_reset="earliest")
    await consumer.start()
    async with asyncio.timeout(20):
        message = await consumer.getone()
    await consumer.stop()
    return rows, [message.value.decode()]


def _record(process: subprocess.Popen[bytes], name: str) -> ProcessRecord:
    return ProcessRecord.of(name, process.pid, signal.SIGTERM)


async def _gone(pid: int) -> bool:
    async with asyncio.timeout(20):
        while psutil.pid_exists(pid):  # noqa: ASYNC110  # a process of another launcher, which nothing tells us of
            await asyncio.sleep(0.02)
    return True


async def test_what_was_written_is_read_after_both_servers_were_killed(own_servers: Servers) -> None:
    await _write(own_servers, "kept")
    before = own_servers.database_url, own_servers.kafka

    await own_servers.postgres.kill()
    await own_servers.kafka_broker.kill()
    assert (own_servers.postgres.exit_code, own_servers.kafka_broker.exit_code) == (-9, -9)
    await own_servers.postgres.start()
    await own_servers.kafka_broker.start()

    assert await _read(own_servers) == (["kept"], ["kept"])
    assert (own_servers.database_url, own_servers.kafka) == before


async def test_two_state_directories_run_side_by_side(own_servers: Servers, awkward_folder: Path) -> None:
    async with local_servers(awkward_folder / "other", environment={}) as other:
        await _write(other, "of the other")
        assert await _read(other) == (["of the other"], ["of the other"])
        assert other.kafka != own_servers.kafka
        broker = other.kafka_broker
    assert own_servers.postgres.running
    assert own_servers.kafka_broker.running
    assert broker.exit_code == 128 + signal.SIGTERM  # how a Java program leaves that was asked to


async def test_a_second_start_in_the_same_state_directory_is_refused(own_servers: Servers) -> None:
    with pytest.raises(AlreadyRunningError):
        async with local_servers(own_servers.state.path, environment={}):
            pass
    assert own_servers.postgres.running


async def test_servers_that_the_environment_names_are_used_and_not_started(tmp_path: Path) -> None:
    given = {"WORKFLOWS_DATABASE_URL": "postgresql://somewhere/else", "WORKFLOWS_KAFKA": "elsewhere:9092"}
    async with local_servers(tmp_path, environment=given) as servers:
        assert (servers.database_url, servers.kafka) == ("postgresql://somewhere/else", "elsewhere:9092")
        assert servers.children == []
        with pytest.raises(ServerNotOursError):
            _ = servers.postgres


async def test_a_frozen_server_goes_on_when_thawed(own_servers: Servers) -> None:
    own_servers.postgres.freeze()
    with pytest.raises(TimeoutError):
        await asyncpg.connect(own_servers.database_url, timeout=0.3)
    own_servers.postgres.thaw()
    async with _connected(own_servers.database_url) as connection:
        assert await connection.fetchval("SELECT 1") == 1


async def test_the_server_has_the_settings_the_figures_rest_on(own_servers: Servers) -> None:
    async with _connected(own_servers.database_url) as connection:
        rows = await connection.fetch("SELECT name, setting FROM pg_settings")
    settings = {row["name"]: row["setting"] for row in rows}
    names = ("fsync", "full_page_writes", "jit", "max_wal_size", "server_encoding", "synchronous_commit")
    assert [settings[name] for name in names] == ["on", "on", "off", "4096", "UTF8", "on"]
    assert settings["wal_compression"] != "off"


async def test_nobody_without_the_password_is_let_in(own_servers: Servers) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(own_servers.database_url, password="guessed", timeout=5)  # noqa: S106  # the wrong one


async def test_a_pid_file_that_names_a_living_stranger_keeps_nothing_from_starting(tmp_path: Path) -> None:
    async with local_servers(tmp_path, kafka=False, environment={}):
        pass
    stale = tmp_path / "postgres" / "data" / "postmaster.pid"
    stale.write_text(f"{os.getppid()}\n", encoding="ascii")
    async with local_servers(tmp_path, kafka=False, environment={}) as again:
        assert again.postgres.running


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next launcher ends what was left")
async def test_a_server_does_not_outlive_a_killed_launcher_and_starts_anew(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", _LAUNCHER, str(tmp_path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, cwd=ROOT) as launcher:  # noqa: ASYNC220  # it is to be killed
        assert launcher.stdout is not None
        server = int(await asyncio.to_thread(launcher.stdout.readline))
        launcher.kill()
    assert await _gone(server)
    async with local_servers(tmp_path, kafka=False, environment={}) as again:
        assert again.postgres.running


async def test_what_was_left_running_is_ended_and_a_stranger_with_its_number_is_not(tmp_path: Path) -> None:
    state = State(tmp_path)
    with (
        subprocess.Popen(["sleep", "60"]) as left,  # noqa: ASYNC220  # it is to be ended
        subprocess.Popen(["sleep", "60"]) as stranger,  # noqa: ASYNC220  # likewise
    ):
        state.remember(_record(left, "left"))
        state.remember(_record(stranger, "earlier").model_copy(update={"began": 1.0}))
        await end_leftovers(state, lambda _: None)
        assert left.wait() == -signal.SIGTERM
        assert stranger.poll() is None
        assert state.records() == []
        stranger.kill()
