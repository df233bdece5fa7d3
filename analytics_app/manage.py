"""Run the commands of analytics_app.cli: python manage.py --help."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

try:
    from analytics_app.cli import main
except ModuleNotFoundError as error:
    sys.exit(
        f"manage.py: {error}. Run it with .venv/bin/python, which `make run` creates, "
        "or in the container: docker-compose run analytics_app python manage.py ..."
    )

if __name__ == "__main__":
    main()
