"""`make bench`: compares the ingest path and the logger with their baselines; exits with 1 if the logger is slow."""

from bench import api, end_to_end, lag, logger, one_body
from bench.measuring import run
from tests.support.running import RunningStack


def measure(stack: RunningStack, rounds: int) -> str:
    """The tables of the ingest path."""
    return "\n\n".join(part.measure(stack, rounds) for part in (api, one_body, lag, end_to_end))


if __name__ == "__main__":
    run(measure)
    raise SystemExit(not logger.main())
