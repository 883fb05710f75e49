"""Filling the history again from nothing, beside the live one, and comparing the two.

The log alone decides what comes out: at the same position both schemas hold the same rows (`HistoryReader.digests`).
"""

from executor_service.history.rebuilding.comparing import Difference
from executor_service.history.rebuilding.filling import LIVE_SCHEMA, LiveSchemaError, rebuild
from executor_service.history.rebuilding.replaying import Replay, replay

__all__ = ["LIVE_SCHEMA", "Difference", "LiveSchemaError", "Replay", "rebuild", "replay"]
