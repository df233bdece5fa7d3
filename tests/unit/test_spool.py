"""The spool: a group is drained exactly once after `append` returned, whatever happens to the file or the process."""

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
    filled = [(str(uuid4()), bytes([number % 256]) * size) for number in range(groups)]
    for group_id, group in filled:
        spool.append(group_id, group)
    return filled


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


def test_groups_are_drained_once_in_their_order(spool: Spool) -> None:
    groups = fill(spool)
    assert drained(spool) == groups
    assert drained(spool) == []
    assert spool.is_empty()
    assert spool.held_bytes() == 0


def test_another_process_drains_the_groups_of_one_that_died(spool: Spool) -> None:
    in_another_process(lambda: fill(spool, groups=4))
    groups = [group for _, group in drained(Spool(spool.folder, spool.bytes_max))]
    assert groups == [bytes([number]) * 50 for number in range(4)]


def test_only_its_own_process_drains_the_segment_of_a_live_process(spool: Spool) -> None:
    groups = fill(spool)
    other = Spool(spool.folder, spool.bytes_max)
    assert drained(other) == []
    assert drained(spool) == groups


def test_a_full_spool_refuses_new_groups_and_keeps_its_own(spool: Spool) -> None:
    spool.bytes_max = 3 * (HEADER.size + 50)
    groups = fill(spool, groups=3)
    with pytest.raises(SpoolUnavailable, match="full"):
        fill(spool, groups=1)
    assert drained(spool) == groups
    fill(spool, groups=3)


def test_the_maximum_size_includes_the_segments_of_all_processes(spool: Spool) -> None:
    in_another_process(lambda: fill(spool, groups=4))
    spool.bytes_max = 4 * (HEADER.size + 50)
    with pytest.raises(SpoolUnavailable, match="full"):
        fill(spool, groups=1)


def test_a_folder_that_is_not_writable_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "spool").touch()
    with pytest.raises(SpoolUnavailable, match="cannot be written"):
        fill(Spool(tmp_path / "spool", 1_000))


@pytest.mark.parametrize("cut", [1, 49, 50, 50 + HEADER.size - 1])
def test_an_incomplete_last_record_is_skipped_and_logged(
    spool: Spool, caplog: pytest.LogCaptureFixture, cut: int
) -> None:
    groups = fill(spool)
    path = only_segment(spool)
    path.write_bytes(path.read_bytes()[:-cut])
    with caplog.at_level(logging.WARNING):
        assert drained(spool) == groups[:-1]
    assert "torn last record" in caplog.text
    assert spool.is_empty()
    assert not list(spool.folder.glob("*.damaged"))


def test_damage_in_the_middle_loses_one_record_and_keeps_its_bytes(
    spool: Spool, caplog: pytest.LogCaptureFixture
) -> None:
    groups = fill(spool)
    path = only_segment(spool)
    content = bytearray(path.read_bytes())
    content[HEADER.size + 50 + HEADER.size + 7] ^= 0xFF
    path.write_bytes(content)
    assert drained(spool) == [groups[0], groups[2]]
    (damaged,) = spool.folder.glob("*.damaged")
    assert damaged.read_bytes() == content[HEADER.size + 50 : 2 * (HEADER.size + 50)]
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
    assert not path.exists()
    (damaged,) = spool.folder.glob("*.damaged")
    assert synced == [damaged, spool.folder]


def test_the_magic_bytes_inside_a_group_do_not_begin_a_record(spool: Spool) -> None:
    group_id = str(uuid4())
    spool.append(group_id, b"UAL1" * 100)
    assert drained(spool) == [(group_id, b"UAL1" * 100)]


def test_an_interrupted_drain_continues_where_it_stopped(spool: Spool) -> None:
    """Otherwise an inbox that fills up repeatedly would be given the same first groups forever."""
    groups = fill(spool, groups=5)
    calls: list[Group] = []

    def put(group_id: str, group: bytes) -> None:
        if len(calls) in (2, 4):
            calls.append(("refused", b""))
            raise ConnectionError
        calls.append((group_id, group))

    for _ in range(2):
        with pytest.raises(ConnectionError):
            spool.drain(put)
    spool.drain(put)
    assert [group for group in calls if group[0] != "refused"] == groups
    assert spool.is_empty()


def test_a_group_appended_during_a_drain_is_left_for_the_next_one(spool: Spool) -> None:
    groups = fill(spool, groups=1)
    first: list[Group] = []
    late: list[Group] = []

    def put(group_id: str, group: bytes) -> None:
        first.append((group_id, group))
        late.extend(fill(spool, groups=1))

    spool.drain(put)
    assert first == groups
    assert drained(spool) == late
