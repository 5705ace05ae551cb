"""Every page in every state: axe, structure, width, no error in the console, nothing from another host."""

import hashlib
import re
from pathlib import Path

import pytest
from django.urls import URLPattern, get_resolver

from tests.browser.axe import structure_faults, violations
from tests.browser.pages import NO_PAGE, STATES
from tests.browser.summaries import check_summary
from tests.browser.windows import Windows
from tests.conftest import HEAVY

VENDOR = Path(__file__).parent / "vendor"
STATIC = Path(__file__).parents[2] / "static"
STATUS = "() => performance.getEntriesByType('navigation')[0].responseStatus"
NARROW = {"width": 320, "height": 256}
# Where it is narrow, style sheets have one more use of a grey that is measured elsewhere, and links look the same. To measure
# colours takes axe longer than all else, so that they are measured at both widths with HEAVY only.
SAME_AT_ANY_WIDTH = ("color-contrast", "link-in-text-block")
# Where style sheets choose colours or underlines by width: words that stand in for a table's head, none of them a link.
COLOURED_BY_WIDTH = {".readings-narrow", ".seers__label", ".link-words td[data-version]::before"}
ERROR_PAGES = {"bad_request", "form_expired", "page_not_found", "permission_denied"}
TOO_WIDE = """
() => {
  const edge = document.documentElement.clientWidth;
  const width = document.documentElement.scrollWidth;
  if (width <= edge) return [];
  const scrolls = (element) => element.parentElement?.closest(".portal-scroll");
  const end = (element) => {
    const box = element.getBoundingClientRect();
    return Math.max(box.right, box.left + element.scrollWidth);
  };
  const wide = [...document.querySelectorAll("body *")].filter((element) => !scrolls(element) && end(element) > edge + 0.5);
  const name = (element) => `${element.tagName.toLowerCase()}.${element.className}`;
  return [`${width} wide`, ...wide.map((element) => `${name(element)} ends at ${end(element)}`)];
}
"""


