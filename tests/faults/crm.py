"""A database filled with contacts by the product's own code, once a session; each test gets a copy."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import asyncpg

from executor_service.bootstrap import keys
from executor_service.records.handlers import BatchInput, RecordKey, upsert_records
from executor_service.records.ports import Source
from executor_service.records.store import PostgresRecordsWork
from executor_service.settings import Settings
from shared.postgres import close_pool, migrate_schema, open_pool
from tests.conftest import SCHEMAS, with_database

LEADS: Final = 1_300
OTHERS: Final = 300
_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Crm:
    """A database with contacts, some leads and the others customers, and a key to the API.

    `north`: the ids of those, of both, whose `state` is that.
    """

    url: str
    key: str
    leads: frozenset[int]
    others: frozenset[int]
    north: frozenset[int]

    @property
    def name(self) -> str:
        """The name of the database."""
        return self.url.rsplit("/", 1)[-1]


async def fill(server_url: str, name: str, *, leads: int = LEADS) -> Crm:
    """Make a database on a server, migrated, with contacts and a key."""
    url = with_database(server_url, name)
    admin = await asyncpg.connect(server_url)
    await admin.execute(f'CREATE DATABASE "{name}"')
    await admin.close()
    connection = await asyncpg.connect(url)
    for schema, folders in SCHEMAS.items():
        await migrate_schema(connection, schema=schema, folders=folders)
    await connection.close()
    ids = await _import_contacts(url, leads)
    made = await keys.create(Settings(database_url=url), name="faults", role=keys.RoleWord.ADMIN)
    return Crm(
        url,
        made["key"],
        leads=frozenset(ids[:leads]),
        others=frozenset(ids[leads:]),
        north=frozenset(each for number, each in enumerate(ids) if _is_north(number)),
    )


async def copy(server_url: str, crm: Crm, name: str) -> Crm:
    """Make a copy of a filled database, which nobody may be connected to."""
    admin = await asyncpg.connect(server_url)
    await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{crm.name}"')
    await admin.close()
    return replace(crm, url=with_database(server_url, name))


async def drop(server_url: str, name: str) -> None:
    """Remove a database, whoever is connected to it."""
    admin = await asyncpg.connect(server_url)
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.close()


async def _import_contacts(url: str, leads: int) -> list[int]:
    pool = await open_pool(url, schema="executor", max_size=1)
    work = partial(PostgresRecordsWork, pool)
    ids: list[int] = []
    for begin in range(0, leads + OTHERS, _PAGE):
        inputs = [_contact(number, is_lead=number < leads) for number in range(begin, begin + _PAGE)]
        batch = await upsert_records(work=work(), type_name="contacts", inputs=inputs, source=Source("API", "key-1"))
        ids.extend(answer.record.id for answer in batch.answers if answer.record is not None)
    await close_pool(pool)
    return ids


def _is_north(number: int) -> bool:
    return number % 3 == 0


def _contact(number: int, *, is_lead: bool) -> BatchInput:
    email = f"person{number}@example.com"
    stage = "lead" if is_lead else "customer"
    state = "North" if _is_north(number) else "South"
    return BatchInput(RecordKey(email, "email"), {"email": email, "lifecyclestage": stage, "state": state})
