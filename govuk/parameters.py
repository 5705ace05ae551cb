"""Translates a Django ``BoundField`` into the parameters of the design system's macro that draws it.

User text is always passed as ``text`` or ``value``, which the macros escape, never as ``html``.
"""

from collections.abc import Callable, Iterator

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import Promise

from govuk.fields import DateWidget
from govuk.messages import error_texts

# Attributes that Django puts on a widget and the design system's guidance leaves out: the browser's own checks
# (maxlength also cuts pasted text without a word), and placeholders and autofocus, which take a label's place.
DROPPED = frozenset(
    {
        "class",
        "id",
        "required",
        "maxlength",
        "minlength",
        "min",
        "max",
        "step",
        "placeholder",
        "autofocus",
        "rows",
        "cols",
    }
    | {"aria-invalid", "aria-describedby"}
)
NAMED = ("autocomplete", "inputmode", "autocapitalize", "pattern")


def macro_and_parameters(
    field: BoundField,
    *,
    label_size: str = "s",
    heading: bool = False,
    classes: str = "",
    prefix: str = "",
    suffix: str = "",
) -> tuple[str, dict]:
    """The name of the macro that draws a visible field ("date-input"), and its parameters.

    ``label_size`` is s, m, l, xl or "" for regular weight; ``heading`` makes the label or legend the page's h1;
    ``classes`` go on the input; ``prefix`` and ``suffix`` stand beside a text input ("£"). Raises ``TypeError`` for a
    widget that has no macro.
    """
    widget = field.field.widget
    draw_as = next((function for kind, function in KINDS if isinstance(widget, kind)), None)
    if draw_as is None or isinstance(widget, NOT_DRAWN):
        raise TypeError(f"The template pack cannot draw the {type(widget).__name__} of the field {field.name!r}.")
    component, parameters = draw_as(field)
    if "fieldset" in parameters:
        parameters["fieldset"]["legend"] |= _title("govuk-fieldset__legend", label_size, heading)
    elif "label" in parameters:
        parameters["label"] |= _title("govuk-label", label_size, heading)
    for name, text in (("prefix", prefix), ("suffix", suffix)):
        if text:
            parameters[name] = {"text": text}
    all_classes = f"{widget.attrs.get('class', '')} {classes}".strip()
    if all_classes:
        parameters["classes"] = all_classes
    return component, parameters


def error_list(form: forms.BaseForm) -> list[dict]:
    """The lines of an error summary for one form: errors of the whole form, then each field's in the form's order."""
    hidden = [text for field in form.hidden_fields() for text in error_texts(field)]
    lines = [{"text": text} for text in [*form.non_field_errors(), *hidden]]
    for field in form.visible_fields():
        href = f"#{first_input_id(field)}"
        lines += [{"text": text, "href": href} for text in error_texts(field)]
    return lines


def first_input_id(field: BoundField) -> str:
    """The id of the input that an error of this field is about: a date's first wrong part, a group's first choice."""
    if isinstance(field.field.widget, DateWidget):
        return f"{field.auto_id}_{_wrong_date_parts(field)[0]}"
    return _id(field)


def _title(css_class: str, size: str, heading: bool) -> dict:
    return {"classes": f"{css_class}--{size}" if size else "", "isPageHeading": heading}


def _id(field: BoundField) -> str:
    return field.field.widget.attrs.get("id") or field.auto_id


def _hint_and_error(field: BoundField) -> dict:
    parameters = {}
    help_text = str(field.help_text) if isinstance(field.help_text, Promise) else field.help_text
    if help_text:
        # Only code can mark a hint as HTML (Django's list of password rules is one); plain text stays text.
        parameters["hint"] = {"html" if hasattr(help_text, "__html__") else "text": help_text}
    if field.errors:
        parameters["errorMessage"] = {"text": sentences(error_texts(field))}
    return parameters


def sentences(texts: list[str]) -> str:
    """Several messages as one run of text, each closed by a full stop. One message stays as it is."""
    first, *rest = texts
    return " ".join([first, *rest]) if not rest else " ".join(f"{text.rstrip('.')}." for text in texts)


def _attributes(field: BoundField) -> dict:
    attrs = field.build_widget_attrs(field.field.widget.attrs)
    kept = {name: value for name, value in attrs.items() if name not in DROPPED and value not in (None, False)}
    parameters = {name: kept.pop(name) for name in NAMED if name in kept}
    if "spellcheck" in kept:
        parameters["spellcheck"] = str(kept.pop("spellcheck")).lower() == "true"
    if "disabled" in kept:
        parameters["disabled"] = bool(kept.pop("disabled"))
    parameters["attributes"] = kept
    return parameters


def _one_input(field: BoundField) -> dict:
    value = field.field.widget.format_value(field.value())
    return {
        "id": _id(field),
        "name": field.html_name,
        "label": {"text": field.label},
        **({"value": value} if value else {}),
        **_hint_and_error(field),
        **_attributes(field),
    }


