"""The four roles of keys, each of which may all that those below may."""

from enum import IntEnum


class Role(IntEnum):
    """What a key may do; a higher role may all that a lower one may."""

    VIEWER = 1
    EDITOR = 2
    PUBLISHER = 3
    ADMIN = 4

    @property
    def word(self) -> str:
        """The role as it is written."""
        return self.name.lower()
