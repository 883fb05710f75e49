"""Putting a static member out of its group.

A static member never leaves: who comes back under its id gets the assignment it had, at once. That is wrong when its
topic was missing at the last assignment, for then it had nothing, and nobody shares out anew. So whoever has leased a
member id puts the former bearer out of the group before joining it; this also saves waiting for the session of one that
was killed. The client library knows no such request for static members, so it is written out here.
"""

from typing import TypeAlias

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupIdNotFound, UnknownMemberIdError, for_code
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Int16, Int32, Schema, String

_TEXT = String("utf-8")
_ALREADY_OUT = {0, UnknownMemberIdError.errno, GroupIdNotFound.errno}


class _Answer(Response):  # type: ignore[misc] # the library ships no types
    API_KEY = 13
    API_VERSION = 3
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("error_code", Int16),
        ("members", Array(("member_id", _TEXT), ("group_instance_id", _TEXT), ("error_code", Int16))),
    )


class _Leave(RequestStruct):  # type: ignore[misc] # the library ships no types
    API_KEY = 13
    API_VERSION = 3
    RESPONSE_TYPE = _Answer
    SCHEMA = Schema(("group", _TEXT), ("members", Array(("member_id", _TEXT), ("group_instance_id", _TEXT))))


_Version: TypeAlias = _Leave


class _LeaveRequest(Request[_Version]):  # type: ignore[misc] # the library ships no types
    API_KEY = 13

    def __init__(self, group: str, member: str) -> None:
        self._group = group
        self._member = member

    def build(self, request_struct_class: type[_Version]) -> _Version:
        return request_struct_class(self._group, [("", self._member)])


async def put_out(admin: AIOKafkaAdminClient, *, group: str, member: str) -> None:
    """Have a static member leave its group; one that is not in it: does nothing. Raises what the broker answers."""
    coordinator = await admin.find_coordinator(group)
    request = _LeaveRequest(group, member)
    answer = await admin._send_request_to_node(coordinator, request)  # noqa: SLF001 # there is no public way
    for code in (answer.error_code, *(code for _, _, code in answer.members)):
        if code not in _ALREADY_OUT:
            raise for_code(code)(group)
