"""Under which account PostgreSQL runs: it refuses to run as root, and nothing may be asked of the machine to please it.

Somebody who is not root runs it as oneself. Root runs it as `nobody`, whose data directory it then is. That account
can often not reach it, because a folder on the way is closed to others (a home, a temporary folder) or the binaries
lie below such a one. Then it runs in a user namespace in which root is called 1000, and files stay root's; where a
container forbids namespaces, as `nobody` with the one capability to pass closed folders. Each way is tried on the
real folder and the real binary before it is taken. No account is added, no folder opened.
"""

import os
import pwd
import subprocess
from collections.abc import Iterator
from pathlib import Path

from deploy.local.processes import OWN_ACCOUNT, Account

_IN_NAMESPACE = Account(prefix=("unshare", "--user", "--map-user=1000", "--map-group=1000", "--"))


class NoAccountError(Exception):
    """Root found no account under which PostgreSQL could run."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"PostgreSQL does not run as root, and no other account can use {folder}. "
            "Run as another user, or set WORKFLOWS_DATABASE_URL to a server of your own."
        )
        self.folder = folder


def account_for(folder: Path, binary: Path) -> Account:
    """Give the account for a server of that binary, and make the folder with all in it that account's own."""
    if os.geteuid() != 0:
        return OWN_ACCOUNT
    for account in _accounts_of_root():
        _hand_over(folder, account)
        if _can_run(account, folder, binary):
            return account
    raise NoAccountError(folder)


def _accounts_of_root() -> Iterator[Account]:
    nobody = pwd.getpwnam("nobody")
    uid, gid = nobody.pw_uid, nobody.pw_gid
    yield Account(uid=uid, gid=gid)
    yield _IN_NAMESPACE
    capability = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--pdeathsig=INT", "--")
    yield Account(prefix=("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", *capability))


def _owner(account: Account) -> tuple[int, int]:
    if account == _IN_NAMESPACE:
        return 0, 0
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _hand_over(folder: Path, account: Account) -> None:
    uid, gid = _owner(account)
    if folder.stat().st_uid == uid:
        return
    for path, _, names in os.walk(folder, topdown=False):
        for name in names:
            os.chown(Path(path, name), uid, gid, follow_symlinks=False)
        os.chown(path, uid, gid)


def _can_run(account: Account, folder: Path, binary: Path) -> bool:
    attempt = 'cd "$1" && touch probe && rm probe && "$2" --version'
    try:
        done = subprocess.run(
            [*account.prefix, "/bin/sh", "-c", attempt, "sh", folder, binary],
            check=False,
            capture_output=True,
            cwd="/",
            user=account.uid,
            group=account.gid,
            extra_groups=None if account.uid is None else [],
        )
    except (FileNotFoundError, PermissionError):  # no such program on this machine, or it is out of reach
        return False
    return done.returncode == 0
