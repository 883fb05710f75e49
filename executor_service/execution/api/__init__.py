"""Execution over HTTP: what people ask of a workflow, and its review."""

from executor_service.execution.api.asking import asking_router
from executor_service.execution.api.review import review_router

__all__ = ["asking_router", "review_router"]
