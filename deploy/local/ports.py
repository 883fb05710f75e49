"""Ports of 127.0.0.1 for the servers of one state directory, the same again at the next start where still free.

They lie below the range from which the system takes the ports of outgoing connections. A client that knocks at the
port of a killed server could otherwise be given that very port, connect to itself, and keep the server from coming
back.
"""

import secrets
import socket
from collections.abc import Set as AbstractSet
from pathlib import Path

import orjson

_CANDIDATES = range(15_000, 32_000)


def port_is_free(port: int) -> bool:
    """Tell whether a server could listen at the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Ports:
    """The ports of one state directory, by name, kept in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def known(self) -> dict[str, int]:
        """Give what was chosen up to now."""
        try:
            chosen: dict[str, int] = orjson.loads(self._file.read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            return {}
        return chosen

    def choose(self, name: str) -> int:
        """Give the port of that name: the one it had, or another where that is taken."""
        known = self.known()
        port = known.get(name)
        if port is None or not port_is_free(port):
            port = free_port(set(known.values()))
            temporary = self._file.with_suffix(".new")
            temporary.write_bytes(orjson.dumps({**known, name: port}))
            temporary.replace(self._file)
        return port


def free_port(taken: AbstractSet[int] = frozenset()) -> int:
    """Give a port that is free now and none of those taken."""
    while True:
        port = secrets.choice(_CANDIDATES)
        if port not in taken and port_is_free(port):
            return port
