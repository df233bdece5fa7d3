"""What a database URL and a broker URL must look like."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from redis.connection import parse_url

# As SQLAlchemy parses it, without importing it: the ingest path does not depend on SQLAlchemy. The host may not
# contain the rest of a password whose special characters were not escaped.
POSTGRES_URL = re.compile(
    r"postgres(ql)?(\+\w+)?://([^:/@]*(:[^@]*)?@)?(\[[^]/?@]+\]|[^]:/?@[]*)(:[0-9]{1,5})?([/?].*)?"
)
URL_HINT = "write an @ : / ? # or % of the password as %40 %3A %2F %3F %23 %25, and the port as a number"


def is_redis_url(url: str) -> bool:
    """Whether both users of it can parse it: redis-py ignores an invalid database number, Celery knows no unix://."""
    try:
        parse_url(url)  # type: ignore[no-untyped-call]
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("redis", "rediss") and re.fullmatch(r"/?\d*", parts.path) is not None
