"""The study app's settings: an invalid one stops the start with a message that says how to fix it."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from study_app.config import Config, load

NO_FILE = Path("does-not-exist.env")
ROOT = Path(__file__).parents[2]


def test_it_starts_without_any_setting() -> None:
    assert load({}, NO_FILE) == Config(host="0.0.0.0", port=5000, analytics_url="", analytics_port=5003)


def test_an_empty_setting_counts_as_unset() -> None:
    assert load({"PORT": "", "ANALYTICS_URL": " "}, NO_FILE) == Config()


def test_the_environment_overrides_the_file_and_the_file_overrides_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("HOST='127.0.0.1'\nPORT=5100\n")
    config = load({"PORT": "5200", "HOST": ""}, file)
    assert (config.host, config.port, config.analytics_port) == ("127.0.0.1", 5200, 5003)


def test_a_trailing_slash_is_removed_from_a_url() -> None:
    assert (
        load({"ANALYTICS_URL": "https://logs.example.org/api/"}, NO_FILE).analytics_url
        == "https://logs.example.org/api"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "٣"),  # a digit, but not an ASCII digit
        ("PORT", "9" * 5000),
        ("ANALYTICS_PORT", "5003.0"),
        ("ANALYTICS_URL", "localhost:5003"),
        ("ANALYTICS_URL", "ftp://example.org"),
        ("ANALYTICS_URL", "http://example.org:port"),
        ("ANALYTICS_URL", "http://example.org; script-src *"),
        ("ANALYTICS_URL", "http://[::1"),
        ("ANALYTICS_URL", "http://example.org/?a=b"),
    ],
)
def test_an_invalid_value_is_reported_with_its_name_in_one_sentence(name: str, value: str) -> None:
    with pytest.raises(SystemExit) as stop:
        load({name: value}, NO_FILE)
    message = str(stop.value)
    assert name in message
    assert repr(value) in message
    assert message.endswith(".")
    assert "\n" not in message


def test_the_server_does_not_start_with_an_invalid_port_and_says_why() -> None:
    command = [sys.executable, "-m", "gunicorn", "--config", "study_app/gunicorn.conf.py", "study_app.wsgi:app"]
    environ = {**os.environ, "PORT": "abc"}
    result = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode != 0
    message = "study_app: PORT is 'abc'; set it to a whole number from 1 to 65535, for example 5000."
    assert result.stderr.strip() == message


def test_every_setting_is_documented() -> None:
    text = (ROOT / "study_app" / "README.md").read_text()
    assert all(f"| `{name.upper()}` | " in text for name in Config.__dataclass_fields__)


def test_a_folder_without_access_is_not_treated_as_one_without_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def deny(self: Path, encoding: str) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_text", deny)  # simulated, because root can read any folder
    with pytest.raises(SystemExit, match=r"\.env cannot be read \(Permission denied\)"):
        load({})
