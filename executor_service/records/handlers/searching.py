"""A search: a page of the records that meet its filters, in its order, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass

from executor_service.records.criteria import CriteriaError, SearchFilter, search_tree
from executor_service.records.domain.values import NotADecimalError, PropertyType, parse_decimal
from executor_service.records.handlers.objects import Found
from executor_service.records.handlers.values import known_object_type
from executor_service.records.ports import Definitions, Order, Place, RecordsWork, Search
from executor_service.web import Problem, RefusedError


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as it was sent."""

    groups: Sequence[Sequence[SearchFilter]]
    query: str
    order: Order | None
    limit: int
    after: Place | None


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """The records found on this page, how many meet the search, and the place after which the next page begins."""

    found: Found
    total: int
    next: Place | None


async def search_records(*, work: RecordsWork, type_name: str, asked: Asked) -> SearchAnswer:
    """Search the records of a type; raises NotFoundError, RefusedError with every mistake."""
    async with work:
        object_type = await known_object_type(work, type_name)
        definitions = await work.records.definitions(object_type.id)
        try:
            tree = search_tree(asked.groups, asked.query, definitions, searched=object_type.searched)
        except CriteriaError as error:
            raise RefusedError(error.problems) from error
        _check_order(asked, definitions)
        page = await work.lookups.search(
            Search(tree, asked.limit, asked.order, asked.after),
            object_type_id=object_type.id,
            now=await work.now(),
            zone=await work.account_zone(),
        )
    return SearchAnswer(Found(page.records, definitions, object_type), page.total, page.next)


def _check_order(asked: Asked, definitions: Definitions) -> None:
    """Refuse an order by what is no property, and a place that does not lie in the order."""
    if asked.order is None:
        return
    definition = definitions.get(asked.order.property)
    if definition is None:
        raise RefusedError([Problem("UNKNOWN_NAME", "sorts[0]", "there is no such property")])
    if asked.after is None or asked.after.key is None or definition.type is not PropertyType.NUMBER:
        return
    try:
        parse_decimal(asked.after.key)
    except NotADecimalError as error:
        raise RefusedError([Problem("NOT_ALLOWED", "after", "this is no cursor of an earlier answer")]) from error
