"""docker-compose.yml and the Dockerfiles: what can be checked by reading them."""

import json
import re
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
import yaml
from dotenv import dotenv_values
from packaging.requirements import Requirement

from analytics_app.config.settings import Config
from analytics_app.consumer.supervisor import WARM_SHUTDOWN_S

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILES = [ROOT / "analytics_app" / "Dockerfile", ROOT / "study_app" / "Dockerfile"]
UNITS = {"": 1, "kb": 2**10, "mb": 2**20, "gb": 2**30}


def redis_options() -> dict[str, str]:
    words = SERVICES["redis"]["command"][1:]
    return {name.removeprefix("--"): value for name, value in zip(words[::2], words[1::2], strict=True)}


def mounts(service: str) -> dict[str, str]:
    """Path in the container -> what is mounted there."""
    return {target: source for source, target, *_ in (text.split(":") for text in SERVICES[service]["volumes"])}


def environment(dockerfile: Path) -> dict[str, str]:
    return dict(re.findall(r"(\w+)=(\S+)", next(re.finditer("^ENV (.*)", dockerfile.read_text(), re.M))[1]))


def test_of_the_five_services_only_those_for_participants_are_published_to_the_network() -> None:
    ports = {name: service.get("ports", []) for name, service in SERVICES.items()}
    assert ports == {
        "study_app": ["5002:5000"],
        "analytics_app": ["5003:5000"],
        "celery": [],
        "redis": [],
        "db": ["127.0.0.1:5433:5432"],
    }


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_restarts_has_a_health_check_time_to_stop_and_limited_logs(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert service["init"] is True
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "retries", "start_period"} < service["healthcheck"].keys()
    assert int(service["stop_grace_period"].removesuffix("s")) > WARM_SHUTDOWN_S
    assert {"max-size", "max-file"} == service["logging"]["options"].keys()


def test_processes_receive_signals_without_a_shell_in_between() -> None:
    assert all(isinstance(service.get("command", []), list) for service in SERVICES.values())
    assert all(isinstance(json.loads(command_of(file)), list) for file in DOCKERFILES)


def command_of(dockerfile: Path) -> str:
    return next(re.finditer("^CMD (.*)", dockerfile.read_text(), re.M))[1]


def test_docker_compose_1_29_and_the_current_plugin_accept_it() -> None:
    """1.29 knows neither `name` nor optional env files; the plugin warns about `version`."""
    assert {key for key in COMPOSE if not key.startswith("x-")} == {"services", "volumes"}
    assert all(isinstance(service.get("env_file", ""), str) for service in SERVICES.values())
    assert all(isinstance(service.get("depends_on", []), list) for service in SERVICES.values())


def test_redis_is_durable_and_the_inbox_is_full_before_redis_is() -> None:
    options = redis_options()
    assert options["appendonly"] == "yes"
    assert options["appendfsync"] == "always"
    assert options["maxmemory-policy"] == "noeviction"
    size = re.fullmatch(r"(\d+)([a-z]*)", options["maxmemory"])
    assert size is not None
    assert int(size[1]) * UNITS[size[2]] > 1.5 * Config().INBOX_HIGH_BYTES


def test_data_is_kept_in_named_volumes() -> None:
    data_dir = environment(DOCKERFILES[0])["DATA_DIR"]
    assert mounts("analytics_app")[data_dir] == mounts("celery")[data_dir] == "data"
    assert mounts("redis")["/data"] == "redis"
    # Explicit, because the default of PostgreSQL 18 is another folder than that of 15 to 17.
    assert mounts("db")[SERVICES["db"]["environment"]["PGDATA"]] == "postgres"
    assert COMPOSE["volumes"].keys() == {"data", "redis", "postgres"}


