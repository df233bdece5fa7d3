"""Settings: where they come from, and the sentence that says how to fix an invalid one."""

import re
from pathlib import Path

import pytest
from kombu import Connection
from redis import Redis
from sqlalchemy import make_url

from analytics_app.config.secret_key import secret_key
from analytics_app.config.settings import Config, ConfigError, load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "analytics_app").mkdir()
    (tmp_path / "var").mkdir()
    (tmp_path / "postgres.env").write_text("POSTGRES_USER=carol\nPOSTGRES_PASSWORD='p@ss/w:rd'\nPOSTGRES_DB=study\n")
    return tmp_path


def load_in(folder: Path, **environ: str) -> Config:
    return load({"SETTINGS_DIR": str(folder), **environ})


def test_it_needs_no_file(tmp_path: Path) -> None:
    config = load_in(tmp_path)
    assert config.libpq_url == "postgresql://user:@db:5432/example"
    assert config.CELERY_BROKER_URL == "redis://redis:6379/0"


def test_the_database_url_is_built_from_postgres_env_with_the_password_escaped(folder: Path) -> None:
    assert load_in(folder).libpq_url == "postgresql://carol:p%40ss%2Fw%3Ard@db:5432/study"


def test_each_source_takes_precedence_over_the_next(folder: Path) -> None:
    """Environment, stack.env, analytics_app/.env, postgres.env, default: without one, the next applies."""
    (folder / "analytics_app" / ".env").write_text("DB_USER='dotenv'\nPORT=7000\n")
    (folder / "var" / "stack.env").write_text("DB_USER=stack\n")
    assert load_in(folder, DB_USER="environment").DB_USER == "environment"
    assert load_in(folder).DB_USER == "stack"
    (folder / "var" / "stack.env").unlink()
    assert load_in(folder).DB_USER == "dotenv"
    assert load_in(folder).PORT == 7000
    (folder / "analytics_app" / ".env").unlink()
    assert load_in(folder).DB_USER == "carol"
    (folder / "postgres.env").unlink()
    assert load_in(folder).DB_USER == "user"


def test_a_settings_file_that_cannot_be_read_is_an_error(folder: Path) -> None:
    """Docker creates a folder if the file to mount is missing. A file that only root may read fails the same way."""
    (folder / "postgres.env").unlink()
    (folder / "postgres.env").mkdir()
    with pytest.raises(ConfigError, match=r"postgres\.env cannot be read \(Is a directory\): make it a file that user"):
        load_in(folder)


def test_stack_env_is_read_from_data_dir(folder: Path) -> None:
    (folder / "stack.env").write_text("DB_USER=elsewhere\n")
    assert load_in(folder, DATA_DIR=str(folder)).DB_USER == "elsewhere"


def test_an_empty_value_counts_as_missing(folder: Path) -> None:
    assert load_in(folder, PORT="", DB_USER="").PORT == 5000


POSTGRES_URLS = [
    "postgresql://u:hush@h:http/n",
    "postgresql://u:hush@h:/n",
    "postgresql://u:hush@h:543210/n",
    "postgresql://u:hush@hush@h:5432/n",
    "postgresql://u:hush@h1:5432,h2:5432/n",
    "postgresql://u:hush@[::1/n",
    "postgresql:u:hush@h",
]
REDIS_URLS = [
    "redis://:hush@h:http/0",
    "redis://:hush@h:70000/0",
    "redis://:hush/hush@h:6379/0",
    "redis://:hush@h:6379/first",
    "redis://:hush@[::1/0",
    "redis://:hush@h:6379/0?socket_timeout=long",
    "unix:///run/redis.sock?password=hush",
]


