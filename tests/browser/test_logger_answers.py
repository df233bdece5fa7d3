"""Only the server's own answer acknowledges or drops a batch: proxies, portals and service workers answer too."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Study
from tests.browser.logger_page import flush, logger_messages
from tests.support.running import wait_until

SUCCESS = '{"success": true}'
MARK = {"Access-Control-Expose-Headers": "X-Server-Time", "X-Server-Time": "1767225600000"}
REFUSAL = json.dumps({"success": False, "error": "json", "message": "The body is not JSON."})
PORTAL = "<title>Please sign in</title>"


def log_steps(page: Page, wait_ms: int) -> dict[str, int]:
    return dict(
        page.evaluate(f"for (let i = 0; i < 3; i++) userLogger.log('step', {{i}}); userLogger.flush({wait_ms})")
    )


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        pytest.param(200, {}, PORTAL, id="a captive portal"),
        pytest.param(200, {}, SUCCESS, id="another server's success"),
        pytest.param(200, MARK, PORTAL, id="not JSON"),
        pytest.param(400, {}, PORTAL, id="a proxy's 400"),
        pytest.param(403, MARK, PORTAL, id="a 403 without a code"),
        pytest.param(404, {}, PORTAL, id="404 during a redeploy"),
        pytest.param(405, {}, PORTAL, id="405 of a static host"),
        pytest.param(302, {"Location": "SIGN_IN"}, "", id="a redirect to a page that answers like the server"),
        pytest.param(301, {"Location": "SIGN_IN"}, "", id="a permanent redirect"),
    ],
)
def test_an_answer_that_is_not_the_servers_keeps_the_batch(
    study: Study, page: Page, status: int, headers: dict[str, str], body: str
) -> None:
    messages = logger_messages(page)
    study.site.pages["/sign-in"] = (SUCCESS, {"Access-Control-Allow-Origin": "*", **MARK})
    page.goto(study.page())
    flush(page)
    sign_in = f"{study.site.url}/sign-in"
    study.gateway.instead = (status, {key: value.replace("SIGN_IN", sign_in) for key, value in headers.items()}, body)
    before = page.evaluate("userLogger.stats().acked")
    log_steps(page, 300)
    [message] = wait_until(lambda: page.title() and messages, 10, "a warning in the console")
    stats = page.evaluate("userLogger.stats()")
    assert (stats["pending"], stats["acked"], stats["lost"]) == (3, before, 0)
    assert "not an answer of the server" in message
    study.gateway.instead = None
    flush(page)
    assert [step["i"] for step in study.actions("step", 3)] == [0, 1, 2]
    study.loss()


def test_a_service_worker_that_answers_200_acknowledges_nothing(study: Study, page: Page) -> None:
    worker = """addEventListener('activate', event => event.waitUntil(clients.claim()))
        addEventListener('fetch', event => event.request.method == 'POST' && event.respondWith(
            self.online ? fetch(event.request) : new Response('{"queued": true}')))
        addEventListener('message', event => { self.online = true; event.source.postMessage('online') })"""
    study.site.pages["/worker.js"] = (worker, {"Content-Type": "text/javascript"})
    page.goto(study.page())
    page.evaluate(
        "navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready).then(() => 1)"
    )
    page.wait_for_function("navigator.serviceWorker.controller")
    assert log_steps(page, 300)["pending"] >= 3
    page.evaluate("""new Promise(done => {
        navigator.serviceWorker.onmessage = () => done()
        navigator.serviceWorker.controller.postMessage('online')
    })""")
    flush(page)
    study.actions("step", 3)
    study.loss()


@pytest.mark.parametrize("status", [400, 403, 415])
def test_a_loss_is_declared_until_the_server_has_acknowledged_the_declaration(
    study: Study, page: Page, status: int
) -> None:
    page.goto(study.page())
    flush(page)
    study.gateway.instead = (status, MARK, REFUSAL)
    log_steps(page, 300)
    page.wait_for_function("userLogger.stats().lost == 3")
    study.gateway.instead = (404, {}, PORTAL)
    seen = len(study.gateway.bodies)
    page.evaluate("userLogger.flush(300)")
    wait_until(lambda: len(study.gateway.bodies) > seen, 10, "the declaration is sent again")
    study.gateway.instead = None
    page.evaluate("userLogger.log('last'); userLogger.flush()")
    study.actions("last")
    [loss] = study.loss()
    assert loss["declared"] == 3
