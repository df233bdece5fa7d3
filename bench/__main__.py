"""`make bench`: everything whose speed is promised, beside its floor. Ends with 1 where a promise was not kept."""

from bench import ingest, logger

if __name__ == "__main__":
    ingest.main()
    raise SystemExit(not logger.main())
