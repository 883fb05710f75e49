"""D36: a date is a day, however it is sent; what is no day is refused by its property and value."""

from tests.integration.field_cases.product import CONTACTS, Product

DAY = {"name": "day", "label": "Day", "type": "date", "fieldType": "date", "groupName": "contactinformation"}


async def test_a_day_and_the_milliseconds_of_its_midnight_are_one_value_and_empty_text_clears(
    product: Product,
) -> None:
    await product.say("POST", "/crm/v3/properties/contacts", DAY)
    (record_id,) = await product.contacts({"email": "ada@example.com"})
    for sent, held in (("2020-11-30", "2020-11-30"), ("", ""), ("1606694400000", "2020-11-30")):
        await product.say("PATCH", f"{CONTACTS}/{record_id}", {"properties": {"day": sent}})
        assert (await product.value(record_id, "day") or "") == held


async def test_what_is_no_day_is_refused_and_changes_nothing(product: Product) -> None:
    await product.say("POST", "/crm/v3/properties/contacts", DAY)
    (record_id,) = await product.contacts({"email": "ada@example.com", "day": "1999-12-31"})
    for sent in ("1606768561954", "1606694400", "30.11.2020"):
        refused = await product.send("PATCH", f"{CONTACTS}/{record_id}", {"properties": {"day": sent}})
        (error,) = refused.json()["errors"]
        assert (refused.status_code, error["code"], error["in"]) == (400, "INVALID_VALUE", "properties.day")
        assert sent in error["message"]
    assert await product.value(record_id, "day") == "1999-12-31"


async def test_a_search_takes_a_day_and_milliseconds_alike(product: Product) -> None:
    await product.say("POST", "/crm/v3/properties/contacts", DAY)
    _, later = await product.contacts(
        {"email": "ada@example.com", "day": "2020-11-30"}, {"email": "bob@example.com", "day": "2020-12-01"}
    )
    for bound in ("2020-11-30", "1606694400000"):
        filters = [{"propertyName": "day", "operator": "GT", "value": bound}]
        found = await product.say("POST", f"{CONTACTS}/search", {"filterGroups": [{"filters": filters}]})
        assert [each["id"] for each in found["results"]] == [later]
