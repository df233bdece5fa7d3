"""Users of the admin area, and signing in without a browser."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

from dev.settings import ROOT
from tests.support.running import RunningStack
from tests.support.sending import Answer, post

PASSWORD = "a long enough password"


def manage(stack: RunningStack, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run `manage.py` with the settings of the running stack."""
    env = {"DATABASE_URL": stack.database_url, "CELERY_BROKER_URL": stack.broker_url, "DATA_DIR": str(stack.data_dir)}
    return subprocess.run(
        [sys.executable, "analytics_app/manage.py", *arguments],
        cwd=ROOT, env=env, input=stdin, capture_output=True, text=True,
    )  # fmt: skip


def new_user(stack: RunningStack, role: str = "admin", name: str = "") -> str:
    """Create a user with the password PASSWORD. Returns the name, by default a new one."""
    name = name or f"{role}-{secrets.token_hex(4)}"
    created = manage(stack, "create_user", name, "--role", role, "--password-stdin", stdin=PASSWORD + "\n")
    assert created.returncode == 0, created.stderr
    return name


class Visitor:
    """Makes requests as a browser would: with cookies, redirects and the CSRF tokens of forms."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.jar = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.url = ""

    def get(self, path: str, **headers: str) -> Answer:
        return self._open(urllib.request.Request(self.base + path, headers=headers))

    def submit(self, page: str, path: str, **fields: Any) -> Answer:
        """Send a form with the CSRF token of the page that contains it."""
        return self.post(path, csrf_token=self.token(page), **fields)

    def post(self, path: str, **fields: Any) -> Answer:
        body = urllib.parse.urlencode(fields, doseq=True).encode()
        return self._open(urllib.request.Request(self.base + path, body))

    def token(self, page: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).body.decode())
        assert found, f"{page} has no form"
        return found[1]

    def sign_in(self, name: str, password: str = PASSWORD, wanted: str = "") -> Answer:
        page = f"/admin/sign-in/?next={urllib.parse.quote(wanted)}" if wanted else "/admin/sign-in/"
        return self.submit(page, page, name=name, password=password)

    def _open(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=30) as response:
                self.url = response.url.removeprefix(self.base)
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            self.url = error.url.removeprefix(self.base) if error.url else ""
            return Answer(error.code, error.headers, error.read())


def send_event(stack: RunningStack, user: str, session: str, **fields: Any) -> None:
    event = {
        "session_id": session, "category": "page interaction", "name": "link click", "user": user,
        "data": {"host": "www.cwtech.dev", "path": "/", "element": "register"},
        "timestamp": "2022-04-01 09:15:27.243860",
    }  # fmt: skip
    assert post(f"{stack.analytics_url}/event/", json.dumps({**event, **fields}).encode()).status == 200
