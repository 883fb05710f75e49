"""How many records meet criteria."""

from executor_service.records.criteria import CriteriaError, check_tree, parse_tree
from executor_service.records.ports import Counted, RecordsWork
from executor_service.web import Problem, RefusedError
from shared.recurrence.zones import TZDATA_VERSION, zone_names


async def count_records(
    *,
    work: RecordsWork,
    object_type_id: str,
    filter_branch: object,
    time_zone_id: str | None,
) -> Counted:
    """Count by a tree at this instant, in the zone that is named, else the account's; raises RefusedError."""
    async with work:
        object_type = await work.properties.object_type(object_type_id)
        if object_type is None:
            raise RefusedError([Problem("NOT_FOUND", "objectTypeId", "there is no such object type")])
        if time_zone_id is not None and time_zone_id not in zone_names():
            reason = f"must be a time zone of tzdata {TZDATA_VERSION}, such as Europe/Oslo"
            raise RefusedError([Problem("NOT_ALLOWED", "timeZoneId", reason)])
        definitions = await work.records.definitions(object_type.id)
        try:
            tree = parse_tree(filter_branch, path="filterBranch")
            problems = check_tree(tree, definitions, path="filterBranch")
        except CriteriaError as error:
            raise RefusedError(error.problems) from error
        if problems:
            raise RefusedError(problems)
        zone = time_zone_id or await work.account_zone()
        return await work.records.count(tree, object_type_id=object_type.id, now=await work.now(), zone=zone)
