"""Reads the history and its log, and keeps what people decided about it."""

from executor_service.history.store.causes import MetCauses, NotDecided
from executor_service.history.store.log import LogPage, LogReader
from executor_service.history.store.reader import HistoryReader
from executor_service.history.store.review_items import ReviewItems, ReviewTransaction

__all__ = [
    "HistoryReader",
    "LogPage",
    "LogReader",
    "MetCauses",
    "NotDecided",
    "ReviewItems",
    "ReviewTransaction",
]
