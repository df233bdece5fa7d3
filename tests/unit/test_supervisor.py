"""How dev/supervisor.py runs, restarts and stops one process; the processes are real shell scripts."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dev import processes, supervisor
from dev.supervisor import Process, Spec
from tests.support.running import PATIENCE_S, wait_until

Start = Callable[..., Process]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def start(tmp_path: Path, said: list[str]) -> Iterator[Start]:
    """Start a shell script under supervision; it counts as ready as soon as the file `ready` exists."""
    for folder in ("log", "run"):
        (tmp_path / folder).mkdir()
    started: list[Process] = []

    def start_script(script: str, **settings: Any) -> Process:
        defaults: dict[str, Any] = {"name": "shell", "cwd": tmp_path, "answers": (tmp_path / "ready").exists}
        spec = Spec(argv=["sh", "-c", script], **{**defaults, **settings})
        process = Process(spec, tmp_path, said.append)
        started.append(process)
        process.start()
        return process

    yield start_script
    for process in started:
        process.stop(threading.Event())


def starts(data_dir: Path) -> int:
    """How often the script has started: it appends a line to the file `starts`."""
    path = data_dir / "starts"
    return len(path.read_text().splitlines()) if path.exists() else 0


def test_a_process_that_ignores_the_signal_is_killed_with_its_children_after_the_grace_period(
    start: Start, tmp_path: Path, said: list[str]
) -> None:
    process = start("trap '' TERM; sleep 300 & touch ready; wait; wait; sleep 300", grace_s=0.2)
    assert process.ready.wait(10)
    process.stop(threading.Event())
    assert list(processes.find(tmp_path, {"shell"})) == []
    assert said == ["shell does not stop: killing it"]


def test_an_immediate_stop_does_not_wait_for_the_grace_period(start: Start) -> None:
    process = start("trap '' TERM; touch ready; while :; do sleep 0.1; done", grace_s=300)
    assert process.ready.wait(10)
    stop_now = threading.Event()
    stop_now.set()
    process.stop(stop_now)
    assert not process.is_alive()


def test_a_process_that_ends_before_it_was_ever_ready_is_not_restarted(start: Start, tmp_path: Path) -> None:
    process = start("echo >> starts; echo no such setting; exit 3")
    assert process.failed.wait(10)
    process.join(10)
    assert starts(tmp_path) == 1
    assert "no such setting" in process.log_path.read_text()


def test_a_process_that_keeps_dying_is_restarted_at_growing_intervals(
    start: Start, tmp_path: Path, said: list[str]
) -> None:
    start("echo >> starts; touch ready; sleep 1; exit 3")  # long enough for the supervisor to see that it was ready
    wait_until(lambda: starts(tmp_path) >= 4, PATIENCE_S, "four starts")
    deaths = [line for line in said if "died" in line]
    assert deaths[:3] == [f"shell died (exit code 3): restarting it in {pause:g} s" for pause in (0.25, 0.5, 1)]


def test_a_watched_process_that_does_not_respond_is_restarted(
    start: Start, tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "HANG_TIMEOUT_S", 0.5)
    process = start("echo >> starts; touch ready; sleep 300", watched=True)
    assert process.ready.wait(10)
    (tmp_path / "ready").unlink()
    wait_until(lambda: starts(tmp_path) == 2, 20, "a second start")
    assert said[0].startswith("shell does not respond: restarting it")


def test_children_of_a_killed_process_are_gone_before_it_is_restarted(start: Start, tmp_path: Path) -> None:
    """The child is in a separate session, as the children of Celery and PostgreSQL are."""
    process = start(
        "echo >> starts; [ -s child ] || setsid sh -c 'echo $$ > child; exec sleep 300' & touch ready; wait"
    )
    assert process.ready.wait(10)
    wait_until(lambda: (tmp_path / "child").exists() and (tmp_path / "child").read_text(), 10, "its child runs")
    main, child = int((tmp_path / "run/shell.pid").read_text()), int((tmp_path / "child").read_text())
    os.kill(main, signal.SIGKILL)
    wait_until(lambda: starts(tmp_path) == 2, 10, "a second start")
    assert child not in {process.pid for process in processes.find(tmp_path, {"shell"})}


def test_only_important_lines_are_shown_in_the_terminal_and_all_are_logged(start: Start, said: list[str]) -> None:
    process = start(
        "echo INFO hello; echo ERROR no disk; echo 'FATAL:  the database system is starting up'; touch ready; sleep 300"
    )
    assert process.ready.wait(10)
    wait_until(lambda: said, 10, "a line in the terminal")
    assert said == ["shell: ERROR no disk"]
    assert process.log_path.read_text().splitlines()[0] == "INFO hello"


def test_the_size_of_a_log_is_limited(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "LOG_BYTES", 10_000)
    process = start("for i in $(seq 5000); do echo line $i; done; touch ready; sleep 300")
    assert process.ready.wait(10)
    wait_until(lambda: "line 5000" in process.log_path.read_text(), 10, "the last line")
    assert sum(path.stat().st_size for path in (tmp_path / "log").iterdir()) <= 20_000


def test_a_missing_program_counts_as_a_failed_start(tmp_path: Path, start: Start) -> None:
    assert start("", cwd=tmp_path / "nowhere").failed.wait(10)
