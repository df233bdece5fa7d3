"""How dev/supervisor.py keeps and ends one process; the processes are small shells, but real."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dev import members, supervisor
from dev.supervisor import Process, Spec
from tests.support.running import PATIENCE_S, wait_until

Start = Callable[..., Process]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def start(tmp_path: Path, said: list[str]) -> Iterator[Start]:
    """Start a shell script under supervision; it counts as well as soon as there is a file `well`."""
    for folder in ("log", "run"):
        (tmp_path / folder).mkdir()
    started: list[Process] = []

    def begin(script: str, **settings: Any) -> Process:
        usual: dict[str, Any] = {"name": "shell", "cwd": tmp_path, "answers": (tmp_path / "well").exists}
        spec = Spec(argv=["sh", "-c", script], **{**usual, **settings})
        process = Process(spec, tmp_path, said.append)
        started.append(process)
        process.start()
        return process

    yield begin
    for process in started:
        process.stop(threading.Event())


def lives(data_dir: Path) -> int:
    """How often the script noted that it began."""
    path = data_dir / "lives"
    return len(path.read_text().splitlines()) if path.exists() else 0


def test_one_that_ignores_the_signal_is_killed_with_its_children_after_its_grace(
    start: Start, tmp_path: Path, said: list[str]
) -> None:
    process = start("trap '' TERM; sleep 300 & touch well; wait; wait; sleep 300", grace_s=0.2)
    assert process.ready.wait(10)
    process.stop(threading.Event())
    assert list(members.members(tmp_path, {"shell"})) == []
    assert said == ["shell does not end: killing it"]


def test_who_is_in_a_hurry_does_not_wait_for_the_grace(start: Start) -> None:
    process = start("trap '' TERM; touch well; while :; do sleep 0.1; done", grace_s=300)
    assert process.ready.wait(10)
    hurry = threading.Event()
    hurry.set()
    process.stop(hurry)
    assert not process.is_alive()


def test_one_that_ends_before_it_ever_was_well_is_not_started_again(start: Start, tmp_path: Path) -> None:
    process = start("echo >> lives; echo no such setting; exit 3")
    assert process.failed.wait(10)
    process.join(10)
    assert lives(tmp_path) == 1
    assert "no such setting" in process.log_path.read_text()


def test_one_that_dies_again_and_again_is_started_at_growing_intervals(
    start: Start, tmp_path: Path, said: list[str]
) -> None:
    start("echo >> lives; touch well; sleep 1; exit 3")  # long enough for the supervisor to see that it was well
    wait_until(lambda: lives(tmp_path) >= 4, PATIENCE_S, "four lives")
    deaths = [line for line in said if "died" in line]
    assert deaths[:3] == [f"shell died (exit code 3): starting it again in {pause:g} s" for pause in (0.25, 0.5, 1)]


def test_one_that_is_watched_and_does_not_answer_is_started_again(
    start: Start, tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "HANGING_AFTER_S", 0.5)
    process = start("echo >> lives; touch well; sleep 300", watched=True)
    assert process.ready.wait(10)
    (tmp_path / "well").unlink()
    wait_until(lambda: lives(tmp_path) == 2, 20, "a second life")
    assert said[0].startswith("shell does not answer: starting it again")


def test_children_of_a_killed_one_are_gone_before_it_is_started_again(start: Start, tmp_path: Path) -> None:
    """In a session of their own, as Celery's and PostgreSQL's children are."""
    process = start("echo >> lives; [ -s child ] || setsid sh -c 'echo $$ > child; exec sleep 300' & touch well; wait")
    assert process.ready.wait(10)
    wait_until(lambda: (tmp_path / "child").exists() and (tmp_path / "child").read_text(), 10, "its child runs")
    main, child = int((tmp_path / "run/shell.pid").read_text()), int((tmp_path / "child").read_text())
    os.kill(main, signal.SIGKILL)
    wait_until(lambda: lives(tmp_path) == 2, 10, "a second life")
    assert child not in {process.pid for process in members.members(tmp_path, {"shell"})}


def test_only_lines_that_matter_reach_the_terminal_and_all_reach_the_log(start: Start, said: list[str]) -> None:
    process = start(
        "echo INFO hello; echo ERROR no disk; echo 'FATAL:  the database system is starting up'; touch well; sleep 300"
    )
    assert process.ready.wait(10)
    wait_until(lambda: said, 10, "a line in the terminal")
    assert said == ["shell: ERROR no disk"]
    assert process.log_path.read_text().splitlines()[0] == "INFO hello"


def test_a_log_stays_bounded(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "LOG_BYTES", 10_000)
    process = start("for i in $(seq 5000); do echo line $i; done; touch well; sleep 300")
    assert process.ready.wait(10)
    wait_until(lambda: "line 5000" in process.log_path.read_text(), 10, "the last line")
    assert sum(path.stat().st_size for path in (tmp_path / "log").iterdir()) <= 20_000


def test_a_program_that_is_not_there_is_a_failure_too(tmp_path: Path, start: Start) -> None:
    assert start("", cwd=tmp_path / "nowhere").failed.wait(10)
