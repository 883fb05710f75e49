"""What a command can end with: one error class a mistake, each with the exit code that scripts rely on."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """The exit codes; 130, for an interrupted command, is set by Typer."""

    FAILURE = 1
    USAGE = 2
    NOT_FOUND = 3
    CONFLICT = 4
    INVALID_INPUT = 5
    FORBIDDEN = 7
    UNREACHABLE = 8


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `field` is a dotted path with positions (`actions[2].fields.value`); empty: the whole."""

    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}" if self.field else self.reason


class CommandError(Exception):
    """What ends a command. `problems` are shown one a line; `hint` says what to do next."""

    def __init__(self, message: str, exit_code: Exit, *, problems: Sequence[Problem] = (), hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
        self.problems = tuple(problems)
        self.hint = hint


class MisuseError(CommandError):
    """Words that do not go together, or one that is missing."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, Exit.USAGE, hint=hint)


class InvalidInputError(CommandError):
    """A file that cannot be taken; `source` is its name."""

    def __init__(self, source: str, problems: Sequence[Problem], *, hint: str = "") -> None:
        super().__init__(f"{source} cannot be taken", Exit.INVALID_INPUT, problems=problems, hint=hint)
        self.source = source


class UnreachableError(CommandError):
    """Nobody answers at the server's address."""

    def __init__(self, url: str, reason: str) -> None:
        hint = "is it running? `make up` starts one; --url or WORKFLOWS_URL names another"
        super().__init__(f"{url} cannot be reached: {reason}", Exit.UNREACHABLE, hint=hint)
        self.url = url
        self.reason = reason


class NoKeyError(CommandError):
    """No key to sign in with."""

    def __init__(self) -> None:
        hint = "`workflows keys create` makes a key; set it as WORKFLOWS_KEY, or give it with --api-key"
        super().__init__("there is no key to sign in with", Exit.FORBIDDEN, hint=hint)


class NoOperatorKeyError(CommandError):
    """The scheduler is not named, or there is no key that it opens its dead letters to."""

    def __init__(self, url: str, key: str) -> None:
        hint = f"set {url} to its address, and {key} to the key that it was started with"
        super().__init__("the scheduler cannot be asked", Exit.FORBIDDEN, hint=hint)


class UnknownWorkflowError(CommandError):
    """No workflow has this id or name; `similar` are names that come near."""

    def __init__(self, word: str, similar: Sequence[str] = ()) -> None:
        near = " or ".join(f'"{name}"' for name in similar)
        hint = f"did you mean {near}?" if near else "`workflows list` shows them all"
        super().__init__(f'there is no workflow "{word}"', Exit.NOT_FOUND, hint=hint)
        self.word = word
        self.similar = tuple(similar)


class AmbiguousWorkflowError(CommandError):
    """Several workflows share what was to name one; `ids` are theirs."""

    def __init__(self, word: str, ids: Sequence[str]) -> None:
        message = f'"{word}" names several workflows: {", ".join(ids)}'
        super().__init__(message, Exit.USAGE, hint="name the workflow by its id")
        self.word = word
        self.ids = tuple(ids)


class RefusedError(CommandError):
    """An answer of the server that is not a success."""

    def __init__(self, status: int, message: str, problems: Sequence[Problem] = ()) -> None:
        hint = "the key is unknown, expired or revoked" if status == _UNAUTHENTICATED else ""
        super().__init__(message, exit_code_of(status), problems=problems, hint=hint)
        self.status = status


_UNAUTHENTICATED = 401
_EXIT_CODES = {
    400: Exit.INVALID_INPUT,
    401: Exit.FORBIDDEN,
    403: Exit.FORBIDDEN,
    404: Exit.NOT_FOUND,
    409: Exit.CONFLICT,
    413: Exit.INVALID_INPUT,
    422: Exit.INVALID_INPUT,
    503: Exit.UNREACHABLE,
}


def exit_code_of(status: int) -> Exit:
    """Return the exit code of a command that ended with an HTTP status which is no success."""
    return _EXIT_CODES.get(status, Exit.FAILURE)
