"""The page as an operator uses it, in a real browser against a real server."""

import os
import re
import shutil
from pathlib import Path

import pytest

from ironworks.core.mode import Mode

CHROMIUM = os.environ.get("IRONWORKS_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium fonts-noto-cjk")

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
COAL, MOISTURE = "coal_injection_rate_setpoint", "blast_moisture_setpoint"
WAIT_MS = 15000


@pytest.fixture(scope="module")
def browser():
    with playwright_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser, served):
    """The page in English; afterwards: nothing on the console, and no request has left the host."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="en-GB")
    opened = context.new_page()
    opened.set_default_timeout(WAIT_MS)
    complaints: list[str] = []
    opened.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    strangers: list[str] = []
    opened.on("request", lambda call: strangers.append(call.url) if not call.url.startswith(served.url) else None)
    opened.complaints = complaints
    opened.goto(served.url)
    opened.wait_for_selector("[data-panel] canvas")
    yield opened
    context.close()
    assert strangers == []
    assert [text for text in complaints if not expected(text)] == []


def expected(complaint: str) -> bool:
    """What the browser itself says of a server that is away, or of a refusal that a test provokes."""
    known = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_INCOMPLETE_CHUNKED", "403 (Forbidden)")
    return any(one in complaint for one in known)


def until(page, expression: str, argument=None) -> None:
    page.wait_for_function(expression, arg=argument)


def test_values_stand_with_unit_age_and_quality_and_go_on(page, served):
    reading = page.locator("[data-panel=hot_metal_temperature] [data-tag=hot_metal_temperature]")
    assert re.fullmatch(r"1[45]\d\d", reading.locator(".value").inner_text())
    assert reading.locator(".unit").inner_text() == "°C"
    assert re.fullmatch(r"\d+ (s|min)|\d+\.\d h", reading.locator(".age").inner_text())
    assert reading.locator("[data-quality]").get_attribute("data-quality") == "G"
    before = page.locator("header .clock").inner_text()
    until(page, "before => document.querySelector('header .clock').textContent !== before", before)
    for lamp in ("stream", "record", "plant", "chain"):
        page.wait_for_selector(f"[data-lamp={lamp}][data-state=good]")


def test_the_forecast_says_why(page):
    why = page.locator("[data-why=hot_metal_temperature]")
    until(page, "() => document.querySelector('[data-why=hot_metal_temperature]')")
    said = why.inner_text()
    assert "Coal injection rate" in said
    assert "heat now" in said
    assert "44 %" in said
    assert "lately measured higher than forecast" in said
    assert "not where it lay for two weeks: Blast moisture" in said


def test_the_main_part_needs_no_scrolling_at_1920_by_1080(page):
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size == [1920, 1080]
    outside = page.evaluate(
        """() => [...document.querySelectorAll('.thermal, .card, .gas section, .strip, header')].filter(part => {
            const box = part.getBoundingClientRect();
            return [...part.querySelectorAll('svg, .value, h2, button')].some(inner => {
                const own = inner.getBoundingClientRect();
                return own.width > 0 && (own.right > box.right + 1 || own.bottom > box.bottom + 1);
            });
        }).map(part => part.dataset.panel ?? part.dataset.setpoint ?? part.className)"""
    )
    assert outside == [], "parts whose content runs over their edge"


@pytest.mark.parametrize("theme", ["grey", "dim"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_looks_the_same_in_both_languages_and_themes(page, tmp_path: Path, language: str, theme: str):
    page.click({"en": "text=EN", "zh": "text=中文"}[language])
    if theme == "dim":
        page.locator("button.theme").click()
    page.wait_for_timeout(500)
    picture = tmp_path / f"page-{language}-{theme}.png"
    page.screenshot(path=picture)
    print(picture)
    test_the_main_part_needs_no_scrolling_at_1920_by_1080(page)
    assert page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-CN"}[language]
    assert page.locator("html").get_attribute("data-theme") == theme
    text = page.locator("main").inner_text()
    keys = re.findall(
        r"\b(?:header|lamp|kpi|thermal|setpoint|mode|log|group|quality|reason|side|inside)\.[a-z_]+", text
    )
    assert keys == [], "words that the catalogue does not know"


def test_the_language_changes_everything_but_the_names_of_tags(page):
    assert page.locator("[data-setpoint] h2").first.inner_text() == "Blast moisture set point"
    page.click("text=中文")
    assert page.locator("[data-setpoint] h2").first.inner_text() == "鼓风湿度设定"
    assert page.locator("h1").inner_text() == "示范高炉 1号"
    assert page.locator("[data-row=blast_volume] .label").inner_text() == "冷风流量"
    page.reload()
    page.wait_for_selector("[data-panel] canvas")
    assert page.locator("[data-setpoint] h2").first.inner_text() == "鼓风湿度设定", "the choice stays"


def test_a_bad_a_stale_and_a_missing_value_are_told_apart_by_shape_and_letter(page):
    page.locator("[role=tab]").first.click()
    letters = {
        row: page.locator(f"[data-row={row}] [data-quality]").get_attribute("data-quality")
        for row in ("hearth_temperature_3", "stave_temperature_bosh_2", "coke_ash")
    }
    assert letters == {"hearth_temperature_3": "B", "stave_temperature_bosh_2": "S", "coke_ash": "M"}
    shapes = {
        page.locator(f"[data-row={row}] [data-quality]").evaluate("badge => badge.children[1].outerHTML.slice(0, 40)")
        for row in letters
    }
    assert len(shapes) >= 2
    assert page.locator("[data-row=coke_ash] .value").inner_text() == "–"
    assert "never arrived" in (page.locator("[data-row=coke_ash]").get_attribute("title") or "")


def test_a_silent_plant_turns_stale(page, served):
    served.record.silent_from = served.clock.now()
    page.wait_for_selector("[data-lamp=plant][data-state=bad]")
    page.wait_for_selector("[data-row=blast_volume] [data-quality=S]")
    assert page.locator("[data-row=blast_volume] [data-quality=G]").count() == 0
    served.record.silent_from = float("inf")
    page.wait_for_selector("[data-lamp=plant][data-state=good]")
    page.wait_for_selector("[data-row=blast_volume] [data-quality=G]")
    assert page.locator("[data-row=blast_volume] [data-quality=S]").count() == 0


def test_a_lost_server_greys_all_values_and_the_page_comes_back_by_itself(page, served):
    served.stop()
    page.wait_for_selector("main[data-silent=true]", timeout=WAIT_MS)
    assert "Nothing heard" in page.locator("[role=alert]").first.inner_text()
    grey = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ghost').trim()")
    colours = page.evaluate(
        "[...new Set([...document.querySelectorAll('.value')].map(part => getComputedStyle(part).color))]"
    )
    assert len(colours) == 1, "every value has one colour"
    assert colours[0] == page.evaluate(
        "grey => { const probe = document.createElement('i'); probe.style.color = grey; document.body.append(probe);"
        " const found = getComputedStyle(probe).color; probe.remove(); return found; }",
        grey,
    )
    served.start()
    page.wait_for_selector("main[data-silent=false]", timeout=WAIT_MS)
    assert page.locator("[data-lamp=stream]").get_attribute("data-state") == "good"


def test_lowering_is_one_click(page, served):
    page.locator(f"[data-ladder={COAL}] .lower").click()
    page.wait_for_selector(f"[data-ladder={COAL}] .steps button[aria-pressed=true]:has-text('ADVISORY')")
    assert served.desk.modes()[COAL] == Mode.ADVISORY
    assert served.desk.modes()[MOISTURE] == Mode.AUTO
    page.locator(f"[data-ladder={COAL}] .steps button", has_text="OFF").click()
    page.wait_for_selector(f"[data-ladder={COAL}] .steps button[aria-pressed=true]:has-text('OFF')")
    page.wait_for_selector(f"[data-ladder={COAL}] .lower:disabled")
    page.wait_for_selector("[data-kind=mode]:has-text('SHADOW') , [data-kind=mode]:has-text('OFF')")


def test_climbing_needs_the_token_a_person_and_a_reason(page, served):
    served.desk.lower(COAL, Mode.SHADOW, "test", "test")
    page.wait_for_selector(f"[data-ladder={COAL}] .steps button[aria-pressed=true]:has-text('SHADOW')")
    page.locator(f"[data-ladder={COAL}] .steps button", has_text="AUTO").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("[name=token]").fill("guess")
    dialog.locator(".confirm").click()
    assert dialog.is_visible(), "person and reason are missing: the form is not sent"
    assert served.desk.modes()[COAL] == Mode.SHADOW
    dialog.locator("[name=person]").fill("Li Wei")
    dialog.locator("[name=reason]").fill("burden is steady")
    dialog.locator(".confirm").click()
    dialog.locator("[role=alert]").wait_for()
    assert "token" in dialog.locator("[role=alert]").inner_text()
    assert served.desk.modes()[COAL] == Mode.SHADOW
    dialog.locator("[name=token]").fill(served.token)
    dialog.locator(".confirm").click()
    page.wait_for_selector(f"[data-ladder={COAL}] .steps button[aria-pressed=true]:has-text('AUTO')")
    assert page.locator("dialog").count() == 0
    assert served.desk.modes()[COAL] == Mode.AUTO
    page.wait_for_selector(f"[data-setpoint={COAL}] [data-mode-change]:has-text('Li Wei')")


def test_the_inside_shows_the_cohesive_zone_and_says_when_there_is_no_estimate(page, served):
    page.click("[data-side=inside]")
    inside = page.locator("[data-panel=inside][data-state=good]")
    inside.locator(".picture").wait_for()
    assert re.fullmatch(r"\d+ … \d+", inside.locator("[data-inside=cohesive] .value").inner_text())
    assert re.search(r"[↗↘→] [+−]?\d", inside.locator("[data-inside=residence_time] .trend").inner_text())
    assert "cohesive zone" in inside.locator(".legend").inner_text()
    assert inside.locator("svg.picture .zone").count() == 2, "both edges of the zone are drawn"
    outside = inside.evaluate(
        """panel => [...panel.querySelectorAll('svg.picture text, .value, .trend, .legend span, h2')].filter(part => {
            const own = part.getBoundingClientRect(), box = panel.getBoundingClientRect();
            return own.left < box.left || own.right > box.right + 1 || own.bottom > box.bottom + 1;
        }).map(part => part.textContent)"""
    )
    assert outside == [], "words that run over the panel's edge"
    served.stop()
    served.record.inside_from = float("inf")
    served.start()
    none = page.locator("[data-panel=inside][data-state=none]")
    none.locator("[role=status]").wait_for()
    assert "No estimate of the inside" in none.inner_text()
    assert none.locator(".value, svg.picture").count() == 0


def test_one_time_cursor_for_all_panels(page):
    frame = page.locator("[data-trend=hot_metal_temperature] .frame").bounding_box()
    page.mouse.move(frame["x"] + frame["width"] * 0.4, frame["y"] + frame["height"] / 2)
    until(page, "() => /\\d\\d:\\d\\d/.test(document.querySelector('header .cursor').textContent)")
    lines = page.evaluate(
        """() => [...document.querySelectorAll('.u-cursor-x')].map(line => {
            const box = line.getBoundingClientRect(), over = line.parentElement.getBoundingClientRect();
            return (box.left - over.left) / over.width;
        })"""
    )
    assert len(lines) >= 8
    assert max(lines) - min(lines) < 0.01, "all cursors stand at the same time"
    assert page.locator("[data-trend=pressures] .pens b").count() == 3


def test_spans_change_the_axis(page):
    for hours in (8, 72):
        with page.expect_response(lambda answer, hours=hours: f"hours={hours}" in answer.url and answer.ok):
            page.click(f"text={hours} h")
        assert page.locator(f"button[aria-pressed=true]:has-text('{hours} h')").count() == 1


def test_everything_can_be_done_from_the_keyboard(page, served):
    page.locator(f"[data-ladder={MOISTURE}] .lower:enabled").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-ladder={MOISTURE}] .steps button[aria-pressed=true]:has-text('ADVISORY')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("dialog[open]").wait_for()
    page.keyboard.press("Escape")
    until(page, "() => !document.querySelector('dialog')")
    assert served.desk.modes()[MOISTURE] == Mode.ADVISORY


def test_words_stand_out_from_their_ground_in_both_themes(page):
    """Contrast of at least 4.5 to 1 (WCAG 2.1 AA) of all words of the two text colours on the two grounds."""
    for theme in ("grey", "dim"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        worst = page.evaluate(
            """() => {
                const style = getComputedStyle(document.documentElement);
                const light = name => {
                    const hex = style.getPropertyValue(name).trim().slice(1);
                    const part = i => { const c = parseInt(hex.slice(i, i + 2), 16) / 255;
                        return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
                    return 0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4);
                };
                const contrast = (a, b) => { const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
                    return (high + 0.05) / (low + 0.05); };
                const pairs = ['--text', '--muted', '--forecast', '--bad'].flatMap(a =>
                    ['--panel', '--bg'].map(b => [a, b])).filter(([a, b]) => !(a === '--bad' && b === '--bg'));
                pairs.push(['--on-strong', '--strong'], ['--on-warn', '--warn'], ['--panel', '--bad']);
                return Math.min(...pairs.map(([a, b]) => contrast(a, b)));
            }"""
        )
        assert worst >= 4.5, theme
