"""Health checks, one per server; they return whether it responds and never raise."""

import http.client
from urllib.parse import urlsplit

import psycopg2
import redis

TIMEOUT_S = 10  # on a busy machine a response can be slow without the server hanging


def http_answers(url: str) -> bool:
    """Whether GET returns 200. Unlike urllib, this ignores proxies set in the environment."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def redis_answers(url: str) -> bool:
    """Whether Redis answers PING. While it loads its append-only file it answers LOADING, which counts as no."""
    try:
        with redis.Redis.from_url(url, socket_timeout=TIMEOUT_S, retry=None) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError, ValueError):
        return False


def postgres_answers(url: str) -> bool:
    """Whether a session can be opened. PostgreSQL refuses this during recovery."""
    try:
        psycopg2.connect(url, connect_timeout=TIMEOUT_S).close()
    except psycopg2.Error:
        return False
    return True


def worker_answers(broker_url: str) -> bool:
    """Whether a Celery worker waits for tasks: an idle consumer blocks in BRPOP on the queue."""
    try:
        with redis.Redis.from_url(broker_url, socket_timeout=TIMEOUT_S, retry=None) as client:
            return any(other["cmd"] == "brpop" for other in client.client_list())
    except (redis.RedisError, OSError, ValueError):
        return False
