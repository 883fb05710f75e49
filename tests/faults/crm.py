"""A database filled with contacts by the product's own code, once a session; each test gets a copy."""

from dataclasses import dataclass
from functools import partial
from typing import Final

import asyncpg

from executor_service.bootstrap import keys
from executor_service.records.handlers import RecordKey, UpsertInput, upsert_records
from executor_service.records.ports import Source
from executor_service.records.store import PostgresRecordsWork
from executor_service.settings import Settings
from shared.postgres import close_pool, migrate_schema, open_pool
from tests.conftest import SCHEMAS, with_database

LEADS: Final = 2_200
OTHERS: Final = 300
_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Crm:
    """A database with contacts of which some are leads, and a key to the API."""

    url: str
    key: str
    leads: frozenset[int]

    @property
    def name(self) -> str:
        """The name of the database."""
        return self.url.rsplit("/", 1)[-1]


async def fill(server_url: str, name: str) -> Crm:
    """Make a database on a server, migrated, with contacts and a key."""
    url = with_database(server_url, name)
    admin = await asyncpg.connect(server_url)
    await admin.execute(f'CREATE DATABASE "{name}"')
    await admin.close()
    connection = await asyncpg.connect(url)
    for schema, folders in SCHEMAS.items():
        await migrate_schema(connection, schema=schema, folders=folders)
    await connection.close()
    leads = await _import_contacts(url)
    made = await keys.create(Settings(database_url=url), name="faults", role=keys.RoleWord.ADMIN)
    return Crm(url, made["key"], leads)


async def copy(server_url: str, crm: Crm, name: str) -> Crm:
    """Make a copy of a filled database, which nobody may be connected to."""
    admin = await asyncpg.connect(server_url)
    await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{crm.name}"')
    await admin.close()
    return Crm(with_database(server_url, name), crm.key, crm.leads)


async def drop(server_url: str, name: str) -> None:
    """Remove a database, whoever is connected to it."""
    admin = await asyncpg.connect(server_url)
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.close()


async def _import_contacts(url: str) -> frozenset[int]:
    pool = await open_pool(url, schema="executor", max_size=1)
    work = partial(PostgresRecordsWork, pool)
    leads: set[int] = set()
    for begin in range(0, LEADS + OTHERS, _PAGE):
        inputs = [_contact(number) for number in range(begin, begin + _PAGE)]
        answers, _ = await upsert_records(
            work=work(), type_name="contacts", inputs=inputs, source=Source("API", "key-1")
        )
        leads.update(answer.record.id for answer in answers if answer.record is not None and begin < LEADS)
    await close_pool(pool)
    return frozenset(leads)


def _contact(number: int) -> UpsertInput:
    email = f"person{number}@example.com"
    stage = "lead" if number < LEADS else "customer"
    return UpsertInput(RecordKey(email, "email"), {"email": email, "lifecyclestage": stage})