def test_the_default_settings_fit_this_file() -> None:
    """So that a fresh clone needs no settings file, and nothing is configured twice."""
    config = Config()
    assert (config.HOST, config.PORT) == ("0.0.0.0", 5000)
    assert (config.DB_HOST, config.DB_PORT) == ("db", 5432)
    assert config.CELERY_BROKER_URL == "redis://redis:6379/0"
    names = {name for service in SERVICES.values() for name in service.get("environment", {})}
    assert names == {"PROGRESS_FILE", "LANG", "PGDATA"}


def test_settings_files_are_mounted_where_the_apps_look_for_them() -> None:
    for service, file in (("analytics_app", DOCKERFILES[0]), ("celery", DOCKERFILES[0]), ("study_app", DOCKERFILES[1])):
        folder = environment(file)["SETTINGS_DIR"]
        name = file.parent.name
        assert mounts(service)[f"{folder}/{name}"] == f"./{name}"
    assert mounts("celery")["/settings/postgres.env"] == mounts("analytics_app")["/settings/postgres.env"]
    assert SERVICES["db"]["env_file"] == "postgres.env"


def test_no_secret_is_in_the_compose_file_or_in_an_image() -> None:
    password = dotenv_values(ROOT / "postgres.env")["POSTGRES_PASSWORD"]
    assert password
    files = [ROOT / "docker-compose.yml", *DOCKERFILES]
    assert not any(re.search(f"{password}|PASS|SECRET", file.read_text()) for file in files)
    assert "**/.env" in (ROOT / ".dockerignore").read_text().splitlines()
    assert ".env" in (ROOT / "study_app" / ".dockerignore").read_text().splitlines()


def test_only_listed_files_of_the_repository_get_into_an_image() -> None:
    first, *others = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert first == "*"
    assert [line for line in others if line.startswith("!")] == ["!requirements.lock", "!static", "!analytics_app"]


def test_every_image_is_pinned_and_both_of_ours_have_the_same_base() -> None:
    ours = {next(re.finditer("^FROM (.*)", file.read_text(), re.M))[1] for file in DOCKERFILES}
    theirs = {service["image"] for service in SERVICES.values() if "image" in service}
    assert len(ours) == 1
    assert all(re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", image) for image in ours)
    assert {image.partition(":")[0] for image in theirs} == {"redis", "postgres"}
    assert all(re.fullmatch(r"(redis:7\.\d+\.\d+|postgres:17\.\d+)-\w+", image) for image in theirs)


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda file: file.parent.name)
def test_an_image_runs_as_its_own_user_and_installs_packages_before_it_copies_code(dockerfile: Path) -> None:
    """In this order, so that a change of code does not install all packages again."""
    steps = dockerfile.read_text()
    assert re.search(r"useradd.*--uid.*1000.*app", steps)
    assert steps.index("\nUSER app\n") < steps.index("\nCMD ")
    assert steps.index("COPY requirements") < steps.index('RUN ["pip"') < steps.index("COPY --chown=app")
    assert '"--no-cache-dir"' in steps


def test_the_workers_health_check_reads_the_file_in_which_it_shows_its_progress() -> None:
    celery = SERVICES["celery"]
    assert celery["command"] == ["python", "analytics_app/manage.py", "worker"]
    check = celery["healthcheck"]["test"][1]
    assert check.startswith(f"find {celery['environment']['PROGRESS_FILE']} ")
    assert f"-{Config().WORKER_STALL_S} seconds" in check


def test_the_study_app_pins_every_package_it_needs_as_requirements_lock_does() -> None:
    pinned = (ROOT / "study_app" / "requirements.txt").read_text().splitlines()
    assert set(pinned) <= set((ROOT / "requirements.lock").read_text().splitlines())
    names = {line.partition("==")[0] for line in pinned}
    assert names == with_dependencies({"flask", "gunicorn", "python-dotenv"})


def with_dependencies(names: set[str]) -> set[str]:
    needed = [Requirement(line) for name in names for line in requires(name) or []]
    # As on the image's Linux, without extras; colorama is for Windows only.
    more = {need.name.lower() for need in needed if need.marker is None or need.marker.evaluate({"extra": ""})}
    return names if more <= names else with_dependencies(names | more)
