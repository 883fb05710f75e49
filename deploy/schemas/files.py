"""The files of `shared/schemas`: what the code says should stand there, and what stands there."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from deploy.schemas.async_api import async_api
from deploy.schemas.compatibility import breaks, removed
from deploy.schemas.crossings import CROSSINGS, LOGS
from deploy.schemas.json_schemas import Schema, data_schema
from deploy.schemas.open_api import executor_api, scheduler_api

FOLDER: Final = Path(__file__).parents[2] / "shared" / "schemas"
_FORM: Final = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
_READ_ONLY: Final = tuple(f"{crossing.topic}/" for crossing in CROSSINGS if crossing.way == "IN")
_DOCUMENTS: Final[Mapping[str, Callable[[], dict[str, Any]]]] = {
    "asyncapi": async_api,
    "executor.openapi": executor_api,
    "scheduler.openapi": scheduler_api,
}


def data_schemas() -> dict[str, Schema]:
    """Return the schema of each message as `<topic>/<type>` and of each event as `<service>-log/<class>`."""
    messages = {
        f"{each.topic}/{name}": data_schema(model, name) for each in CROSSINGS for name, model in each.messages.items()
    }
    events = {
        f"{service}-log/{name}": data_schema(model, name)
        for service, log in LOGS.items()
        for name, model in log.items()
    }
    return messages | events


def wanted() -> dict[str, bytes]:
    """Return the bytes of every file by its name below the folder."""
    documents = {name: make() for name, make in _DOCUMENTS.items()}
    return {f"{name}.json": orjson.dumps(each, option=_FORM) for name, each in (data_schemas() | documents).items()}


def present(folder: Path = FOLDER) -> dict[str, bytes]:
    """Return the bytes of every file that stands there by its name below the folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.json"))}


def incompatible(before: Mapping[str, bytes], now: Mapping[str, bytes]) -> list[str]:
    """Return a sentence for each change of a message or an event that breaks somebody."""
    old, new = ({name: orjson.loads(text) for name, text in files.items() if "/" in name} for files in (before, now))
    stems = [{name.removesuffix(".json"): each for name, each in files.items()} for files in (old, new)]
    gone = [f"{name} is gone" for name in removed(*stems)]
    return gone + [
        f"{name.removesuffix('.json')}: {each}"
        for name in old
        if name in new
        for each in breaks(old[name], new[name], is_read_only=name.startswith(_READ_ONLY))
    ]


def write(now: Mapping[str, bytes], folder: Path = FOLDER) -> None:
    """Write the files, and remove those that are none any more."""
    for name in present(folder).keys() - now.keys():
        (folder / name).unlink()
    for name, text in now.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
