"""The key that signs the admin area's cookies: given, or generated on the first start."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from analytics_app.config.settings import Config, ConfigError


def secret_key(config: Config) -> str:
    """SECRET_KEY, or the one in DATA_DIR/secret_key, which the first start generates. There is no default.

    Raises:
        ConfigError: DATA_DIR cannot be written.
    """
    if config.SECRET_KEY:
        return config.SECRET_KEY
    path = Path(config.DATA_DIR) / "secret_key"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # Two processes may start at once, even with the same process id when each runs in its own container.
            # link() fails if the file exists, so that exactly one of them writes the key.
            draft = path.with_name(f"secret_key.{secrets.token_hex(8)}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise ConfigError(f"DATA_DIR={config.DATA_DIR} cannot be used ({error.strerror}): make it writable.") from None
