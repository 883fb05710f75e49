"""What the routers of workflows are bound to, and how what handlers refuse is answered."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from executor_service.account.ports import StoredOccurrences
from executor_service.web import ConflictError, ForbiddenError, NotFoundError, RefusedError, Role
from executor_service.workflows.domain.document import InvalidFlowError
from executor_service.workflows.handlers import NotAllowedToPublishError, StaleRevisionError
from executor_service.workflows.ports import ActionCatalogue, Barrier, NoSuchWorkflowError, WorkflowRow
from executor_service.workflows.store import ReadDefinitions, ReadZone, WorkflowWork
from shared.postgres import Connection, Pool


@dataclass(frozen=True, slots=True)
class WorkflowDeps:
    """What the routers need of others; made in `bootstrap`."""

    pool: Pool
    catalogue: ActionCatalogue
    zone: ReadZone
    definitions: ReadDefinitions
    rows: WorkflowRow
    barrier: Barrier
    stored: StoredOccurrences

    def work(self, source: Pool | Connection | None = None, metadata: Mapping[str, Any] | None = None) -> WorkflowWork:
        """Return a unit of work, on a connection of the pool unless one is given."""
        return WorkflowWork(source or self.pool, zone=self.zone, definitions=self.definitions, metadata=metadata)


@contextmanager
def answered() -> Iterator[None]:
    """Turn what handlers raise into the answers of the surface."""
    try:
        yield
    except InvalidFlowError as error:
        raise RefusedError(error.problems) from error
    except NoSuchWorkflowError as error:
        raise NotFoundError("workflow", error.workflow_id) from error
    except StaleRevisionError as error:
        raise ConflictError("STALE_REVISION", str(error), field="revisionId") from error
    except NotAllowedToPublishError as error:
        raise ForbiddenError(Role.PUBLISHER.word) from error
