"""A refused form says so in its title, takes the focus to the summary, and each line of the summary leads to its field.

A line may also lead to the field on another page, which has no message yet. Where what is wrong is in no field, it leads to what is
to be read again.
"""

LINK = ".govuk-error-summary__list a"
ARRIVED = """
() => {
  const element = document.activeElement;
  const label = element.labels && element.labels[0];
  const drawn = getComputedStyle(element).opacity === "0" && label ? label : element;
  const box = drawn.getBoundingClientRect();
  const fieldset = element.closest("fieldset");
  const group = fieldset ? fieldset.parentElement : element.closest(".govuk-form-group") || element.form || document;
  const head = document.querySelector(".rating-head");
  const isSticky = head && getComputedStyle(head).position === "sticky";
  const top = isSticky ? Math.max(head.getBoundingClientRect().bottom, 0) : 0;
  return {
    id: element.id,
    isField: ["INPUT", "TEXTAREA", "SELECT", "BUTTON"].includes(element.tagName) && element.type !== "hidden",
    isShown: element.checkVisibility({visibilityProperty: true}) && box.height > 0,
    hasMessage: [...group.querySelectorAll(".govuk-error-message")].some((message) => message.checkVisibility()),
    isInView: box.bottom > top && box.top < innerHeight && box.bottom - top >= Math.min(box.height, 20),
  };
}
"""
NO_FIELD = {"what", "changed"}


def check_summary(page):
    """Follow each line of the summary of a form that was just refused."""
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
    assert page.locator(".govuk-error-summary__list > li").count() == page.locator(LINK).count() > 0
    for number in range(page.locator(LINK).count()):
        link = page.locator(LINK).nth(number)
        path, _, wanted = link.get_attribute("href").partition("#")
        arrived = {"id": wanted, "isField": wanted not in NO_FIELD, "isShown": True, "isInView": True}
        arrival = page
        if path:
            # The refused form cannot be gone back to, so that the other page opens beside it.
            arrival = page.context.new_page()
            arrival.goto(link.evaluate("link => link.href"))
        else:
            link.click()
        assert arrival.evaluate(ARRIVED) == arrived | {"hasMessage": not path}
