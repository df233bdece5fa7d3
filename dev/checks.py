"""Does a server answer? One question each, never an exception."""

import http.client
from urllib.parse import urlsplit

import psycopg2
import redis

PATIENCE_S = 10  # a busy machine answers late, which is not yet a hang


def http_answers(url: str) -> bool:
    """GET is answered with 200. No proxy of the environment comes between, as urllib would let it."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def redis_answers(url: str) -> bool:
    """PING is answered; a Redis that still reads its AOF says LOADING and does not count."""
    try:
        with redis.Redis.from_url(url, socket_timeout=PATIENCE_S, retry=None) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError, ValueError):
        return False


def postgres_answers(url: str) -> bool:
    """A session can be opened; a Postgres that still recovers refuses it."""
    try:
        psycopg2.connect(url, connect_timeout=PATIENCE_S).close()
    except psycopg2.Error:
        return False
    return True


def worker_answers(broker_url: str) -> bool:
    """Somebody waits at the queue: Celery's consumer blocks there with BRPOP as long as it has nothing to do."""
    try:
        with redis.Redis.from_url(broker_url, socket_timeout=PATIENCE_S, retry=None) as client:
            return any(other["cmd"] == "brpop" for other in client.client_list())
    except (redis.RedisError, OSError, ValueError):
        return False