@pytest.mark.parametrize(
    ("name", "url"),
    [("DATABASE_URL", url) for url in POSTGRES_URLS] + [("CELERY_BROKER_URL", url) for url in REDIS_URLS],
)
def test_an_invalid_url_is_reported_without_its_password(tmp_path: Path, name: str, url: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name} must be .* the port as a number") as refusal:
        load_in(tmp_path, **{name: url})
    assert "hush" not in str(refusal.value)
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize(
    "url",
    ["redis://h", "redis://h/", "redis://u:p%2F@h:1/3", "rediss://h:6379/0?ssl_cert_reqs=none", "redis://[::1]:6379/0"],
)
def test_a_redis_url_may_have_any_form_that_redis_and_celery_parse(tmp_path: Path, url: str) -> None:
    loaded = load_in(tmp_path, CELERY_BROKER_URL=url)
    assert url == loaded.CELERY_BROKER_URL
    by_redis = Redis.from_url(url).connection_pool.connection_kwargs
    by_celery = Connection(url).info()
    assert by_celery["hostname"].strip("[]") == by_redis["host"]
    assert int(by_celery["virtual_host"].strip("/") or 0) == by_redis.get("db", 0)


@pytest.mark.parametrize(
    "rest", ["u:p@h", "u@h/n", "h:5432/n?sslmode=require", "u:p/?#:@[::1]:5432/n", "/n?host=/tmp", "u:@h-1.x:5432/n"]
)
def test_a_postgresql_url_may_have_any_form_that_sqlalchemy_parses(tmp_path: Path, rest: str) -> None:
    parsed = make_url(load_in(tmp_path, DATABASE_URL=f"postgresql://{rest}").sqlalchemy_url)
    assert parsed == make_url(f"postgresql://{rest}").set(drivername="postgresql+psycopg2")


@pytest.mark.parametrize("url", ["postgres://a:b@h/n", "postgresql://a:b@h/n", "postgresql+psycopg2://a:b@h/n"])
def test_the_url_for_sqlalchemy_names_the_driver(tmp_path: Path, url: str) -> None:
    config = load_in(tmp_path, DATABASE_URL=url)
    assert config.sqlalchemy_url == "postgresql+psycopg2://a:b@h/n"
    assert config.libpq_url == "postgresql://a:b@h/n"


@pytest.mark.parametrize(
    ("settings", "fix"),
    [
        ({"PORT": "http"}, "set PORT to one"),
        ({"PORT": "0"}, "set PORT to 1 or more"),
        ({"PORT": "70000"}, "at most 65535"),
        ({"DATABASE_URL": "mysql://a"}, "must be postgresql://"),
        ({"DB_HOST": "db:5432"}, "the port as DB_PORT"),
        ({"CELERY_BROKER_URL": "amqp://a"}, "must be redis://"),
        ({"INBOX_LOW_BYTES": "999999999999"}, "INBOX_LOW_BYTES must be below"),
        ({"CORS_ORIGINS": " , "}, "set it to * or"),
        ({"WORKER_STALL_S": "1"}, "set WORKER_STALL_S to 5 or more"),
    ],
)
def test_an_invalid_value_is_an_error_that_says_how_to_fix_it(
    tmp_path: Path, settings: dict[str, str], fix: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(fix)):
        load_in(tmp_path, **settings)


def test_no_repr_contains_a_secret(tmp_path: Path) -> None:
    secrets = {"DB_PASS": "hush1", "SECRET_KEY": "hush2", "DATABASE_URL": "postgresql://u:hush3@h/n"}
    secrets["CELERY_BROKER_URL"] = "redis://:hush4@h"
    config = load_in(tmp_path, **secrets)
    assert {name: getattr(config, name) for name in secrets} == secrets
    assert "hush" not in repr(config)


def test_the_secret_key_is_generated_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    config = load_in(tmp_path, DATA_DIR=str(tmp_path / "data"))
    key = secret_key(config)
    assert len(key) >= 48
    assert secret_key(config) == key
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o077 == 0
    assert secret_key(load_in(tmp_path, SECRET_KEY="given", DATA_DIR="/nowhere")) == "given"


def test_each_data_folder_has_a_secret_key_of_its_own(tmp_path: Path) -> None:
    keys = {secret_key(load_in(tmp_path, DATA_DIR=str(tmp_path / name))) for name in "ab"}
    assert len(keys) == 2


def test_a_data_dir_that_is_not_writable_is_an_error_that_says_how_to_fix_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="make it writable"):
        secret_key(load_in(tmp_path, DATA_DIR=str(tmp_path / "file")))
