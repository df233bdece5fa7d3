"""`make chaos`: inflicts the faults of docs/how-it-works.md on real processes under load, and counts every action."""

from __future__ import annotations

import argparse
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.chaos.count import Inflicted, Row, Watcher, count, table
from tests.chaos.faults import FAULTS, WORKER_KILLED, Fault, Scene
from tests.chaos.load import Load
from tests.support.running import RunningStack, wait_until

KILL_WORKER_EVERY_S = 5.7  # more than a hundred times in ten minutes
CALM_S = 2
LONG_S = 300
DRAINED_WITHIN_S = 300
SPOOL_BYTES_MAX = "250000"  # small, so that it is full soon while Redis hangs


class Chaos:
    """One run, with its own stack."""

    def __init__(self, data_dir: Path, actions_per_s: float, seed: int, log: Callable[[str], None]) -> None:
        self.stack = RunningStack(data_dir, SPOOL_BYTES_MAX=SPOOL_BYTES_MAX)
        self.actions_per_s, self.seed, self.log = actions_per_s, seed, log
        self.inflicted: list[Inflicted] = []

    def run(self, seconds: float) -> list[Row]:
        try:
            self.load = Load(self.stack.wait_ready().analytics_url, self.actions_per_s)
            self.scene = Scene(self.stack, self.load, random.Random(self.seed))
            watcher = Watcher(self.stack, self.load)
            self.load.start()
            watcher.start()
            time.sleep(CALM_S)
            self._inflict_all(seconds)
            self.log("no more faults and no more load: waiting until everything is stored")
            self.load.stop(patience_s=60)
            wait_until(self._is_drained, DRAINED_WITHIN_S, "spool, inbox and queue are empty")
            watcher.stop()
            self.log(self._conditions())
            return count(self.stack, self.load.sent, self.inflicted)
        except BaseException:
            self.log(f"{self.stack.output}\n{self.stack.log_tails()}")
            raise
        finally:
            self.stack.stop()

    def _inflict_all(self, seconds: float) -> None:
        """Each fault in turn, then all in random order; the worker is killed between any two."""
        began, kills = time.monotonic(), 0
        others = list(FAULTS.items())
        while time.monotonic() - began < seconds or kills < seconds // KILL_WORKER_EVERY_S:
            for _ in range(3 if seconds >= LONG_S else 1):
                self._inflict(began, *WORKER_KILLED)
                kills += 1
            self._inflict(began, *others.pop(0))
            others = others or self.scene.random.sample(list(FAULTS.items()), len(FAULTS))

    def _inflict(self, start: float, name: str, fault: Fault) -> None:
        began = time.monotonic()
        self.log(f"{began - start:5.0f} s  {name}")
        fault(self.scene)
        self.inflicted.append(Inflicted(name, began, time.monotonic()))
        time.sleep(self.scene.random.uniform(0.5, 1.5))

    def _is_drained(self) -> bool:
        spool = self.stack.data_dir / "spool"
        with self.scene.redis() as client:
            return not (any(spool.glob("*.spool")) or client.hlen("inbox:groups") or client.llen("celery"))

    def _conditions(self) -> str:
        """Versions, load and answers, as docs/how-it-works.md shows them above the table."""
        with self.scene.redis() as client:
            servers = {"Redis": client.info("server")["redis_version"], "PostgreSQL": self._postgres_version()}
        packages = {name: version(name) for name in ("celery", "kombu", "redis", "gunicorn", "psycopg2-binary")}
        versions = {"Python": platform.python_version(), **servers, **packages}
        answers = ", ".join(f"{answer}: {times}" for answer, times in self.load.answers.most_common())
        return (
            f"Run of {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} CPUs, {platform.system()};\n"
            f"{', '.join(f'{name} {number}' for name, number in versions.items())};\n"
            f"{self.actions_per_s:g} actions a second, random seed {self.seed}; answers {answers};\n"
            f"load average of the last 15 minutes {os.getloadavg()[2]:.1f}\n"
        )

    def _postgres_version(self) -> str:
        return str(self.stack.rows("SHOW server_version")[0]["server_version"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("CHAOS_SECONDS") or 600))
    parser.add_argument("--actions-per-s", type=float, default=150)
    parser.add_argument(
        "--seed",
        type=int,
        default=random.randrange(1_000_000),
        help="random seed, which determines the order of the faults",
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        Path(folder).chmod(0o755)  # started by root, the servers run as another user
        chaos = Chaos(
            Path(folder) / "data", arguments.actions_per_s, arguments.seed, lambda line: print(line, flush=True)
        )
        rows = chaos.run(arguments.seconds)
    print(table(rows))
    total = rows[-1]
    print(f"\nlost {total.lost}, double {total.double}")
    return 0 if total.lost == total.double == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
