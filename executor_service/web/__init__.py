"""What every router is built on: the one form of errors, bodies, cursors, authentication.

Knows no resource. What it has to ask of others (who holds a key) is a Protocol here, bound in `bootstrap`.
"""

from executor_service.web.app import install_web
from executor_service.web.auth import OPEN_PATHS, Actor, Authenticate, current_actor, require
from executor_service.web.bodies import (
    JSON_TYPES,
    MAX_BODY_BYTES,
    BodyLimit,
    describe_body,
    describe_schema,
    read_json,
    read_model,
)
from executor_service.web.cursors import decode_cursor, encode_cursor
from executor_service.web.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    NotYetError,
    RefusedError,
    RequestError,
    TooLargeError,
    TooSlowError,
    UnauthenticatedError,
    UnavailableError,
    UnreadableError,
)
from executor_service.web.ids import MAX_ID, parse_id, path_id
from executor_service.web.instants import read_instant
from executor_service.web.json_text import UnreadableJsonError, parse_json
from executor_service.web.problems import Problem, problems_of
from executor_service.web.responses import POSITION_HEADER, hubspot_error, json_response
from executor_service.web.roles import Role

__all__ = [
    "JSON_TYPES",
    "MAX_BODY_BYTES",
    "MAX_ID",
    "OPEN_PATHS",
    "POSITION_HEADER",
    "Actor",
    "Authenticate",
    "BodyLimit",
    "ConflictError",
    "ForbiddenError",
    "NotFoundError",
    "NotYetError",
    "Problem",
    "RefusedError",
    "RequestError",
    "Role",
    "TooLargeError",
    "TooSlowError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnreadableError",
    "UnreadableJsonError",
    "current_actor",
    "decode_cursor",
    "describe_body",
    "describe_schema",
    "encode_cursor",
    "hubspot_error",
    "install_web",
    "json_response",
    "parse_id",
    "parse_json",
    "path_id",
    "problems_of",
    "read_instant",
    "read_json",
    "read_model",
    "require",
]
