"""What tests share: a running stack, requests, a browser, faults."""
