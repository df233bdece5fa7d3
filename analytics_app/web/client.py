"""The client's address behind trusted proxies, and whether it is in the server's own network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import ParamSpec, TypeVar

from flask import abort, request

from analytics_app.config.settings import Config

P = ParamSpec("P")
R = TypeVar("R")
Network = IPv4Network | IPv6Network


class Clients:
    """The address of the client of the current request, which a trusted proxy (TRUSTED_PROXIES) may forward."""

    def __init__(self, config: Config) -> None:
        self.trusted = config.proxies
        self.status_public = bool(config.STATUS_PUBLIC)

    def address(self) -> str:
        return address_of(*peer_and_forwarded(), self.trusted)

    def only_local(self, view: Callable[P, R]) -> Callable[P, R]:
        """Decorate a view: with STATUS_PUBLIC=0, clients outside this machine and its private network get a 403."""

        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not self.status_public and not is_local(*peer_and_forwarded(), self.trusted):
                abort(
                    403,
                    "STATUS_PUBLIC is 0: this page is available from the server's own network only (docs/deploy.md).",
                )
            return view(*args, **kwargs)

        return guarded


def peer_and_forwarded() -> tuple[str, str]:
    return request.remote_addr or "", request.headers.get("X-Forwarded-For", "")


def address_of(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The nearest address that is not a trusted proxy's.

    Each proxy appends the address that it received the request from to X-Forwarded-For. Everything before the first
    untrusted address may be forged by it.
    """
    address = plain(peer)
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    while hops and is_in(address, trusted):
        address = plain(hops.pop())
    return address


def plain(address: str) -> str:
    """An IPv4 address without the prefix ::ffff:, which a socket that listens on [::] adds to it."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return str(mapped or address)


def is_in(address: str, networks: Sequence[Network]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def is_local(peer: str, forwarded: str, trusted: Sequence[Network]) -> bool:
    """Whether the client is this machine or in its private network.

    False for everyone behind a proxy that is not trusted: all its clients would seem to be local.
    """
    if forwarded and not is_in(plain(peer), trusted):
        return False
    try:
        return ip_address(address_of(peer, forwarded, trusted)).is_private
    except ValueError:
        return False


def network_of(address: str) -> str:
    """The address, or the /64 network of an IPv6 address: its owner has all 2^64 of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return address if parsed.version == 4 else str(ip_network(f"{parsed}/64", strict=False))
