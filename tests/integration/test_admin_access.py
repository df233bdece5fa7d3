"""Who gets into the admin area, and who does not."""

from __future__ import annotations

import re
import secrets
from http.cookiejar import Cookie
from pathlib import Path

import pytest
from redis import Redis

from analytics_app.admin.throttle import ADDRESS_MAX, BOTH_MAX, Throttle
from tests.support.administering import PASSWORD, Visitor, manage, new_user
from tests.support.running import RunningStack
from tests.support.sending import flat_action, post, send

PAGES = ["/admin/", "/admin/now", "/admin/hour", "/admin/actions/", "/admin/rejected/", "/admin/rejected/1",
         "/admin/users/", "/admin/actions/0198c2f1-0000-7000-8000-000000000002/0"]  # fmt: skip


@pytest.fixture(scope="module")
def admin(stack: RunningStack) -> str:
    return new_user(stack)


@pytest.fixture(scope="module")
def viewer(stack: RunningStack) -> str:
    return new_user(stack, "viewer")


@pytest.fixture
def visitor(stack: RunningStack) -> Visitor:
    return Visitor(stack.analytics_url)


def cookie(visitor: Visitor) -> Cookie:
    (found,) = visitor.jar
    return found


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_a_page_without_signing_in(visitor: Visitor, page: str) -> None:
    answer = visitor.get(page)
    assert answer.status == 200
    assert visitor.url == f"/admin/sign-in/?next={page}"
    assert b"Sign in" in answer.body


@pytest.mark.parametrize("path", ["/admin/nope", "/admin/nope/", "/admin/actions/x", "/admin/users/none"])
def test_an_unknown_address_is_a_page_that_says_so(visitor: Visitor, admin: str, path: str) -> None:
    visitor.sign_in(admin)
    answer = visitor.get(path)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert b"Not Found" in answer.body


def test_a_fragment_asked_for_after_the_session_ended_says_so(visitor: Visitor) -> None:
    assert visitor.get("/admin/now", **{"X-Fragment": "1"}).status == 401


def test_make_run_made_an_admin_and_printed_its_password_once(stack: RunningStack, visitor: Visitor) -> None:
    (password,) = re.findall(r"as admin, password (\S+)", stack.output)
    assert visitor.sign_in("admin", password).status == 200
    assert visitor.url == "/admin/"
    logs = Path(stack.data_dir / "log").glob("*.log")
    assert not any(password in path.read_text(errors="replace") for path in logs)
    assert manage(stack, "create_user", "--first-admin").stdout == ""


def test_signing_in_leads_to_the_page_that_was_asked_for(visitor: Visitor, admin: str) -> None:
    answer = visitor.sign_in(admin, wanted="/admin/actions/?name=click")
    assert (answer.status, visitor.url) == (200, "/admin/actions/?name=click")


def test_a_name_that_nobody_can_have_is_nobody_s(visitor: Visitor) -> None:
    assert visitor.sign_in("a\0b").status == 401


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/admin/", "//evil.example/admin/", "/admin/\\evil", "/x", "/admin/..//evil.example",
     "/admin/a\r\nX-Set: 1", "/admin/\na"],
)  # fmt: skip
def test_and_to_no_page_elsewhere(visitor: Visitor, admin: str, elsewhere: str) -> None:
    visitor.sign_in(admin, wanted=elsewhere)
    assert visitor.url == "/admin/"


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), ("nobody", PASSWORD), (None, "wrong"), (None, "")])
def test_a_wrong_name_or_password_says_only_that(visitor: Visitor, admin: str, name: str | None, password: str) -> None:
    answer = visitor.sign_in(admin if name is None else name, password)
    assert answer.status == 401
    assert b"Wrong name or password." in answer.body
    visitor.get("/admin/")
    assert visitor.url.startswith("/admin/sign-in/")


def test_the_session_s_cookie_is_no_affair_of_scripts_or_other_sites(visitor: Visitor, admin: str) -> None:
    visitor.sign_in(admin)
    found = cookie(visitor)
    assert (found.name, found.path, found.secure) == ("admin", "/admin", False)
    assert found.has_nonstandard_attr("HttpOnly")
    assert found.get_nonstandard_attr("SameSite") == "Lax"


