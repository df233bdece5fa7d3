"""Who asks: the client's address behind the proxies that we trust, and whether it is one of our own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import ParamSpec, TypeVar

from flask import abort, current_app, request

from analytics_app.config import Config

P = ParamSpec("P")
R = TypeVar("R")
Network = IPv4Network | IPv6Network


def address_of(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The nearest address that is no trusted proxy's.

    Each proxy appends whom it heard to X-Forwarded-For; what stands before the first stranger, that stranger may
    have made up.
    """
    address = plain(peer)
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    while hops and is_in(address, trusted):
        address = plain(hops.pop())
    return address


def plain(address: str) -> str:
    """An IPv4 address as such, also where a socket that listens on [::] names it ::ffff:a.b.c.d."""
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


def is_ours(peer: str, forwarded: str, trusted: Sequence[Network]) -> bool:
    """On this machine or in its private network. Behind a proxy that nobody trusts, everybody looks so: then not."""
    if forwarded and not is_in(plain(peer), trusted):
        return False
    try:
        return ip_address(address_of(peer, forwarded, trusted)).is_private
    except ValueError:
        return False


def client_address() -> str:
    settings: Config = current_app.config["SETTINGS"]
    return address_of(request.remote_addr or "", request.headers.get("X-Forwarded-For", ""), settings.proxies)


def only_ours(view: Callable[P, R]) -> Callable[P, R]:
    """A page for everyone where STATUS_PUBLIC says so, else for this machine and its private network."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        settings: Config = current_app.config["SETTINGS"]
        forwarded = request.headers.get("X-Forwarded-For", "")
        if not settings.STATUS_PUBLIC and not is_ours(request.remote_addr or "", forwarded, settings.proxies):
            abort(403, "STATUS_PUBLIC is 0: ask from the server's own network, as docs/deploy.md says.")
        return view(*args, **kwargs)

    return guarded
