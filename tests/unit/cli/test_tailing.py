"""Server-sent events as the command reads them."""

from executor_service.cli.tailing import read_blocks


def test_a_block_is_an_event_at_its_position() -> None:
    lines = ["retry: 1000", "", "id: 7", 'data: {"type": "A"}', "", "id: 9", 'data: {"type":', 'data: "B"}', ""]

    assert list(read_blocks(lines)) == [(7, {"type": "A"}), (9, {"type": "B"})]


def test_a_heartbeat_names_a_position_without_an_event() -> None:
    assert list(read_blocks([": nothing new", "id: 12", ""])) == [(12, None)]


def test_a_block_that_was_cut_off_is_no_event() -> None:
    assert list(read_blocks(["id: 7", 'data: {"type"'])) == []
