"""Ends sessions of ours whose process was stopped in the middle of a statement.

PostgreSQL's own time-outs have a hole. A session is *idle in transaction* only after a statement has ended; one whose
client was stopped between preparing a statement and running it, or while it sends or takes rows, counts as active and
waits for its client, and then neither `idle_in_transaction_session_timeout` nor `statement_timeout` ends it. Its locks
stay: a projector that was stopped there held the history back for as long as it was stopped.

So every process looks at the sessions of its login and database that carry our name. One that has waited for its client
in the middle of a statement for ten seconds, and still does at the next look, is ended; its process, if it ever goes
on, finds the connection gone and begins anew. Statements of ours never take or give so much that a living client needs
that long. Sessions without our name (a dump, a person) are left alone.
"""

from datetime import datetime, timedelta

from shared.logs import get_logger
from shared.loops import Stop, run_passes
from shared.postgres import APPLICATION_NAME, Connection, Pool, Transaction, load_queries

_QUERIES = load_queries(__file__)
_LONGEST_WAIT = timedelta(seconds=10)
_LOOK_SECONDS = 2.0
_log = get_logger("watchdog")


class Watchdog:
    """Looks at the sessions of one database and login; several at once do no harm."""

    def __init__(self, pool: Pool, *, longest_wait: timedelta = _LONGEST_WAIT) -> None:
        self._pool = pool
        self._longest_wait = longest_wait
        self._suspects: set[tuple[int, datetime]] = set()

    async def run(self, stop: Stop) -> None:
        """Look every two seconds until told to stop."""
        await run_passes("watchdog", self.pass_, stop=stop)

    async def pass_(self) -> float:
        """End what was stuck at the last look and still is; return the seconds until the next look."""
        async with Transaction(self._pool) as work:
            await work.connection.execute(_QUERIES["be_the_login"])
            await self._look(work.connection)
        return _LOOK_SECONDS

    async def _look(self, connection: Connection) -> None:
        rows = await connection.fetch(_QUERIES["stuck"], APPLICATION_NAME, self._longest_wait)
        stuck = {(row["pid"], row["state_change"]) for row in rows}
        doomed = sorted(stuck & self._suspects)
        self._suspects = stuck
        if doomed:
            pids, since = zip(*doomed, strict=True)
            ended = await connection.fetchval(_QUERIES["end"], list(pids), list(since))
            _log.warning("Sessions whose process stands still were ended", sessions=ended)
