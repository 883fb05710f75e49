"""The calls that read the history, the stream of its log, and what needs review."""

from executor_service.history.api.calls import HistoryCalls, router
from executor_service.history.api.review import ReviewCalls, needs_review_router
from executor_service.history.api.streaming import EventStreams, stream_router

__all__ = ["EventStreams", "HistoryCalls", "ReviewCalls", "needs_review_router", "router", "stream_router"]
