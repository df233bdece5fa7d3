"""The spool: what `append` has returned for is drained once, whatever happens to the file or the process."""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from analytics_app.buffer.spool import HEADER, Spool, SpoolUnavailable

Group = tuple[str, bytes]


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", 100_000)


def fill(spool: Spool, groups: int = 3, size: int = 50) -> list[Group]:
    made = [(str(uuid4()), bytes([number % 256]) * size) for number in range(groups)]
    for group_id, group in made:
        spool.append(group_id, group)
    return made


def drained(spool: Spool) -> list[Group]:
    found: list[Group] = []
    spool.drain(lambda group_id, group: found.append((group_id, group)))
    return found


def only_segment(spool: Spool) -> Path:
    (path,) = spool.folder.glob("*.spool")
    return path


def in_another_process(work: Callable[[], object]) -> None:
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(10)
    assert process.exitcode == 0


def test_groups_come_back_in_their_order_and_once(spool: Spool) -> None:
    groups = fill(spool)
    assert drained(spool) == groups
    assert drained(spool) == []
    assert spool.is_empty()
    assert spool.held_bytes() == 0


def test_a_process_that_died_leaves_its_groups_to_another(spool: Spool) -> None:
    in_another_process(lambda: fill(spool, groups=4))
    assert len(drained(Spool(spool.folder, spool.bytes_max))) == 4


def test_the_segment_of_a_living_process_is_left_to_it(spool: Spool) -> None:
    groups = fill(spool)
    neighbour = Spool(spool.folder, spool.bytes_max)
    assert drained(neighbour) == []
    assert drained(spool) == groups


def test_a_full_spool_refuses_and_keeps_what_it_has(spool: Spool) -> None:
    spool.bytes_max = 3 * (HEADER.size + 50)
    groups = fill(spool, groups=3)
    with pytest.raises(SpoolUnavailable, match="full"):
        fill(spool, groups=1)
    assert drained(spool) == groups
    fill(spool, groups=3)


def test_the_cap_counts_the_segments_of_all_processes(spool: Spool) -> None:
    in_another_process(lambda: fill(spool, groups=4))
    spool.bytes_max = 4 * (HEADER.size + 50)
    with pytest.raises(SpoolUnavailable, match="full"):
        fill(spool, groups=1)


def test_a_folder_that_cannot_be_written_refuses(tmp_path: Path) -> None:
    (tmp_path / "spool").touch()
    with pytest.raises(SpoolUnavailable, match="cannot be written"):
        fill(Spool(tmp_path / "spool", 1_000))


@pytest.mark.parametrize("cut", [1, 49, 50, 50 + HEADER.size - 1])
def test_a_torn_last_record_is_left_out_and_said(spool: Spool, caplog: pytest.LogCaptureFixture, cut: int) -> None:
    groups = fill(spool)
    path = only_segment(spool)
    path.write_bytes(path.read_bytes()[:-cut])
    with caplog.at_level(logging.WARNING):
        assert drained(spool) == groups[:-1]
    assert "torn last record" in caplog.text
    assert spool.is_empty()
    assert not list(spool.folder.glob("*.damaged"))


def test_damage_in_the_middle_costs_one_record_whose_bytes_are_kept(
    spool: Spool, caplog: pytest.LogCaptureFixture
) -> None:
    groups = fill(spool)
    path = only_segment(spool)
    content = bytearray(path.read_bytes())
    content[HEADER.size + 50 + HEADER.size + 7] ^= 0xFF
    path.write_bytes(content)
    assert drained(spool) == [groups[0], groups[2]]
    (kept,) = spool.folder.glob("*.damaged")
    assert kept.read_bytes() == content[HEADER.size + 50 : 2 * (HEADER.size + 50)]
    assert "damaged" in caplog.text


def test_damaged_bytes_are_on_disk_before_their_segment_is_removed(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(spool)
    path = only_segment(spool)
    content = bytearray(path.read_bytes())
    content[HEADER.size] ^= 0xFF
    path.write_bytes(content)
    synced: list[Path] = []

    def fsync(descriptor: int) -> None:
        assert path.exists()
        synced.append(Path(f"/proc/self/fd/{descriptor}").resolve())

    monkeypatch.setattr(os, "fsync", fsync)
    assert len(drained(spool)) == 2
    assert synced == [*spool.folder.glob("*.damaged"), spool.folder]


def test_groups_that_hold_the_magic_themselves_are_no_records(spool: Spool) -> None:
    group_id = str(uuid4())
    spool.append(group_id, b"UAL1" * 100)
    assert drained(spool) == [(group_id, b"UAL1" * 100)]


def test_a_draining_that_was_broken_off_goes_on_where_it_stopped(spool: Spool) -> None:
    """Else an inbox that is full again and again would get the same first groups for ever."""
    groups = fill(spool, groups=5)
    taken: list[Group] = []

    def put(group_id: str, group: bytes) -> None:
        if len(taken) in (2, 4):
            taken.append(("refused", b""))
            raise ConnectionError
        taken.append((group_id, group))

    for _ in range(2):
        with pytest.raises(ConnectionError):
            spool.drain(put)
    spool.drain(put)
    assert [group for group in taken if group[0] != "refused"] == groups
    assert spool.is_empty()


def test_what_comes_while_it_is_drained_waits_for_the_next_time(spool: Spool) -> None:
    fill(spool, groups=1)
    late: list[Group] = []
    spool.drain(lambda *_: late.extend(fill(spool, groups=1)))
    assert drained(spool) == late
