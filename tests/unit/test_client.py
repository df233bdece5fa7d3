"""The client's address: X-Forwarded-For is believed only from trusted proxies, because anybody can forge it."""

from ipaddress import ip_network

import pytest

from analytics_app.web.client import address_of, is_local

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("127.0.0.1"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "1.2.3.4, 198.51.100.1, 10.1.1.1", "198.51.100.1"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", "10.2.2.2", "10.2.2.2"),
        ("127.0.0.1", "nonsense, 10.1.1.1", "nonsense"),
        ("127.0.0.1", " , ", "127.0.0.1"),
        ("", "198.51.100.1", ""),
        ("::ffff:203.0.113.9", "", "203.0.113.9"),
        ("::ffff:10.1.1.1", "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str, forwarded: str, address: str) -> None:
    assert address_of(peer, forwarded, TRUSTED) == address


@pytest.mark.parametrize(
    ("peer", "forwarded", "local"),
    [
        ("127.0.0.1", "", True),
        ("192.168.3.4", "", True),
        ("::1", "", True),
        ("8.8.8.8", "", False),
        ("::ffff:8.8.8.8", "", False),
        ("::ffff:10.1.1.1", "192.168.3.4", True),
        ("127.0.0.1", "8.8.8.8", False),
        ("127.0.0.1", "192.168.3.4", True),
        ("192.168.3.4", "192.168.3.5", False),
        ("127.0.0.1", "nonsense", False),
        ("", "", False),
    ],
)
def test_private_addresses_are_local(peer: str, forwarded: str, local: bool) -> None:
    """Behind a proxy that is not trusted, every client seems to have a private address: then none is local."""
    assert is_local(peer, forwarded, TRUSTED) is local
