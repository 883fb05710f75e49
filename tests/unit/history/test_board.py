"""How sets of records move."""

from datetime import UTC, datetime
from uuid import UUID

from executor_service.history.domain.board import Board
from executor_service.history.domain.rows import PageEnrolled, RecordsMoved, Status

OCCURRENCE = UUID(int=1)
AT = datetime(2026, 11, 27, 7, tzinfo=UTC)


def a_page(ids: list[int], *, position: int = 1, action_id: str | None = "1") -> PageEnrolled:
    return PageEnrolled(position, 1, OCCURRENCE, "1", AT, ids, action_id, ())


def a_move(
    ids: list[int], *, position: int, n: int = 0, start: str = "1", status: Status = "ACTIVE", to: str | None = "2"
) -> RecordsMoved:
    return RecordsMoved(position, n, 1, OCCURRENCE, "1", AT, ids, start, "0-5", status, to, None, ())


def standings(board: Board) -> dict[tuple[int, int], tuple[str, str | None, list[int], bool]]:
    return {
        key: (each.status, each.action_id, list(each.record_ids), each.whole) for key, each in board.written.items()
    }


def test_a_page_that_moves_whole_stays_the_page_whatever_the_order_of_its_ids() -> None:
    board = Board()
    board.enroll(a_page([1, 2, 3]))

    page = board.move(a_move([3, 1, 2], position=2))

    assert page == 1
    assert standings(board) == {(2, 0): ("ACTIVE", "2", [1, 2, 3], True)}


def test_what_a_move_leaves_keeps_its_name_and_is_no_whole_page_any_more() -> None:
    board = Board()
    board.enroll(a_page([1, 2, 3, 4]))

    page = board.move(a_move([2, 4], position=2, status="COMPLETED", to=None))

    assert page is None
    assert standings(board) == {
        (1, 0): ("ACTIVE", "1", [1, 3], False),
        (2, 0): ("COMPLETED", None, [2, 4], False),
    }


def test_a_move_takes_its_records_out_of_several_pages() -> None:
    board = Board()
    board.enroll(a_page([1, 2], position=1))
    board.enroll(a_page([3, 4], position=2))
    board.enroll(a_page([5, 6], position=3))

    board.move(a_move([2, 3, 4], position=4))

    assert standings(board) == {
        (1, 0): ("ACTIVE", "1", [1], False),
        (3, 0): ("ACTIVE", "1", [5, 6], True),
        (4, 0): ("ACTIVE", "2", [2, 3, 4], False),
    }


def test_records_that_stand_at_another_action_are_left_alone() -> None:
    board = Board()
    board.enroll(a_page([1, 2], position=1, action_id="7"))

    board.move(a_move([1], position=2))

    assert standings(board)[1, 0] == ("ACTIVE", "7", [1, 2], True)


def test_stored_rows_that_were_cut_are_removed_before_they_are_written_again() -> None:
    before = Board()
    before.enroll(a_page([1, 2, 3]))
    board = Board()
    board.load(before.written.values())

    board.move(a_move([1], position=2))

    assert board.removed == {(1, 0)}
    assert standings(board)[1, 0] == ("ACTIVE", "1", [2, 3], False)
