"""`POST /crm/v3/objects/{type}/search`: records by filters and words, in an order, page after page to the end."""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from fastapi import Request
from pydantic import BeforeValidator, Field, StrictInt, StrictStr
from starlette.responses import Response

from executor_service.records.api.shapes import Body, Names, PlainText, Sent, asked_properties, show_record
from executor_service.records.criteria import MAX_FILTERS, SearchFilter
from executor_service.records.handlers import Asked, search_records
from executor_service.records.handlers.values import wire_text
from executor_service.records.ports import Order, Place, RecordsWork
from executor_service.web import decode_cursor, encode_cursor, json_response, read_model

MAX_RESULTS: Final = 200
MAX_VALUES: Final = 1_000
_MAX_QUERY_CHARACTERS: Final = 3_000

Operator = Literal[
    "EQ",
    "NEQ",
    "LT",
    "LTE",
    "GT",
    "GTE",
    "BETWEEN",
    "IN",
    "NOT_IN",
    "HAS_PROPERTY",
    "NOT_HAS_PROPERTY",
    "CONTAINS_TOKEN",
    "NOT_CONTAINS_TOKEN",
]


class FilterBody(Body):
    """One filter: a value, two of them, several, or none, as the operator wants."""

    property_name: PlainText
    operator: Operator
    value: Sent | None = None
    high_value: Sent | None = None
    values: Annotated[list[Sent], Field(max_length=MAX_VALUES)] | None = None

    def filter(self) -> SearchFilter:
        """Return it as the criteria take it."""
        return SearchFilter(
            property=self.property_name,
            operator=self.operator,
            value=None if self.value is None else wire_text(self.value),
            high_value=None if self.high_value is None else wire_text(self.high_value),
            values=None if self.values is None else tuple(wire_text(value) for value in self.values),
        )


class GroupBody(Body):
    """Filters that a record must all meet."""

    filters: Annotated[list[FilterBody], Field(max_length=MAX_FILTERS)]


class SortBody(Body):
    """By what to sort, and which way."""

    property_name: PlainText
    direction: Literal["ASCENDING", "DESCENDING"] = "ASCENDING"


def _sort(value: object) -> object:
    """Read the short form of a sort: a name, with a minus before it for the other way."""
    if not isinstance(value, str):
        return value
    direction = "DESCENDING" if value.startswith("-") else "ASCENDING"
    return {"propertyName": value.removeprefix("-"), "direction": direction}


class SearchBody(Body):
    """A search: of several groups any must be met, and every word of the query be found."""

    filter_groups: Annotated[list[GroupBody], Field(max_length=MAX_FILTERS)] = Field(default_factory=list)
    query: Annotated[PlainText, Field(max_length=_MAX_QUERY_CHARACTERS)] | None = None
    sorts: Annotated[list[Annotated[SortBody, BeforeValidator(_sort)]], Field(max_length=1)] = Field(
        default_factory=list
    )
    properties: Names = Field(default_factory=list)
    limit: Annotated[int, Field(ge=1, le=MAX_RESULTS)] = 10
    after: StrictStr | StrictInt | None = None

    def asked(self) -> Asked:
        """Return it as the handler takes it."""
        return Asked(
            groups=[[one.filter() for one in group.filters] for group in self.filter_groups],
            query=self.query or "",
            order=next((Order(one.property_name, one.direction == "DESCENDING") for one in self.sorts), None),
            limit=self.limit,
            after=_place(self.after),
        )


def _place(after: str | int | None) -> Place | None:
    """Return the place that an `after` of ours names; `0` is the beginning."""
    if after in {None, "", "0", 0}:
        return None
    has_key, key, record_id = decode_cursor(str(after), (int, str, int), field="after")
    return Place(str(key) if has_key else None, int(record_id))


def _after(place: Place) -> str:
    return encode_cursor(int(place.key is not None), place.key or "", place.record_id)


class SearchCalls:
    """The call that searches; `work` makes a unit of work a request."""

    def __init__(self, work: Callable[[], RecordsWork]) -> None:
        self._work = work

    async def search(self, request: Request, object_type: str) -> Response:
        """Search records."""
        body = await read_model(request, SearchBody)
        answer = await search_records(work=self._work(), type_name=object_type, asked=body.asked())
        found = answer.found
        names = asked_properties(body.properties) or found.object_type.shown
        shown: dict[str, Any] = {
            "total": answer.total,
            "results": [show_record(record, found.definitions, names) for record in found.records],
        }
        if answer.next is not None:
            shown["paging"] = {"next": {"after": _after(answer.next)}}
        return json_response(shown)