def _text_input(field: BoundField) -> tuple[str, dict]:
    parameters = _one_input(field)
    kind = getattr(field.field.widget, "input_type", "text")
    if kind == "number":
        parameters.setdefault("inputmode", "numeric")
    elif kind in ("email", "url"):
        parameters["type"] = kind
        parameters.setdefault("spellcheck", False)
    elif kind in ("tel", "search"):
        parameters["type"] = kind
    return "input", parameters


def _password_input(field: BoundField) -> tuple[str, dict]:
    parameters = _one_input(field)
    parameters.pop("value", None)
    return "password-input", parameters


def _textarea(field: BoundField) -> tuple[str, dict]:
    attrs = field.field.widget.attrs
    # Django writes rows="10" cols="40" into every textarea; only another number was chosen by somebody.
    rows = 5 if (attrs.get("rows"), attrs.get("cols")) == ("10", "40") else attrs.get("rows", 5)
    parameters = _one_input(field) | {"rows": rows}
    # A textarea's first line break is swallowed by the HTML parser: one more keeps the text as it was typed.
    if parameters.get("value", "").startswith(("\n", "\r")):
        parameters["value"] = f"\n{parameters['value']}"
    limit = getattr(field.field, "max_length", None)
    if limit is None:
        return "textarea", parameters
    return "character-count", parameters | {"maxlength": limit}


def _select(field: BoundField) -> tuple[str, dict]:
    parameters = _one_input(field)
    parameters.pop("value", None)
    options = [{"value": item["value"], "text": item["text"], "selected": item["checked"]} for item in _choices(field)]
    return "select", parameters | {"items": options}


def _radios(field: BoundField) -> tuple[str, dict]:
    return "radios", _group(field)


def _checkboxes(field: BoundField) -> tuple[str, dict]:
    return "checkboxes", _group(field)


def _group(field: BoundField) -> dict:
    widget = field.field.widget
    hints = {str(value): text for value, text in getattr(widget, "hints", {}).items()}
    divider = getattr(widget, "divider_before", None)
    items = []
    for item in _choices(field):
        if item["value"] == "" and field.field.required:
            continue
        if divider is not None and item["value"] == str(divider):
            items.append({"divider": "or"})
        if item["value"] in hints:
            item["hint"] = {"text": hints[item["value"]]}
        items.append(item)
    return {
        "idPrefix": _id(field),
        "name": field.html_name,
        "fieldset": {"legend": {"text": field.label}},
        "items": items,
        **_hint_and_error(field),
    }


def _choices(field: BoundField) -> Iterator[dict]:
    widget = field.field.widget
    for _, options, _ in widget.optgroups(field.html_name, widget.format_value(field.value())):
        for option in options:
            value = "" if option["value"] is None else str(option["value"])
            text = "Choose one" if value == "" and set(str(option["label"])) == {"-"} else str(option["label"])
            disabled = field.field.disabled or bool(option["attrs"].get("disabled"))
            yield {"value": value, "text": text, "checked": bool(option["selected"]), "disabled": disabled}


def _one_checkbox(field: BoundField) -> tuple[str, dict]:
    widget = field.field.widget
    item = {
        "value": widget.attrs.get("value", "on"),
        "text": field.label,
        "checked": widget.check_test(field.value()),
        "disabled": field.field.disabled,
    }
    return "checkboxes", {"idPrefix": _id(field), "name": field.html_name, "items": [item], **_hint_and_error(field)}


def _date_input(field: BoundField) -> tuple[str, dict]:
    widget = field.field.widget
    wrong = _wrong_date_parts(field) if field.errors else ()
    items = []
    for part, value in zip(DateWidget.PARTS, widget.typed(field.value()), strict=True):
        width = "govuk-input--width-4" if part == "year" else "govuk-input--width-2"
        items.append(
            {
                "name": f"{field.html_name}_{part}",
                "id": f"{_id(field)}_{part}",
                "label": part.capitalize(),
                "classes": f"{width} govuk-input--error" if part in wrong else width,
                "value": value,
            }
        )
    return "date-input", {
        "id": _id(field),
        "fieldset": {"legend": {"text": field.label}},
        "items": items,
        **_hint_and_error(field),
    }


def _wrong_date_parts(field: BoundField) -> tuple[str, ...]:
    for error in field.errors.as_data():
        if error.params and "parts" in error.params:
            return error.params["parts"]
    return DateWidget.PARTS


NOT_DRAWN = (forms.FileInput, forms.SelectMultiple, forms.NullBooleanSelect)

# The first kind that a widget is an instance of draws it, so a subclass stands before its base.
KINDS: list[tuple[type[forms.Widget], Callable[[BoundField], tuple[str, dict]]]] = [
    (DateWidget, _date_input),
    (forms.CheckboxSelectMultiple, _checkboxes),
    (forms.RadioSelect, _radios),
    (forms.Select, _select),
    (forms.CheckboxInput, _one_checkbox),
    (forms.Textarea, _textarea),
    (forms.PasswordInput, _password_input),
    (forms.widgets.Input, _text_input),
]
