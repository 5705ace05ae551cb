"""The keyboard: where the focus is, whether it can be seen, and the way to a control by Tab alone."""

from playwright.sync_api import Page

FOCUS = """
() => {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  const hasOutline = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
    && !/, 0\\)$|transparent/.test(style.outlineColor);
  const isMarked = (style) => style.boxShadow !== "none" || style.backgroundColor === "rgb(255, 221, 0)"
    || style.outlineStyle === "auto" || hasOutline(style);
  // The design system hides its radios and checkboxes and draws them before their labels.
  const label = element.labels && element.labels[0];
  const isDrawnByLabel = getComputedStyle(element).opacity === "0" && label;
  const drawn = isDrawnByLabel ? label : element;
  const box = drawn.getBoundingClientRect();
  const x = Math.min(Math.max(box.left + Math.min(box.width / 2, 60), 0), innerWidth - 1);
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  const hit = [0.2, 0.5, 0.8].map((part) => document.elementFromPoint(x, top + (bottom - top) * part)).filter(Boolean);
  const isAt = (other) => other === drawn || drawn.contains(other) || other.contains(drawn) || (label && label.contains(other));
  const name = (element.getAttribute("aria-label") || (label && label.innerText) || element.innerText || element.value || "");
  return {
    name: name.replace(/\\s+/g, " ").trim(),
    id: element.id,
    tag: element.tagName.toLowerCase(),
    type: element.type || "",
    number: element.dataset.number || "",
    isMarked: isMarked(getComputedStyle(drawn)) || isMarked(getComputedStyle(drawn, "::before")),
    isInView: bottom - top > Math.min(box.height, 20) - 1 && box.right > 0 && box.left < innerWidth,
    isCovered: !hit.some(isAt),
  };
}
"""
# One number for each control that Tab must reach: a group of radios is one stop.
NUMBER = """
() => {
  const groups = new Set();
  let number = 0;
  const all = "a[href], button, input:not([type=hidden]), textarea, select, summary, [tabindex='0']";
  for (const element of document.querySelectorAll(all)) {
    if (element.disabled || element.tabIndex < 0 || !element.checkVisibility({visibilityProperty: true})) continue;
    if (element.type === "radio") {
      const group = [...document.getElementsByName(element.name)];
      if (groups.has(element.name)) continue;
      groups.add(element.name);
      for (const radio of group) radio.dataset.number = String(number);
    }
    element.dataset.number = String(number);
    number += 1;
  }
  return number;
}
"""


def focus(page: Page) -> dict | None:
    """What has the focus: its name, id, whether that can be seen, and whether something lies over it. None for nothing."""
    return page.evaluate(FOCUS)


def follow(page: Page, key="Enter"):
    """Press a key on a link or a button that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def faults_of(found) -> list[str]:
    """Why a focused control cannot be seen to be focused."""
    wrong = {"isMarked": False, "isInView": False, "isCovered": True}
    return [f"{key} of {found['tag']} “{found['name'][:60]}”" for key, value in wrong.items() if found[key] is value]


def walk(page: Page, key="Tab") -> tuple[list[str], list[str]]:
    """Press a key from one end of the page to the other: (controls never reached, what is wrong with the focus on the way)."""
    expected = page.evaluate(NUMBER)
    page.evaluate("() => { document.activeElement.blur(); window.getSelection().removeAllRanges(); }")
    reached, faults = [], []
    for _ in range(expected + 5):
        page.keyboard.press(key)
        found = focus(page)
        if found is None or found["number"] in reached:
            break
        reached.append(found["number"])
        faults += faults_of(found)
    missing = [number for number in map(str, range(expected)) if number not in reached]
    html = "(number) => document.querySelector(`[data-number='${number}']`).outerHTML.slice(0, 120)"
    return [page.evaluate(html, number) for number in missing], faults


def tab_to(page: Page, name, *, tag=None, key="Tab", limit=150) -> dict:
    """Press Tab until a control whose name begins with ``name`` has the focus, and see that it shows."""
    passed = []
    for _ in range(limit):
        page.keyboard.press(key)
        found = focus(page)
        if found is None:
            continue
        passed.append(found["name"][:40])
        if found["name"].startswith(name) and tag in (None, found["tag"]):
            assert faults_of(found) == []
            return found
    raise AssertionError(f"Tab never came to “{name}”. It passed {passed}")
