"""`make bench`: compares the ingest path and the logger with their baselines; exits with 1 if a limit is exceeded."""

from bench import ingest, logger

if __name__ == "__main__":
    ingest.main()
    raise SystemExit(not logger.main())