def test_behind_tls_the_cookie_is_secure(visitor: Visitor) -> None:
    answer = visitor.get("/admin/sign-in/", **{"X-Forwarded-Proto": "https"})
    assert "Secure" in answer.headers["Set-Cookie"]


def test_signing_out_ends_it(visitor: Visitor, admin: str) -> None:
    visitor.sign_in(admin)
    visitor.submit("/admin/", "/admin/sign-in/out")
    visitor.get("/admin/")
    assert visitor.url.startswith("/admin/sign-in/")


def test_a_copied_cookie_holds_until_the_password_is_changed(stack: RunningStack, visitor: Visitor) -> None:
    """And each use gives it another twelve hours, as docs/admin.md says."""
    name, copy = new_user(stack, "viewer"), Visitor(stack.analytics_url)
    visitor.sign_in(name)
    for cookie in visitor.jar:
        copy.jar.set_cookie(cookie)
    visitor.submit("/admin/users/", "/admin/sign-in/out")
    used = copy.get("/admin/actions/")
    assert (used.status, copy.url) == (200, "/admin/actions/")
    assert "admin=" in used.headers["Set-Cookie"]
    visitor.sign_in(name)
    number = stack.rows("SELECT id FROM users WHERE name = %(name)s", name=name)[0]["id"]
    visitor.submit("/admin/users/", f"/admin/users/{number}/password", current=PASSWORD, password="another password")
    copy.get("/admin/actions/")
    assert copy.url.startswith("/admin/sign-in/")


def test_no_form_is_taken_without_its_token(visitor: Visitor, admin: str) -> None:
    assert visitor.post("/admin/sign-in/", name=admin, password=PASSWORD).status == 400
    visitor.sign_in(admin)
    for form in ("/admin/sign-in/out", "/admin/users/new", "/admin/rejected/replay", "/admin/rejected/replay-all"):
        assert visitor.post(form).status == 400
        assert visitor.post(form, csrf_token="guessed").status == 400


def test_pages_take_nothing_from_elsewhere_and_stay_in_no_cache(visitor: Visitor, admin: str) -> None:
    visitor.sign_in(admin)
    headers = visitor.get("/admin/").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert (headers["X-Frame-Options"], headers["Cache-Control"]) == ("DENY", "no-store")
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "same-origin")
    assert "Access-Control-Allow-Origin" not in headers


def test_the_door_sets_no_cookie_and_asks_for_none(stack: RunningStack) -> None:
    answer = send(f"{stack.analytics_url}/analytics", b'[{"name":"x"}]', Cookie="admin=x")
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in (answer.headers["Vary"] or "")


def test_a_viewer_looks_and_changes_nothing(visitor: Visitor, viewer: str) -> None:
    visitor.sign_in(viewer)
    for page in ("/admin/", "/admin/actions/", "/admin/rejected/", "/admin/users/"):
        assert visitor.get(page).status == 200
    users = visitor.get("/admin/users/").body
    assert viewer.encode() in users
    assert b"New user" not in users
    for form in ("users/new", "users/1/role", "users/1/delete", "users/1/password", "rejected/replay",
                 "rejected/replay-all", "rejected/1/edited"):  # fmt: skip
        assert visitor.submit("/admin/users/", f"/admin/{form}").status == 403, form


def test_a_new_password_ends_the_sessions_begun_with_the_old_one(stack: RunningStack, visitor: Visitor) -> None:
    name, other = new_user(stack, "viewer"), Visitor(stack.analytics_url)
    number = stack.rows("SELECT id FROM users WHERE name = %(name)s", name=name)[0]["id"]
    visitor.sign_in(name)
    other.sign_in(name)
    change = f"/admin/users/{number}/password"
    refused = visitor.submit("/admin/users/", change, current="wrong", password="another password")
    assert b"The current password is wrong." in refused.body
    visitor.submit("/admin/users/", change, current=PASSWORD, password="another password")
    assert visitor.get("/admin/actions/").status == 200
    assert visitor.url == "/admin/actions/"
    other.get("/admin/actions/")
    assert other.url.startswith("/admin/sign-in/")


