"""Draws Django forms with the design system's own macros: what templates and the crispy template pack call."""

from functools import cache

from crispy_forms.utils import render_crispy_form
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.template import engines
from jinja2 import pass_context
from jinja2.runtime import Context, Macro
from markupsafe import Markup

from govuk.parameters import error_list, macro_and_parameters


def draw(component: str, parameters: dict) -> Markup:
    """One component of the design system as HTML: ``draw("button", {"text": "Continue"})``.

    Raises ``TemplateNotFound`` for a component that does not exist.
    """
    return Markup(_macro(component)(parameters))  # noqa: S704 the macro has escaped every text


@cache
def _macro(component: str) -> Macro:
    name = "govuk" + "".join(part.capitalize() for part in component.split("-"))
    env = engines["jinja2"].env
    module = env.get_template(f"govuk_frontend_jinja/components/{component}/macro.html").module
    return getattr(module, name)


def govuk_field(field: BoundField, **options) -> Markup:
    """One form field with its label, hint and error.

    For ``options`` see :func:`govuk.parameters.macro_and_parameters`.
    """
    if field.is_hidden:
        return Markup(field.as_widget())  # noqa: S704 Django's own template has escaped the value
    return draw(*macro_and_parameters(field, **options))


def error_summary(*forms: BaseForm | None) -> Markup:
    """What is wrong in these forms, each line a link that moves focus to its field. Empty where nothing is wrong."""
    found = [error for form in forms if form is not None for error in error_list(form)]
    return draw("error-summary", {"titleText": "There is a problem", "errorList": found}) if found else Markup("")


@pass_context
def crispy(context: Context, form: BaseForm) -> Markup:
    """A whole form as its ``helper`` says (docs/decisions/form-pack.md): ``{{ crispy(form) }}``.

    The CSRF field and the signed field that says for whom the form was drawn come from the page's context.

    Raises ``RuntimeError`` for a form that posts from a template without a request: its POST could only be refused.
    """
    helper = getattr(form, "helper", None)
    token = Markup("")
    if helper is None or (helper.form_tag and helper.form_method == "post" and not helper.disable_csrf):
        token = _token(context)
    html = render_crispy_form(form, helper, {"token": token, "request": context.get("request")})
    return Markup(html)  # noqa: S704 drawn by autoescaping templates


def _token(context: Context) -> Markup:
    form_token = context.get("form_token")
    if form_token is not None:
        return form_token()
    if context.get("csrf_input") is None:
        raise RuntimeError(
            "crispy(form) needs the page's context: render with a request, and import macros 'with context'."
        )
    return Markup(context["csrf_input"])  # noqa: S704 Django's own hidden input
