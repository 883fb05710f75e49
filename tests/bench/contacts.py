"""Contacts of which four in ten are leads: a million with ten properties, or fewer with a hundred (4 kB)."""

from dataclasses import dataclass

from shared.postgres import Connection

OBJECT_TYPE = "0-1"


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many contacts, with how many properties beside the ten, and by what the bars are divided for these."""

    name: str
    records: int
    more_properties: int
    bars_divided_by: int

    @property
    def leads(self) -> int:
        """How many of them are leads."""
        return self.records * 4 // 10


def narrow(records: int) -> Crowd:
    """Contacts with ten properties."""
    return Crowd("10 properties", records, 0, 1)


def wide(records: int) -> Crowd:
    """Contacts with a hundred properties, 4 kB each."""
    return Crowd("100 properties", records, 90, 8)


_FILL = """
INSERT INTO records (id, object_type_id, properties, created_at, updated_at)
SELECT nextval('record_ids'), '0-1', jsonb_build_object(
    'email', 'person' || n || '@example.com', 'firstname', 'First' || n % 1000, 'lastname', 'Last' || n % 5000,
    'company', 'Company ' || n % 20000, 'jobtitle', 'Title ' || n % 50, 'city', 'City ' || n % 300,
    'country', 'Country ' || n % 40, 'annualrevenue', n % 400 * 5000, 'phone', '+47' || (10000000 + n),
    'lifecyclestage', CASE WHEN n % 10 < 4 THEN 'lead' ELSE 'customer' END)
    || coalesce((
        SELECT jsonb_object_agg('more_' || k, md5((n * 100 + k)::text)) FROM generate_series(1, $2::integer) AS k
    ), '{}'), rule_time(), rule_time()
FROM generate_series(1, $1::integer) AS n
"""
_KEYS = """
INSERT INTO record_keys (object_type_id, property, value, record_id)
SELECT '0-1', 'email', properties->>'email', id FROM records
"""


async def fill_contacts(connection: Connection, crowd: Crowd) -> None:
    """Store the contacts with the keys of their unique property, and let the planner know them."""
    await connection.execute(_FILL, crowd.records, crowd.more_properties)
    await connection.execute(_KEYS)
    await connection.execute("VACUUM (ANALYZE) records")
    await connection.execute("ANALYZE record_keys")


def flow(name: str, value: str, *, minute: int) -> dict[str, object]:
    """A workflow that gives all leads one value of one property, every day."""
    lead = {
        "filterType": "PROPERTY",
        "property": "lifecyclestage",
        "operation": {"operationType": "ENUMERATION", "operator": "IS_ANY_OF", "values": ["lead"]},
    }
    everybody_of = {"filterBranchType": "AND", "filterBranches": [], "filters": [lead]}
    return {
        "name": name,
        "type": "CONTACT_FLOW",
        "flowType": "WORKFLOW",
        "objectTypeId": OBJECT_TYPE,
        "isEnabled": True,
        "enrollmentSchedule": {
            "type": "DAILY",
            "timeOfDay": {"hour": minute // 60, "minute": minute % 60},
            "timeZoneId": "UTC",
        },
        "enrollmentCriteria": {
            "type": "LIST_BASED",
            "shouldReEnroll": True,
            "unEnrollObjectsNotMeetingCriteria": False,
            "reEnrollmentTriggersFilterBranches": [],
            "listFilterBranch": {"filterBranchType": "OR", "filters": [], "filterBranches": [everybody_of]},
        },
        "startActionId": "1",
        "actions": [
            {
                "type": "SINGLE_CONNECTION",
                "actionId": "1",
                "actionTypeId": "0-5",
                "actionTypeVersion": 0,
                "fields": {"property_name": "jobtitle", "value": {"type": "STATIC_VALUE", "staticValue": value}},
            }
        ],
    }
