"""The faults, inflicted on the real processes of a stack. A fault is over when its function returns."""

from __future__ import annotations

import contextlib
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psutil
import redis

from dev import processes
from tests.chaos.load import Load
from tests.support.running import RunningStack, wait_until


@dataclass
class Scene:
    stack: RunningStack
    load: Load
    random: random.Random

    def hold(self) -> None:
        """Wait for the duration of a fault."""
        time.sleep(self.random.uniform(1.5, 3.5))

    def kill_one(self, name: str) -> None:
        """kill -9 of a random process of a service: its main process, a child, a session of PostgreSQL."""
        with contextlib.suppress(psutil.NoSuchProcess, IndexError):
            self.random.choice(list(processes.find(self.stack.data_dir, {name}))).kill()

    def redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.stack.broker_url, socket_timeout=10)


def api_killed(scene: Scene) -> None:
    scene.kill_one("api")


def worker_killed(scene: Scene) -> None:
    """If possible one that is storing: killing a worker that is still starting proves less."""
    with contextlib.suppress(AssertionError):
        scene.stack.worker.wait_ready(8)
    time.sleep(scene.random.uniform(1, 2.5))
    scene.kill_one("worker")


def redis_killed(scene: Scene) -> None:
    scene.stack.redis.kill()
    scene.stack.redis.wait_ready()


def postgres_killed(scene: Scene) -> None:
    scene.kill_one("postgres")


def redis_paused(scene: Scene) -> None:
    """CLIENT PAUSE: connections are accepted, no command is answered."""
    with scene.redis() as client:
        client.client_pause(2_500)
    time.sleep(2.5)


@contextlib.contextmanager
def stopped(scene: Scene, name: str) -> Iterator[None]:
    service = getattr(scene.stack, name)
    service.pause()
    try:
        yield
    finally:
        service.resume()


def redis_stopped(scene: Scene) -> None:
    with stopped(scene, "redis"):
        scene.hold()


def redis_out_of_memory(scene: Scene) -> None:
    with scene.redis() as client:
        before = client.config_get("maxmemory")["maxmemory"]
        client.config_set("maxmemory", 1)
        try:
            scene.hold()
        finally:
            client.config_set("maxmemory", before)


def spool_filled(scene: Scene) -> None:
    """Redis hangs until the spool is full and batches are answered with 503."""
    refused = scene.load.answers[503]
    with stopped(scene, "redis"):
        wait_until(lambda: scene.load.answers[503] > refused, 60, "the spool is full and the API answers 503")


def postgres_stopped(scene: Scene) -> None:
    with stopped(scene, "postgres"):
        scene.hold()


def postgres_read_only(scene: Scene) -> None:
    def read_only(value: str) -> None:
        scene.stack.postgres.wait_ready(60)
        scene.stack.rows(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        scene.stack.rows("SELECT pg_reload_conf()")

    read_only("on")
    try:
        scene.hold()
    finally:
        read_only("off")


def worker_stopped(scene: Scene) -> None:
    with stopped(scene, "worker"):
        scene.hold()


def all_restarted(scene: Scene) -> None:
    """A deployment: each service is stopped, and restarted by the stack."""
    for name in ("api", "worker", "redis", "postgres"):
        getattr(scene.stack, name).kill(signal.SIGINT if name == "postgres" else signal.SIGTERM)


def duplicates(scene: Scene) -> None:
    scene.load.storm(10)


Fault = Callable[[Scene], None]

WORKER_KILLED: tuple[str, Fault] = ("worker killed (-9)", worker_killed)
FAULTS: dict[str, Fault] = {
    "API killed (-9)": api_killed,
    "Redis killed (-9)": redis_killed,
    "PostgreSQL killed (-9)": postgres_killed,
    "Redis paused (CLIENT PAUSE)": redis_paused,
    "Redis stopped (SIGSTOP)": redis_stopped,
    "Redis out of memory": redis_out_of_memory,
    "Redis stopped, spool full": spool_filled,
    "PostgreSQL stopped (SIGSTOP)": postgres_stopped,
    "PostgreSQL read-only": postgres_read_only,
    "worker stopped (SIGSTOP)": worker_stopped,
    "all restarted (warm)": all_restarted,
    "every batch ten times": duplicates,
}
