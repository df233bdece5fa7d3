"""`make run`: the whole path on one machine, on servers that pip brings."""
