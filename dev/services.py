"""The project's own processes: how each one is started and checked."""

import sys
from collections.abc import Mapping

from dev.checks import http_answers, worker_answers
from dev.settings import HOST, ROOT, Settings
from dev.supervisor import Spec

MANAGE = [sys.executable, str(ROOT / "analytics_app/manage.py")]


def api(settings: Settings, env: Mapping[str, str]) -> Spec:
    return gunicorn("api", "analytics_app", settings.analytics_port, env)


def study(settings: Settings) -> Spec:
    return gunicorn("study", "study_app", settings.study_port, {"ANALYTICS_PORT": str(settings.analytics_port)})


def gunicorn(name: str, package: str, port: int, env: Mapping[str, str]) -> Spec:
    return Spec(
        name=name,
        argv=[sys.executable, "-m", "gunicorn", "--config", f"{package}/gunicorn.conf.py", f"{package}.wsgi:app"],
        env={**env, "HOST": HOST, "PORT": str(port), "PYTHONUNBUFFERED": "1"},
        cwd=ROOT,
        answers=lambda: http_answers(f"http://{HOST}:{port}/health"),
        watched=True,
    )


def worker(env: Mapping[str, str]) -> Spec:
    """The worker monitors its own progress, so it is only restarted when it dies."""
    return Spec(
        name="worker",
        argv=[*MANAGE, "worker"],
        env={**env, "PYTHONUNBUFFERED": "1"},
        cwd=ROOT,
        answers=lambda: worker_answers(env["CELERY_BROKER_URL"]),
        grace_s=10,
    )