def route_names(resolver=None, namespace=""):
    """The names of every route of the portal, admin's with their namespace."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
        else:
            yield from route_names(pattern, f"{pattern.namespace}:" if pattern.namespace else namespace)


def without_entry(routes):
    """Routes that no state covers. The pages of models in the admin are found from the urlconf by ``test_admin.py``."""
    known = {state.route for state in STATES} | set(NO_PAGE)
    return sorted({name for name in routes if name not in known and not name.startswith("admin:")})


def test_every_route_has_an_entry():
    assert without_entry(route_names()) == []


def test_a_route_without_an_entry_is_found():
    assert without_entry(["home", "team-detail", "rating-save"]) == ["team-detail"]


def test_every_entry_has_a_route():
    routes = {*route_names(), "demo-sign-in"}
    assert {state.route for state in STATES} - routes == ERROR_PAGES
    assert set(NO_PAGE) - routes == set()


def test_the_vendored_files_are_as_released():
    listed = dict(re.findall(r"^\| (\S+) \| `([0-9a-f]{64})` \|$", (VENDOR / "README.md").read_text(), re.MULTILINE))
    present = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.iterdir()}
    assert present == listed | {"README.md": present["README.md"]}


def coloured_by_width(style_sheet):
    """The selectors of rules for some widths only that say how words are coloured or underlined."""
    for opening in re.finditer(r"@media [^{]*width[^{]*\{", style_sheet):
        rules = re.match(r"(?:[^{}]*\{[^{}]*\})*", style_sheet[opening.end() :])[0]
        for selector, declarations in re.findall(
            r"([^{}]*)\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", rules, flags=re.DOTALL)
        ):
            if re.search(r"(?:^|;)\s*(?:color|text-decoration)", declarations):
                yield selector.strip()


def test_links_look_the_same_at_any_width():
    found = {each for sheet in STATIC.glob("*.css") for each in coloured_by_width(sheet.read_text("utf-8"))}
    assert found == COLOURED_BY_WIDTH
    planted = (
        "a { color: red } @media (max-width: 40em) { p { margin: 0 } main a { margin: 0; text-decoration: none } }"
    )
    assert list(coloured_by_width(planted)) == ["main a"]


@pytest.mark.parametrize("state", STATES, ids=str)
def test_page(windows, cast, state):
    page = opened(windows, cast, state)
    assert page.evaluate(STATUS) == state.status or (state.is_refused and page.evaluate(STATUS) == 422)
    assert page.title().startswith("Error: ") == state.is_refused
    if state.is_refused:
        check_summary(page)
    assert faults_of(page) == {}


def faults_of(page):
    """What is wrong with a page where there is room and at 320 pixels, by width and kind. Empty for a good page."""
    page.wait_for_load_state()
    found = {"wide, axe": violations(page), "wide, structure": structure_faults(page)}
    page.set_viewport_size(NARROW)
    # The page has a frame's time to lay itself out anew.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    found |= {
        "narrow, axe": violations(page, left=() if HEAVY else SAME_AT_ANY_WIDTH),
        "narrow, structure": structure_faults(page),
        "too wide": page.evaluate(TOO_WIDE),
    }
    return {kind: faults for kind, faults in found.items() if faults}


def opened(windows, cast, state):
    """A window on a state, its page checked to be the right one."""
    take = cast.take if state.prepare else cast.look_at
    person = take(state.who) if state.who else None
    page = windows.borrow(person, state.path.format(**vars(person)) if person else state.path)
    if state.prepare:
        state.prepare(page)
        page.wait_for_load_state()
    return page


@pytest.mark.parametrize(
    ("planted", "rule"),
    [
        ("document.querySelector('label[for=id_login]').remove()", "label:"),
        (
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/static/favicon.svg\">')",
            "image-alt:",
        ),
        ("document.documentElement.removeAttribute('lang')", "html-has-lang:"),
    ],
)
def test_axe_finds_a_planted_fault(windows, planted, rule):
    page = windows.borrow(path="/accounts/login/")
    assert violations(page) == []
    page.evaluate(f"() => {{ {planted} }}")
    assert any(found.startswith(rule) for found in violations(page))


def test_a_planted_fault_of_structure_or_width_is_found(windows):
    page = windows.borrow(path="/help/", width=320)
    assert structure_faults(page) == []
    page.evaluate(
        """() => {
          const main = document.querySelector("main");
          main.insertAdjacentHTML("beforeend", "<h1>Again</h1><h4>Skipped</h4><p aria-describedby='gone' id='main-content'>x</p>");
          main.insertAdjacentHTML("beforeend", "<a href='/a'>More</a><a href='/b'>More</a><pre>" + "wide".repeat(100) + "</pre>");
        }"""
    )
    found = " ".join(structure_faults(page))
    for words in ("2 main headings", "skipped to H4", "names gone", "id main-content", "links called “More”"):
        assert words in found
    assert any(each.startswith("pre.") for each in page.evaluate(TOO_WIDE))


def test_the_shared_window_tells_on_whoever_has_it_and_keeps_nothing_of_them(chromium, portal, cast, kept_window):
    one, other = (Windows(chromium, portal, kept_window) for _ in range(2))
    page = one.borrow(cast.look_at("new"), "/account/", width=320)
    assert page.url.endswith("/account/")
    planted = "console.error('planted'); document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">a</p>')"
    page.evaluate(f"() => {{ {planted} }}")
    with page.expect_request("https://beacon.example/"):
        page.evaluate("() => { new Image().src = 'https://beacon.example/'; }")
    one.close()
    for words in ("planted", "refused by the policy", "requested from another host: https://beacon.example/"):
        assert any(words in each for each in one.faults), words

    page = other.borrow(path="/account/")
    assert "/accounts/login/" in page.url
    assert page.viewport_size["width"] == page.evaluate("innerWidth") == 1280
    other.close()
    assert other.faults == []
