"""`records import`: a file of records into one object type."""

import asyncio
import difflib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import quote

import httpx2
import typer

from executor_service.cli.failures import CommandError, Exit, InvalidInputError, MisuseError, Problem
from executor_service.cli.importing.error_file import ErrorFile
from executor_service.cli.importing.json_lines import JsonLinesRows
from executor_service.cli.importing.pages import Page, Rules, send_pages, to_pages
from executor_service.cli.importing.progress import progress
from executor_service.cli.importing.rows import ID_PROPERTY
from executor_service.cli.importing.sources import Source, open_source
from executor_service.cli.importing.summary import Tally
from executor_service.cli.importing.survey import Survey, survey
from executor_service.cli.importing.tables import CsvRows, read_delimiter
from executor_service.cli.importing.upserts import Settled, Upserts
from executor_service.cli.server import Server, headers_of, timeout
from executor_service.cli.session import Session, with_session

_File = Annotated[str, typer.Argument(metavar="FILE", help="CSV or JSON Lines, UTF-8; - for standard input.")]
_Type = Annotated[str, typer.Option("--type", help="The object type, by plural name or id: contacts, 0-1.")]
_Key = Annotated[str, typer.Option("--key", help="The property that names a record.")]
_Format = Annotated[
    Literal["csv", "jsonl"] | None, typer.Option("--format", help="What the file is; by its name unless given.")
]
_Delimiter = Annotated[str | None, typer.Option("--delimiter", help="Of a CSV file: one character, or tab.")]
_Ignore = Annotated[
    list[str] | None, typer.Option("--ignore", metavar="COLUMN", help="Leave a column out; repeatable.")
]
_Errors = Annotated[Path | None, typer.Option("--errors", help="Where refused rows go [<file>.errors.csv].")]

_JSON_NAMES: Final = frozenset({".jsonl", ".ndjson", ".json"})
AnyRows = CsvRows | JsonLinesRows


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is read and where it goes."""

    source: Source
    object_type: str
    rules: Rules
    found: Survey
    errors: Path
    read: Callable[[], AnyRows]


@with_session
def import_records(
    session: Session,
    *,
    file: _File,
    object_type: _Type,
    key: _Key = "email",
    file_format: _Format = None,
    delimiter: _Delimiter = None,
    ignore: _Ignore = None,
    errors: _Errors = None,
) -> None:
    """Create and change records from a file; the same file again changes nothing.

    Names of columns are names of properties. An empty cell leaves its property as it is; in JSON Lines null empties
    it. Of one key the last row wins. Rows that are refused go into a file of their own and stop no other.
    """
    with open_source(file) as source:
        read = _reader(source, file_format, None if delimiter is None else read_delimiter(delimiter))
        rules = _rules(session.server, object_type, key, frozenset(ignore or ()))
        _check_columns(source.name, read(), rules)
        path = errors or Path(f"{'records' if source.path is None else source.path.name}.errors.csv")
        if source.is_at(path):
            raise MisuseError("--errors names the file that is read")
        session.output.say(f"reading {source.name}")
        _import(session, _Plan(source, object_type, rules, survey(read(), key), path, read))


def _import(session: Session, plan: _Plan) -> None:
    tally = Tally()
    with ErrorFile(plan.errors, plan.read().columns) as error_file:
        with _told(session, tally), progress(session.output, plan.found.rows) as advance:

            def settled(page: Page, outcome: Settled) -> None:
                error_file.add(outcome.refused)
                tally.add(outcome, page.replaced)
                advance(page.size)

            asyncio.run(_send(session.server, plan, settled))
        tally.show(session.output, plan.errors if error_file.is_made else None)
    if tally.refused:
        raise CommandError(f"{tally.refused} of {tally.rows} rows were refused", Exit.INVALID_INPUT)


async def _send(server: Server, plan: _Plan, settled: Callable[[Page, Settled], None]) -> None:
    settings = server.settings
    path = f"/crm/v3/objects/{quote(plan.object_type, safe='')}/batch/upsert"
    async with httpx2.AsyncClient(base_url=settings.url, headers=headers_of(settings), timeout=timeout()) as client:
        pages = to_pages(plan.read(), plan.rules, plan.found)
        await send_pages(pages, Upserts(client, path, plan.rules.key), settled)


@contextmanager
def _told(session: Session, tally: Tally) -> Iterator[None]:
    """Say how far an import came that does not end well."""
    try:
        yield
    except (CommandError, KeyboardInterrupt):
        session.output.say(f"{tally.rows} rows were done; importing the file again goes on from there")
        raise


def _reader(source: Source, file_format: str | None, delimiter: str | None) -> Callable[[], AnyRows]:
    ending = "" if source.path is None else source.path.suffix.lower()
    if file_format == "jsonl" or (file_format is None and ending in _JSON_NAMES):
        if delimiter is not None:
            raise MisuseError("JSON Lines have no delimiter")
        return lambda: JsonLinesRows(source.lines())
    return lambda: CsvRows(source.name, source.lines(), delimiter)


def _rules(server: Server, object_type: str, key: str, left_out: frozenset[str]) -> Rules:
    """Ask which properties there are; raises MisuseError for a key that names no single record."""
    listed = server.get(f"/crm/v3/properties/{quote(object_type, safe='')}")["results"]
    known = {str(each["name"]): each for each in listed}
    if key in left_out:
        raise MisuseError(f"{key} names the records and cannot be left out")
    if key != ID_PROPERTY and not known.get(key, {}).get("hasUniqueValue"):
        unique = [name for name, each in known.items() if each.get("hasUniqueValue")]
        hint = f"these do: {', '.join([*unique, ID_PROPERTY])}"
        raise MisuseError(f"{key} does not name single records of {object_type}", hint=hint)
    return Rules(key, frozenset(known), left_out)


def _check_columns(source: str, rows: AnyRows, rules: Rules) -> None:
    """Refuse a CSV file whose header would have every row refused."""
    if isinstance(rows, JsonLinesRows):
        return
    problems = [
        Problem(name, f"there is no such property{_near(name, rules.known)}")
        for name in rows.columns
        if name not in rules.known and name not in rules.left_out
    ]
    if rules.key not in rows.columns:
        problems.append(Problem(rules.key, "is no column, and names the records"))
    if problems:
        hint = "--ignore COLUMN leaves a column out, --delimiter names another delimiter"
        raise InvalidInputError(source, problems, hint=hint)


def _near(name: str, known: frozenset[str]) -> str:
    near = difflib.get_close_matches(name.lower(), known, n=1)
    return f"; did you mean {near[0]}?" if near else ""
