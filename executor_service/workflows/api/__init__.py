"""Workflows over HTTP: HubSpot's flows, turning on and off, previews."""

from executor_service.workflows.api.acts import acts_router
from executor_service.workflows.api.dependencies import WorkflowDeps
from executor_service.workflows.api.flows import flows_router
from executor_service.workflows.api.previews import previews_router

__all__ = ["WorkflowDeps", "acts_router", "flows_router", "previews_router"]
