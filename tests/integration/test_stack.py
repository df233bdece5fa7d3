"""How `make run` starts, monitors and stops its processes."""

import json
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from analytics_app.buffer.inbox import MAXMEMORY_RATIO
from analytics_app.config.settings import Config
from dev import processes
from tests.support.running import NAMES, PATIENCE_S, RunningStack, wait_until

pytestmark = pytest.mark.alone

STORED = 'SELECT name FROM "rawActions" WHERE user_id = %(user)s'


def act(stack: RunningStack, user: str) -> None:
    """Send one action, which the API must accept."""
    body = json.dumps([{"name": "click", "timestamp": 1767225600000, "user": user}]).encode()
    with urllib.request.urlopen(f"{stack.analytics_url}/analytics", body, timeout=PATIENCE_S) as answer:
        assert json.load(answer) == {"success": True}


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[RunningStack]:
    """A stack that the test may stop in any way."""
    running = RunningStack(tmp_path / "data")
    yield running.wait_ready()
    running.stop()


def test_it_is_ready_within_15_seconds_and_prints_where_everything_is(stack: RunningStack) -> None:
    assert float(stack.output.partition("Ready in ")[2].partition(" s.")[0]) < 15
    assert f'<script src="{stack.analytics_url}/UserLogger.js" data-study=' in stack.output
    assert f"{stack.study_url}/?user=" in stack.output
    assert f"{stack.analytics_url}/status" in stack.output


def test_the_printed_psql_command_works_as_printed(stack: RunningStack) -> None:
    act(stack, "psql")
    stack.wait_for(STORED, user="psql")
    sql = "SELECT name FROM raw_actions JOIN contexts USING (page_id, context_id) WHERE user_id = 'psql'"
    done = subprocess.run(f'{stack.psql_command} -Atc "{sql}"', shell=True, capture_output=True, text=True, check=True)
    assert done.stdout == "click\n"


def test_redis_confirms_only_what_is_on_disk_and_never_evicts_keys(stack: RunningStack) -> None:
    with redis.Redis.from_url(stack.broker_url) as client:
        found = {key: client.config_get(key)[key] for key in ("appendonly", "appendfsync", "maxmemory-policy")}
        assert found == {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
        assert int(client.config_get("maxmemory")["maxmemory"]) >= MAXMEMORY_RATIO * Config().INBOX_HIGH_BYTES


def test_files_with_passwords_are_readable_only_by_their_owner(stack: RunningStack) -> None:
    for name in ("servers.json", "stack.env"):
        assert (stack.data_dir / name).stat().st_mode & 0o077 == 0


def test_no_server_runs_as_root(stack: RunningStack) -> None:
    users = {process.uids().effective for process in processes.find(stack.data_dir, {"postgres", "redis"})}
    assert users
    assert 0 not in users


@pytest.mark.parametrize("name", NAMES)
def test_a_killed_process_is_restarted_within_10_seconds_and_actions_are_stored(stack: RunningStack, name: str) -> None:
    """SIGKILL, as the kernel sends it to a process that uses too much memory."""
    service = getattr(stack, name)
    service.kill()
    wait_until(lambda: f"{name} died (SIGKILL): restarting it" in stack.output, 1, "the restart is printed")
    service.wait_ready(timeout=10)
    act(stack, f"after {name} was killed")
    stack.wait_for(STORED, user=f"after {name} was killed")


def test_an_api_that_hangs_is_restarted(stack: RunningStack) -> None:
    pid = stack.api.pid
    stack.api.pause()
    wait_until(lambda: stack.api.pid != pid, 30, "the API is restarted")
    stack.api.wait_ready()
    assert "api does not respond: restarting it" in stack.output
    act(stack, "after the API hung")
    stack.wait_for(STORED, user="after the API hung")


def test_the_status_page_says_ready_as_soon_as_the_stack_is(own_stack: RunningStack) -> None:
    with urllib.request.urlopen(f"{own_stack.analytics_url}/status", timeout=10) as answer:
        assert "Ready. Nothing has been received yet" in answer.read().decode()


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_stop_every_process_including_paused_ones(
    own_stack: RunningStack, signal_: signal.Signals
) -> None:
    own_stack.worker.pause()
    own_stack.api.pause()
    own_stack.stop(signal_)
    assert own_stack.process.returncode == 0
    assert own_stack.members() == []
    assert not (own_stack.data_dir / "stack.env").exists()


def test_when_make_run_is_killed_its_processes_end_and_its_data_remain(own_stack: RunningStack) -> None:
    act(own_stack, "before")
    own_stack.wait_for(STORED, user="before")
    own_stack.postgres.pause()  # a hanging session would prevent the next PostgreSQL from starting
    own_stack.process.kill()
    own_stack.process.wait()
    wait_until(lambda: not own_stack.members(), PATIENCE_S, lambda: f"all processes end: {own_stack.members()}")
    wait_until(lambda: not (own_stack.data_dir / "stack.env").exists(), PATIENCE_S, "its stack.env is removed")

    again = RunningStack(own_stack.data_dir)
    try:
        again.wait_ready()
        assert again.database_url == own_stack.database_url, "a saved connection remains valid after a restart"
        assert again.rows(STORED, user="before") == [{"name": "click"}]
        act(again, "after")
        again.wait_for(STORED, user="after")
    finally:
        again.stop()


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGKILL])
def test_it_stops_when_the_make_that_started_it_ends(tmp_path: Path, signal_: signal.Signals) -> None:
    """A killed make cannot forward a signal, and a make that is the only one to get a SIGINT does not forward it."""
    makefile = tmp_path / "Makefile"
    makefile.write_text("run:\n\t@exec $(COMMAND) --starter $$PPID\n")
    # Where the tests themselves run in the background, SIGINT is ignored, which a child would inherit.
    shell = ["env", "--default-signal=INT", "sh", "-c", f'exec make -f {makefile} COMMAND="$*"', "sh"]
    running = RunningStack(tmp_path / "data", through=shell)
    running.wait_ready()
    assert running.members()
    running.process.send_signal(signal_)
    wait_until(lambda: not running.members(), 45, lambda: f"all processes end: {running.members()}")
    running.process.wait(10)


def test_with_both_urls_set_no_embedded_server_is_started(stack: RunningStack, tmp_path: Path) -> None:
    guest = RunningStack(
        tmp_path / "data", DATABASE_URL=stack.database_url, CELERY_BROKER_URL=f"{stack.broker_url[:-1]}1"
    )
    try:
        guest.wait_ready()
        assert guest.database_url == stack.database_url
        assert not list(processes.find(guest.data_dir, {"postgres", "redis"}))
        assert not (guest.data_dir / "postgres").exists()
        act(guest, "guest")
        stack.wait_for(STORED, user="guest")
    finally:
        guest.stop()
