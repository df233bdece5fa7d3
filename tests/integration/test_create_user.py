"""The first user, and those after it; and the admin area while one of its servers is away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from click.testing import CliRunner
from flask import Flask

from analytics_app import actions
from analytics_app.admin import accounts
from analytics_app.admin.db import db
from analytics_app.app import create_app
from analytics_app.cli import main
from analytics_app.config.settings import Config
from analytics_app.database.create import create
from tests.support.administering import PASSWORD, Visitor, manage, new_user
from tests.support.running import RunningStack
from tests.support.sending import flat_action

NOWHERE = {"DATABASE_URL": "postgresql://127.0.0.1:1/x", "CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}


@pytest.fixture
def empty(stack: RunningStack) -> Iterator[str]:
    """The URL of a database of its own, without a table."""
    name = f"users_{token_hex(4)}"
    stack.rows(f"CREATE DATABASE {name}")
    yield f"{stack.database_url.rpartition('/')[0]}/{name}"
    stack.rows(f"DROP DATABASE {name} WITH (FORCE)")


def app_on(stack: RunningStack, folder: Path, **settings: str) -> Flask:
    here = {"DATABASE_URL": stack.database_url, "CELERY_BROKER_URL": stack.broker_url}
    return create_app(Config(**{**here, "DATA_DIR": str(folder), **settings}))  # type: ignore[arg-type]


def test_without_a_user_the_area_says_how_to_make_one(stack: RunningStack, tmp_path: Path, empty: str) -> None:
    app = app_on(stack, tmp_path, DATABASE_URL=empty)
    with app.app_context():
        create(db.engine, actions.METADATA)
        client = app.test_client()
        for page in ("/admin/", "/admin/actions/", "/admin/sign-in/"):
            assert "python manage.py create_user" in client.get(page).text
        accounts.create(db.session(), "ada", PASSWORD, "admin")
        assert client.get("/admin/").location == "/admin/sign-in/?next=/admin/"
        db.engine.dispose()


def test_without_tables_the_area_says_how_to_make_them(stack: RunningStack, tmp_path: Path, empty: str) -> None:
    app = app_on(stack, tmp_path, DATABASE_URL=empty)
    answer = app.test_client().get("/admin/")
    assert answer.status_code == 503
    assert "python manage.py create_db" in answer.text
    with app.app_context():
        db.engine.dispose()


def test_the_first_admin_is_made_once(stack: RunningStack, tmp_path: Path, empty: str) -> None:
    app = app_on(stack, tmp_path, DATABASE_URL=empty)
    with app.app_context():
        create(db.engine, actions.METADATA)
        password = accounts.first_admin(db.session())
        assert password
        assert accounts.authenticate(db.session(), "admin", password)
        assert accounts.first_admin(db.session()) is None
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("command", ["create_user", "createsuperuser"])
def test_a_password_comes_from_the_standard_input(stack: RunningStack, command: str) -> None:
    name = f"made-{token_hex(4)}"
    made = manage(stack, command, name, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert (made.returncode, made.stdout) == (0, f"{name} can sign in at /admin/ as admin.\n")
    assert Visitor(stack.analytics_url).sign_in(name).status == 200


def test_what_is_not_given_is_asked_for(stack: RunningStack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in (("DATABASE_URL", stack.database_url), ("DATA_DIR", str(tmp_path))):
        monkeypatch.setenv(name, value)
    name = f"asked-{token_hex(4)}"
    asked = CliRunner().invoke(main, ["create_user"], input=f"{name}\n{PASSWORD}\n{PASSWORD}\n")
    assert asked.exit_code == 0, asked.output
    assert PASSWORD not in asked.output
    assert Visitor(stack.analytics_url).sign_in(name).status == 200


@pytest.mark.parametrize(
    ("name", "password", "sentence"),
    [("", PASSWORD, "The name must have"), ("a\nb", PASSWORD, "The name must have"),
     ("x" * 81, PASSWORD, "The name must have"),
     ("ada", "short", "The password must have 10 to 200"), ("ada", "x" * 201, "The password must have 10 to 200")],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(stack: RunningStack, name: str, password: str, sentence: str) -> None:
    refused = manage(stack, "create_user", "--password-stdin", "--", name or " ", stdin=f"{password}\n")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Error: {sentence}")
    assert "Traceback" not in refused.stderr


def test_two_users_have_two_names(stack: RunningStack) -> None:
    name = new_user(stack)
    refused = manage(stack, "create_user", name, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert (refused.returncode, refused.stderr) == (1, f"Error: A user named {name} already exists.\n")


def test_without_an_admin_nobody_could_manage_users(stack: RunningStack, tmp_path: Path, empty: str) -> None:
    app = app_on(stack, tmp_path, DATABASE_URL=empty)
    with app.app_context():
        create(db.engine, actions.METADATA)
        session = db.session()
        only = accounts.create(session, "ada", PASSWORD, "admin")
        with pytest.raises(accounts.AccountError, match="only admin"):
            accounts.change_role(session, only, "viewer")
        session.rollback()
        with pytest.raises(accounts.AccountError, match="only admin"):
            accounts.delete(session, only)
        session.rollback()
        accounts.create(session, "grace", PASSWORD, "admin")
        accounts.delete(session, only)
        db.session.remove()
        db.engine.dispose()


def test_without_redis_the_area_works(stack: RunningStack, tmp_path: Path) -> None:
    client = app_on(stack, tmp_path, CELERY_BROKER_URL=NOWHERE["CELERY_BROKER_URL"]).test_client()
    token = client.get("/admin/sign-in/").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"name": new_user(stack), "password": PASSWORD, "csrf_token": token}
    assert client.post("/admin/sign-in/", data=form).location == "/admin/"
    landing = client.get("/admin/")
    assert landing.status_code == 200
    assert "Redis does not answer" in landing.text
    for page in ("/admin/actions/", "/admin/rejected/", "/admin/users/"):
        assert client.get(page).status_code == 200


def test_without_postgres_the_area_says_so_and_the_door_takes(stack: RunningStack, tmp_path: Path) -> None:
    client = app_on(stack, tmp_path, DATABASE_URL=NOWHERE["DATABASE_URL"]).test_client()
    for page in ("/admin/", "/admin/actions/", "/admin/sign-in/"):
        answer = client.get(page)
        assert answer.status_code == 503
        assert "PostgreSQL does not answer" in answer.text
    assert client.post("/analytics", json=[flat_action("while away")]).status_code == 200
