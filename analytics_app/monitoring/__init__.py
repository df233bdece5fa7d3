"""Is it recording? Probes, counters, and the verdict on them."""
