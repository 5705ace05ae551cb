"""What axe finds on a page, and what it does not look for: headings, landmarks and names that a list of links is read by."""

from pathlib import Path
from weakref import WeakKeyDictionary

SOURCE = Path(__file__).parent / "vendor" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# To measure some elements, axe styles them in ways that the Content Security Policy refuses: no fault of the page.
RUNNING_ON = set()
# For a window that is looked at often: a page that began with this has axe at hand, sent and compiled once for all of them.
READY = f"window.bringAxe = () => {{\n{SOURCE.read_text('utf-8')}\n}};"
IS_THERE = "() => 'axe' in window || ('bringAxe' in window && (bringAxe(), true))"
# Chromium's own protocol to the pages that axe was brought to.
PROTOCOLS = WeakKeyDictionary()
RUN = """
async ([tags, left]) => {
  const rules = Object.fromEntries(left.map((rule) => [rule, {enabled: false}]));
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, rules, resultTypes: ["violations"]});
  const said = (rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`);
  return found.violations.flatMap(said);
}
"""
STRUCTURE = """
() => {
  const found = [];
  const isShown = (element) => element.checkVisibility({visibilityProperty: true});
  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(isShown);
  const ones = headings.filter((heading) => heading.tagName === "H1");
  if (ones.length !== 1) found.push(`${ones.length} main headings`);
  const isBanner = (heading) => heading.closest(".govuk-error-summary, .govuk-notification-banner");
  const inMain = headings.filter((heading) => heading.closest("main") && !isBanner(heading));
  inMain.forEach((heading, index) => {
    const before = index ? Number(inMain[index - 1].tagName[1]) : 0;
    if (Number(heading.tagName[1]) > before + 1) found.push(`skipped to ${heading.tagName}: ${heading.textContent.trim()}`);
  });
  for (const [selector, what] of [["main", "main"], ["header", "banner"], ["footer", "footer"]]) {
    const number = [...document.querySelectorAll(`body > ${selector}, body > div > ${selector}`)].length;
    if (number !== 1) found.push(`${number} ${what} landmarks`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) found.push(`two elements have the id ${id}`);
  const named = new Map();
  for (const link of document.querySelectorAll("main a[href]")) {
    if (!isShown(link)) continue;
    const name = link.textContent.replace(/\\s+/g, " ").trim();
    if (!name) found.push(`a link without a name to ${link.getAttribute("href")}`);
    // A link in a drawing has its address in another way.
    const href = link.href.baseVal === undefined ? link.href : new URL(link.href.baseVal, document.baseURI).href;
    const there = named.get(name);
    if (there !== undefined && there !== href) found.push(`links called “${name}” lead to ${there} and ${href}`);
    named.set(name, href);
  }
  for (const field of document.querySelectorAll("[aria-describedby], [aria-labelledby], [aria-controls]")) {
    for (const attribute of ["aria-describedby", "aria-labelledby", "aria-controls"]) {
      for (const id of (field.getAttribute(attribute) || "").split(/\\s+/).filter(Boolean)) {
        if (!document.getElementById(id)) found.push(`${attribute} names ${id}, which is not there`);
      }
    }
  }
  return found;
}
"""


def violations(page, *, left=()) -> list[str]:
    """What breaks WCAG 2.2 A or AA, or axe's best practices, on the page as it stands: rule, element and how to mend it.

    The rules ``left`` out are those that have been asked of the same page before, at another width.
    """
    # A click returns while the page that it leads to is still coming.
    page.wait_for_load_state()
    RUNNING_ON.add(page)
    try:
        if not page.evaluate(IS_THERE):
            _bring_axe(page)
        return page.evaluate(RUN, [TAGS, list(left)])
    finally:
        RUNNING_ON.discard(page)


def _bring_axe(page):
    # As a script, which the browser compiles once for all pages of a process; what Playwright evaluates it compiles each time.
    protocol = PROTOCOLS.get(page) or page.context.new_cdp_session(page)
    PROTOCOLS[page] = protocol
    brought = protocol.send("Runtime.evaluate", {"expression": SOURCE.read_text("utf-8"), "returnByValue": True})
    assert "exceptionDetails" not in brought, brought


def structure_faults(page) -> list[str]:
    """More or fewer than one h1, a skipped heading, a missing landmark, doubled ids, dead references, ambiguous link names."""
    return page.evaluate(STRUCTURE)
