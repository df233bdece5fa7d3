"""A study for the logger's tests: its pages, and a network that can fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.support.hosts import Gateway, Site
from tests.support.running import PATIENCE_S, Rows, RunningStack


class Study:
    """One user's pages, and what is stored from them."""

    def __init__(self, stack: RunningStack, site: Site, gateway: Gateway) -> None:
        self.stack, self.site, self.gateway = stack, site, gateway
        self.user = f"logger-{uuid4().hex[:12]}"

    def tag(self, file: str = "UserLogger.min.js", **attributes: str) -> str:
        """The logger's script tag; `data_server="..."` is written data-server."""
        merged = {
            "data_study": "logger-tests",
            "data_user": self.user,
            "data_server": self.gateway.analytics,
            **attributes,
        }
        text = " ".join(f'{name.replace("_", "-")}="{value}"' for name, value in merged.items())
        return f'<script src="{self.stack.analytics_url}/{file}" {text}></script>'

    def page(self, body: str = "", path: str = "/", head: str = "", **attributes: str) -> str:
        """The URL of a page that loads the logger."""
        return self.site.add(path, f"<title>Study</title>{self.tag(**attributes)}{head}<body>{body}")

    def actions(self, names: str = "%", count: int = 1, timeout: float = PATIENCE_S) -> list[dict[str, Any]]:
        """The data of the actions whose name is LIKE `names`, by page and seq, as soon as `count` are stored."""
        rows = self.stack.wait_for(
            'SELECT data, page_id, seq FROM "rawActions" WHERE user_id = %(user)s AND name LIKE %(names)s'
            " ORDER BY page_id, seq",
            lambda rows: len(rows) >= count,
            timeout,
            user=self.user,
            names=names,
        )
        return [{**row["data"], "page_id": str(row["page_id"]), "seq": row["seq"]} for row in rows]

    def loss(self, pages: int = 1, timeout: float = PATIENCE_S) -> Rows:
        """The rows of page_loss, as soon as nothing is unexplained on `pages` pages."""
        return self.stack.wait_for(
            "SELECT * FROM page_loss WHERE user_id = %(user)s",
            lambda rows: len(rows) >= pages and all(row["unexplained"] == 0 for row in rows),
            timeout,
            user=self.user,
        )


@pytest.fixture
def study(stack: RunningStack) -> Iterator[Study]:
    site, gateway = Site(), Gateway(stack.analytics_url)
    yield Study(stack, site, gateway)
    gateway.close()
    site.close()
