"""What a crispy ``FormHelper`` of the portal is made of (docs/decisions/form-pack.md).

Crispy's own ``Submit``, ``Fieldset`` and ``HTML`` compile their text as a Django template, so a person's name in a
button could run as code. These take plain text, which the design system's macros escape.
"""

from crispy_forms.helper import FormHelper as CrispyFormHelper
from crispy_forms.layout import Layout, LayoutObject
from crispy_forms.utils import TEMPLATE_PACK, render_field
from django.forms import BaseForm
from django.template import Context
from markupsafe import Markup

from govuk.rendering import draw, govuk_field

__all__ = ["Cancel", "Field", "Fieldset", "FormHelper", "Layout", "Submit", "Text"]


class FormHelper(CrispyFormHelper):
    """A form's fields in their order, then its buttons: ``FormHelper(self, Submit("Save"), Cancel("Cancel", path))``.

    Give ``layout`` for another order or for fieldsets. Hidden fields are always drawn.
    """

    render_hidden_fields = True

    def __init__(self, form: BaseForm | None = None, *buttons: "Submit | Cancel", layout: Layout | None = None) -> None:
        super().__init__(form)
        if layout is not None:
            self.layout = layout
        self.inputs = list(buttons)


class Submit:
    """A button that sends its form. ``name`` and ``value`` are sent with it; the text on the button never is.

    ``kind`` is "" for the page's main action, "secondary" or "warning".
    """

    def __init__(self, text: str, *, name: str = "", value: str = "", kind: str = "") -> None:
        self.parameters = {"text": text, "name": name, "value": value, "preventDoubleClick": True}
        if kind:
            self.parameters["classes"] = f"govuk-button--{kind}"

    def render(self, form: BaseForm, context: Context, template_pack: str = TEMPLATE_PACK, **kwargs) -> Markup:
        return draw("button", self.parameters)


class Cancel:
    """A link beside the buttons that leaves the form: ``Cancel("Cancel", reverse("evidence-list", ...))``."""

    def __init__(self, text: str, href: str) -> None:
        self.text, self.href = text, href

    def render(self, form: BaseForm, context: Context, template_pack: str = TEMPLATE_PACK, **kwargs) -> Markup:
        return Markup('<a class="govuk-link" href="{}">{}</a>').format(self.href, self.text)


class Text:
    """A paragraph between fields, as plain text."""

    def __init__(self, text: str, *, classes: str = "govuk-body") -> None:
        self.text, self.classes = text, classes

    def render(self, form: BaseForm, context: Context, template_pack: str = TEMPLATE_PACK, **kwargs) -> Markup:
        return Markup('<p class="{}">{}</p>').format(self.classes, self.text)


class Field:
    """One field with options: ``Field("title", heading=True, label_size="l")``.

    For ``options`` see :func:`govuk.parameters.macro_and_parameters`.
    """

    def __init__(self, name: str, **options) -> None:
        self.name, self.options = name, options

    def render(self, form: BaseForm, context: Context, template_pack: str = TEMPLATE_PACK, **kwargs) -> Markup:
        form.rendered_fields.add(self.name)
        return govuk_field(form[self.name], **self.options)


class Fieldset(LayoutObject):
    """Fields under one legend: ``Fieldset("Your role", "job_title", "organisation")``. ``size`` is s, m, l or xl."""

    def __init__(self, legend: str, *fields: object, size: str = "m") -> None:
        self.legend, self.fields, self.size = legend, list(fields), size

    def render(self, form: BaseForm, context: Context, template_pack: str = TEMPLATE_PACK, **kwargs) -> Markup:
        drawn = Markup("").join(
            Markup(render_field(field, form, context, template_pack=template_pack))  # noqa: S704 drawn by our templates
            for field in self.fields
        )
        legend = {"text": self.legend, "classes": f"govuk-fieldset__legend--{self.size}"}
        return draw("fieldset", {"legend": legend, "html": drawn})
