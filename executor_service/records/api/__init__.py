"""Records over HTTP: objects and properties in HubSpot's shapes, counts by criteria."""

from executor_service.records.api.criteria import criteria_router
from executor_service.records.api.objects import objects_router
from executor_service.records.api.properties import properties_router

__all__ = ["criteria_router", "objects_router", "properties_router"]
