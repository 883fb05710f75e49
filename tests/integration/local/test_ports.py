"""Ports stay what they were, until somebody else has taken one."""

import socket
from pathlib import Path

from deploy.local.ports import Ports


def test_a_port_is_the_same_at_the_next_start(tmp_path: Path) -> None:
    first = Ports(tmp_path / "ports.json").choose("kafka")
    assert Ports(tmp_path / "ports.json").choose("kafka") == first


def test_a_port_taken_meanwhile_is_replaced_by_another(tmp_path: Path) -> None:
    ports = Ports(tmp_path / "ports.json")
    first, kept = ports.choose("kafka"), ports.choose("postgres")
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", first))
        stranger.listen()
        second = ports.choose("kafka")
    assert second != first
    assert ports.known() == {"kafka": second, "postgres": kept}


def test_no_port_lies_where_outgoing_connections_get_theirs(tmp_path: Path) -> None:
    assert all(Ports(tmp_path / "ports.json").choose(str(number)) < 32_768 for number in range(50))
