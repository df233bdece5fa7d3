"""Events inside open shadow roots: change, submit and scroll events do not leave them, as others do."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import Study
from tests.browser.logger_page import flush, settle

ROOT = """<script>
    function fill(host, html) {
        host.attachShadow({mode: 'open'}).innerHTML = html
        return host.shadowRoot
    }
    const FORM = `<form id=f onsubmit="return false"><label>City <input name=city id=city></label>
        <input name=secret type=password><input name=news type=checkbox><button id=send>Send</button></form>`
</script>"""


def test_a_form_in_a_shadow_root_is_logged_once_with_its_fields_and_without_its_password(
    study: Study, page: Page
) -> None:
    page.goto(study.page(f"<my-form id=host></my-form>{ROOT}<script>fill(host, FORM)</script>", data_values="true"))
    page.fill("#city", "Talca")
    page.fill("[name=secret]", "hunter2")
    page.check("[name=news]")
    page.click("#send")
    page.fill("#city", "Talcahuano")
    page.click("#send")
    flush(page)
    changes = [
        (change["field"], change["selector"], change.get("value"), change.get("checked"))
        for change in study.actions("change", 4)
    ]
    assert changes == [
        ("city", "#host >>> #city", "Talca", None),
        ("secret", '#host >>> #f > input[name="secret"]', None, None),
        ("news", '#host >>> #f > input[name="news"]', "on", True),
        ("city", "#host >>> #city", "Talcahuano", None),
    ]
    submits = study.actions("submit", 2)
    assert len(submits) == 2
    for submit in submits:
        assert (submit["form_id"], submit["selector"]) == ("f", "#host >>> #f")
        assert (submit["fields"], submit["valid"]) == (["city", "secret", "news"], True)
    leaks = "SELECT name FROM \"rawActions\" WHERE user_id = %(user)s AND data::text LIKE '%%hunter2%%'"
    assert study.stack.rows(leaks, user=study.user) == []


def test_a_form_in_a_shadow_root_that_leads_to_another_page_is_logged(study: Study, page: Page) -> None:
    """The first event in the shadow root is also its last: the click or key that sends the form."""
    study.site.add("/next", "<title>Next</title>")
    form = "<form id=f action=/next><input name=q value=x><button>Send</button></form>"
    for number, send in enumerate(("button", "[name=q]"), 1):
        page.goto(study.page(f"<my-form id=host></my-form>{ROOT}<script>fill(host, '{form}')</script>"))
        if send == "button":
            page.click(send)
        else:
            page.press(send, "Enter")
        page.wait_for_url("**/next?q=x")
        submits = study.actions("submit", number)
        assert [(submit["selector"], submit["fields"]) for submit in submits] == [("#host >>> #f", ["q"])] * number


def test_scrolling_in_a_nested_shadow_root_that_was_added_later_is_logged(study: Study, page: Page) -> None:
    inner = '<div id=list style="height:80px;overflow:auto"><div style="height:900px">rows</div></div>'
    script = f"""<script>
        window.late = () => {{
            const outer = fill(document.querySelector('#host'), '<my-inner id=inner></my-inner>')
            fill(outer.querySelector('#inner'), '{inner}')
        }}
    </script>"""
    page.goto(study.page(f"<my-box id=host></my-box>{ROOT}{script}"))
    page.evaluate("late()")
    page.hover("#list")
    page.mouse.wheel(0, 200)
    page.wait_for_function("host.shadowRoot.querySelector('#inner').shadowRoot.querySelector('#list').scrollTop == 200")
    settle(page)
    flush(page)
    scrolls = study.actions("scroll")
    assert {scroll["selector"] for scroll in scrolls} == {"#host >>> #inner >>> #list"}
    assert (scrolls[-1]["tag"], scrolls[-1]["scroll_y"]) == ("div", 200)


def test_a_change_in_the_clicked_shadow_root_is_the_effect_of_the_click(study: Study, page: Page) -> None:
    body = """<my-box id=host></my-box><my-box id=other></my-box>"""
    script = """<script>
        const count = '<button id=more onclick="this.nextElementSibling.append(1)">more</button><output></output>'
        fill(host, count)
        fill(other, count)
    </script>"""
    page.goto(study.page(f"{body}{ROOT}{script}", data_max_time="0.1"))
    for number, host in enumerate(("host", "other", "host"), 1):
        page.click(f"#{host} #more")
        study.actions("click_effect", number)
    clicks, effects = study.actions("click", 3), study.actions("click_effect", 3)
    assert [(effect["ref"], effect["effect"]) for effect in effects] == [(click["seq"], "mutation") for click in clicks]


def test_ignored_and_masked_apply_inside_components_and_closed_ones_are_not_captured(study: Study, page: Page) -> None:
    body = """<div data-ul-ignore><my-form id=ignored></my-form></div>
        <div data-ul-mask><my-form id=masked></my-form></div><my-form id=sealed></my-form>"""
    script = """<script>
        fill(ignored, FORM)
        fill(masked, FORM)
        const inside = sealed.attachShadow({mode: 'closed'})
        inside.innerHTML = FORM
        addEventListener('enter', () => inside.querySelector('#city').focus())
    </script>"""
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.goto(study.page(f"{body}{ROOT}{script}", data_values="true"))
    for host in ("ignored", "masked"):
        page.fill(f"#{host} #city", "Rosa")
        page.click(f"#{host} #send")
    page.evaluate("dispatchEvent(new Event('enter'))")
    assert page.evaluate("document.activeElement.id") == "sealed"
    page.keyboard.type("Rosa")
    page.keyboard.press("Enter")
    flush(page)
    [change] = study.actions("change")
    assert (change["field"], change.get("value"), change.get("length")) == ("city", None, None)
    assert change["selector"] == "#masked >>> #city"
    [submit] = study.actions("submit")
    assert submit["selector"] == "#masked >>> #f"
    leaks = "SELECT name FROM \"rawActions\" WHERE user_id = %(user)s AND data::text LIKE '%%Rosa%%'"
    assert study.stack.rows(leaks, user=study.user) == []
    assert thrown == []


def test_a_stopped_logger_captures_nothing_in_shadow_roots(study: Study, page: Page) -> None:
    page.goto(study.page(f"<my-form id=host></my-form>{ROOT}<script>fill(host, FORM)</script>"))
    page.click("#send")
    page.evaluate("userLogger.stop()")
    page.fill("#city", "x")
    page.click("#send")
    page.evaluate("userLogger.start()")
    page.fill("#city", "y")
    page.click("#send")
    flush(page)
    assert len(study.actions("submit", 2)) == 2
    assert len(study.actions("change")) == 1


def test_after_consent_inside_a_web_component_its_events_are_logged(study: Study, page: Page) -> None:
    script = """<my-app id=host></my-app><script>host.attachShadow({mode: 'open'}).innerHTML = `
        <button id=yes onclick="userLogger.consent(true)">I agree</button>
        <form id=f onsubmit="return false"><input id=city><button id=send>Send</button></form>`</script>"""
    page.goto(study.page(script, data_consent="required"))
    page.click("#yes")
    page.click("#city")
    page.keyboard.type("Talca")
    page.click("#send")
    flush(page)
    names = [action["name"] for action in study.actions(count=5)]
    assert (names.count("change"), names.count("submit")) == (1, 1)
