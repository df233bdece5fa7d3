"""The logger's files, as the API serves them to browsers."""

import gzip
from collections.abc import Callable

import brotli
import pytest

from dev.settings import ROOT
from tests.support.running import RunningStack
from tests.support.sending import send


@pytest.mark.parametrize("name", ["UserLogger.js", "UserLogger.min.js", "UserLogger.mjs"])
def test_it_serves_the_files_of_the_repository(stack: RunningStack, name: str) -> None:
    answer = send(f"{stack.analytics_url}/{name}")
    assert answer.status == 200
    assert answer.body == (ROOT / "static" / name).read_bytes()
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"  # required for integrity="…"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize(
    ("accepted", "encoding", "decompress"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("br;q=0, gzip", "gzip", gzip.decompress),
        ("identity", None, bytes),
    ],
)
def test_it_is_compressed_as_the_browser_accepts_it(
    stack: RunningStack, accepted: str, encoding: str | None, decompress: Callable[[bytes], bytes]
) -> None:
    url = f"{stack.analytics_url}/UserLogger.min.js"
    packed = send(url, Accept_Encoding=accepted)
    assert packed.headers["Content-Encoding"] == encoding
    assert decompress(packed.body) == send(url).body
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_a_browser_that_has_the_current_file_gets_304(stack: RunningStack) -> None:
    url = f"{stack.analytics_url}/UserLogger.js"
    etag = send(url).headers["ETag"]
    again = send(url, If_None_Match=etag)
    assert (again.status, again.body) == (304, b"")
    assert send(url, If_None_Match='"other"').status == 200