def test_an_admin_makes_changes_and_removes_users(stack: RunningStack, visitor: Visitor, admin: str) -> None:
    visitor.sign_in(admin)
    name = f"made-{secrets.token_hex(4)}"
    form = {"name": name, "password": PASSWORD, "role": "viewer"}
    assert b"can now sign in" in visitor.submit("/admin/users/", "/admin/users/new", **form).body
    assert b"already exists" in visitor.submit("/admin/users/", "/admin/users/new", **form).body
    short = {**form, "name": "x", "password": "short"}
    assert b"The password must have" in visitor.submit("/admin/users/", "/admin/users/new", **short).body
    (row,) = stack.rows("SELECT * FROM users WHERE name = %(name)s", name=name)
    assert row["password_hash"].startswith("scrypt:")
    visitor.submit("/admin/users/", f"/admin/users/{row['id']}/role", role="admin")
    assert stack.rows("SELECT role FROM users WHERE name = %(name)s", name=name) == [{"role": "admin"}]
    visitor.submit("/admin/users/", f"/admin/users/{row['id']}/delete")
    assert stack.rows("SELECT role FROM users WHERE name = %(name)s", name=name) == []


def test_guessing_is_slowed_down(stack: RunningStack, visitor: Visitor) -> None:
    name = new_user(stack, "viewer")
    answers = [visitor.sign_in(name, f"guess {n}").status for n in range(BOTH_MAX + 1)]
    assert answers == [401] * BOTH_MAX + [429]
    late = visitor.sign_in(name)  # the right one, too late
    assert (late.status, b"Too many attempts. Try again in 15 minutes.<" in late.body) == (429, True)
    with Redis.from_url(stack.broker_url) as client:
        assert not any(name.encode() in key or b"127.0.0.1" in key for key in client.scan_iter("signin:*"))


def test_a_right_password_forgives_what_was_mistyped_before(stack: RunningStack) -> None:
    with Redis.from_url(stack.broker_url) as client:
        throttle = Throttle(client, "secret")
        for _ in range(ADDRESS_MAX):
            assert throttle.allows("ada", "192.0.2.1")
            throttle.forget("ada", "192.0.2.1")
        assert throttle.allows("bob", "192.0.2.1")


def test_an_address_that_tries_many_names_is_slowed_down_too(stack: RunningStack) -> None:
    with Redis.from_url(stack.broker_url) as client:
        throttle = Throttle(client, "secret")
        assert all(throttle.allows(f"user {n}", "192.0.2.2") for n in range(ADDRESS_MAX))
        assert not throttle.allows("one more", "192.0.2.2")
        assert throttle.allows("one more", "192.0.2.3")


def test_without_redis_each_process_counts_for_itself() -> None:
    with Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.1) as nobody:
        throttle = Throttle(nobody, "secret")
        assert [throttle.allows("ada", "192.0.2.4") for _ in range(BOTH_MAX + 1)] == [True] * BOTH_MAX + [False]
        throttle.forget("ada", "192.0.2.4")
        assert throttle.allows("ada", "192.0.2.4")


@pytest.mark.parametrize("path", ["/admin/actions/", "/admin/rejected/"])
@pytest.mark.parametrize(
    "query",
    [
        "from=0001-01-01T00:00%2B14:00",
        "to=9999-12-31T23:59-12:00",
        "from=2026-W01-1",
        "before=2026-01-01_0198c2f1-0000-7000-8000-000000000002_0",
        "after=0001-01-01T00:00%2B14:00_0198c2f1-0000-7000-8000-000000000002_0",
        "before=_",
    ],
)
def test_an_odd_time_in_the_address_is_a_page_too(
    stack: RunningStack, visitor: Visitor, admin: str, path: str, query: str
) -> None:
    post(f"{stack.analytics_url}/analytics", [flat_action(), {"name": 7.5, "page_x": "far"}])
    stack.wait_for("SELECT 1 FROM rejected_actions, raw_actions LIMIT 1")
    visitor.sign_in(admin)
    assert visitor.get(path + "?" + query).status == 200
