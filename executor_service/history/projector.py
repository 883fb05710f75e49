"""The projector of one process: projects while it holds the lock, and waits for the lock otherwise."""

from functools import partial

from executor_service.history.handlers import EVENTS_AT_ONCE, UnknownEventError, project_pass
from executor_service.history.writer import ProjectionTransaction
from shared.horizon import Horizon
from shared.postgres import Kind, Pool, advisory_key
from shared.postgres.lease import Lease, try_lease

_STANDBY_SECONDS = 1.0
_UNKNOWN_SECONDS = 10.0
_WAIT_SECONDS = 0.5


class Projector:
    """One active holder among all processes; `pool` sees the history before the executor's schema."""

    def __init__(self, pool: Pool, *, url: str, schema: str, horizon: Horizon) -> None:
        self._pool = pool
        self._horizon = horizon
        self._lease: Lease | None = None
        self._try = partial(try_lease, url, schema=schema, key=advisory_key(Kind.PROJECTOR, 0))
        self.reached = 0
        """The position up to which the history stands, as far as this process knows."""
        self.trouble: str | None = None
        """Why the projection stands still, for `/readyz`."""

    async def pass_(self) -> float:
        """Project what is settled, or wait for more; return for how many seconds there is nothing to do."""
        if self._lease is None or self._lease.lost.is_set():
            await self.release()
            self._lease = await self._try()
            if self._lease is None:
                return _STANDBY_SECONDS
        horizon = await self._horizon.wait_beyond(self.reached, seconds=_WAIT_SECONDS)
        try:
            taken = await project_pass(ProjectionTransaction(self._pool), horizon=horizon)
        except UnknownEventError as error:
            self.trouble = str(error)
            return _UNKNOWN_SECONDS
        self.trouble = None
        if taken < EVENTS_AT_ONCE:
            self.reached = max(self.reached, horizon)
        return 0.0

    async def release(self) -> None:
        """Give the lock back."""
        if self._lease is not None:
            await self._lease.release()
            self._lease = None
