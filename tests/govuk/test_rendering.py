"""Forms drawn by the template pack: the markup that the macros give, errors that lead to their field, text kept as text."""

from html.parser import HTMLParser

import pytest
from django import forms
from django.template import engines
from django.utils.safestring import mark_safe

from govuk.fields import Checkboxes, DateField, Radios
from govuk.layout import Cancel, Field, Fieldset, FormHelper, Layout, Submit, Text
from govuk.rendering import draw, error_summary, govuk_field

HOSTILE = "<b>&{{7*7}}"
ESCAPED = "&lt;b&gt;&amp;{{7*7}}"
VOID = {"input", "br", "hr", "img", "meta", "link"}


class Elements(HTMLParser):
    """HTML as a list of tags and texts, without the white space that means nothing."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list = []
        self.stack: list[str] = []
        self.feed(html)
        self.close()
        assert self.stack == [], f"not closed: {self.stack}"

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        if data.strip():
            self.found.append(data.strip())

    @property
    def ids(self) -> list[str]:
        return [item[1]["id"] for item in self.found if isinstance(item, tuple) and "id" in item[1]]

    @property
    def links(self) -> list[str]:
        return [item[1]["href"] for item in self.found if isinstance(item, tuple) and item[0] == "a"]


def same(html: str, reference: str) -> bool:
    assert Elements(html).found == Elements(reference).found
    return True


class Example(forms.Form):
    title = forms.CharField(label="Title", help_text="A few words", max_length=100)
    email = forms.EmailField(label="Email address", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    people = forms.IntegerField(
        label="People", min_value=1, widget=forms.NumberInput(attrs={"class": "govuk-input--width-3"})
    )
    text = forms.CharField(label="What you did", max_length=2000, widget=forms.Textarea)
    remark = forms.CharField(label="Remark", widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "true"}))
    role = forms.ChoiceField(
        label="Your role",
        choices=[("analyst", "Contract Analyst"), ("manager", "Contract Manager"), ("none", "None of these")],
        widget=Radios(hints={"analyst": "Foundation in every area"}, divider_before="none"),
    )
    areas = forms.MultipleChoiceField(
        label="Areas", help_text="Choose all", choices=[("B1", "Design"), ("B2", "Procurement")], widget=Checkboxes
    )
    level = forms.ChoiceField(label="Target", choices=[("", "---------"), ("1", "Foundation"), ("2", "Practitioner")])
    dated = DateField(label="When was it?", help_text="For example, 27 3 2026")
    password = forms.CharField(label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    agreed = forms.BooleanField(label="I have read it")
    key = forms.CharField(widget=forms.HiddenInput, required=False)


LABEL = "govuk-label--s"
LEGEND = "govuk-fieldset__legend--s"

REFERENCES = {
    "title": (
        "input",
        {
            "id": "id_title",
            "name": "title",
            "label": {"text": "Title", "classes": LABEL},
            "hint": {"text": "A few words"},
            "value": "Lessons",
        },
    ),
    "email": (
        "input",
        {
            "id": "id_email",
            "name": "email",
            "type": "email",
            "label": {"text": "Email address", "classes": LABEL},
            "autocomplete": "email",
            "spellcheck": False,
        },
    ),
    "people": (
        "input",
        {
            "id": "id_people",
            "name": "people",
            "label": {"text": "People", "classes": LABEL},
            "inputmode": "numeric",
            "classes": "govuk-input--width-3",
            "value": "4",
        },
    ),
    "text": (
        "character-count",
        {
            "id": "id_text",
            "name": "text",
            "maxlength": 2000,
            "label": {"text": "What you did", "classes": LABEL},
            "value": HOSTILE,
        },
    ),
    "remark": (
        "textarea",
        {
            "id": "id_remark",
            "name": "remark",
            "rows": 3,
            "spellcheck": True,
            "label": {"text": "Remark", "classes": LABEL},
        },
    ),
    "role": (
        "radios",
        {
            "idPrefix": "id_role",
            "name": "role",
            "fieldset": {"legend": {"text": "Your role", "classes": LEGEND}},
            "items": [
                {"value": "analyst", "text": "Contract Analyst", "hint": {"text": "Foundation in every area"}},
                {"value": "manager", "text": "Contract Manager", "checked": True},
                {"divider": "or"},
                {"value": "none", "text": "None of these"},
            ],
        },
    ),
    "areas": (
        "checkboxes",
        {
            "idPrefix": "id_areas",
            "name": "areas",
            "hint": {"text": "Choose all"},
            "fieldset": {"legend": {"text": "Areas", "classes": LEGEND}},
            "items": [{"value": "B1", "text": "Design"}, {"value": "B2", "text": "Procurement", "checked": True}],
        },
    ),
    "level": (
        "select",
        {
            "id": "id_level",
            "name": "level",
            "label": {"text": "Target", "classes": LABEL},
            "items": [
                {"value": "", "text": "Choose one"},
                {"value": "1", "text": "Foundation"},
                {"value": "2", "text": "Practitioner", "selected": True},
            ],
        },
    ),
    "dated": (
        "date-input",
        {
            "id": "id_dated",
            "hint": {"text": "For example, 27 3 2026"},
            "fieldset": {"legend": {"text": "When was it?", "classes": LEGEND}},
            "items": [
                {
                    "name": "dated_day",
                    "id": "id_dated_day",
                    "label": "Day",
                    "classes": "govuk-input--width-2",
                    "value": "7",
                },
                {
                    "name": "dated_month",
                    "id": "id_dated_month",
                    "label": "Month",
                    "classes": "govuk-input--width-2",
                    "value": "",
                },
                {
                    "name": "dated_year",
                    "id": "id_dated_year",
                    "label": "Year",
                    "classes": "govuk-input--width-4",
                    "value": "",
                },
            ],
        },
    ),
    "password": (
        "password-input",
        {
            "id": "id_password",
            "name": "password",
            "autocomplete": "new-password",
            "label": {"text": "Password", "classes": LABEL},
        },
    ),
    "agreed": (
        "checkboxes",
        {
            "idPrefix": "id_agreed",
            "name": "agreed",
            "items": [{"value": "on", "text": "I have read it", "checked": True}],
        },
    ),
}
INITIAL = {
    "title": "Lessons",
    "people": 4,
    "text": HOSTILE,
    "role": "manager",
    "areas": ["B2"],
    "level": 2,
    "dated": ["7", "", ""],
    "agreed": True,
}


@pytest.mark.parametrize("name", REFERENCES)
def test_each_kind_of_field_is_drawn_as_the_macro_draws_it(name):
    component, parameters = REFERENCES[name]
    assert same(govuk_field(Example(initial=INITIAL)[name]), draw(component, parameters))


@pytest.mark.parametrize("name", REFERENCES)
def test_each_kind_of_field_is_drawn_with_its_error_as_the_macro_draws_it(name):
    component, parameters = REFERENCES[name]
    form = Example({})
    form.errors.clear()
    form.add_error(name, f"{HOSTILE} is wrong")
    reference = parameters | {"errorMessage": {"text": f"{HOSTILE} is wrong"}, "value": ""}
    unchosen = {"checked": False, "selected": False}
    items = [item | {key: unchosen[key] for key in unchosen if key in item} for item in parameters.get("items", [])]
    if component == "date-input":
        items = [item | {"value": "", "classes": f"{item['classes']} govuk-input--error"} for item in items]
    elif component == "select":
        items[0]["selected"] = True
    if component not in {"textarea", "character-count"}:
        del reference["value"]
    if items:
        reference["items"] = items
    assert same(govuk_field(form[name]), draw(component, reference))


def test_a_hidden_field_has_no_label():
    html = govuk_field(Example(initial={"key": HOSTILE})["key"])
    assert Elements(html).found == [("input", {"type": "hidden", "name": "key", "value": HOSTILE, "id": "id_key"})]


def test_a_widget_without_a_macro_is_refused_by_name():
    class Upload(forms.Form):
        picture = forms.FileField()

    with pytest.raises(TypeError, match="FileInput of the field 'picture'"):
        govuk_field(Upload()["picture"])


def test_a_password_is_never_sent_back():
    assert "correct horse" not in govuk_field(Example({"password": "correct horse"}, initial=INITIAL)["password"])


def test_the_browser_is_not_asked_to_check_or_to_cut():
    html = govuk_field(Example()["title"])
    for attribute in ("required", "maxlength", "placeholder", "autofocus"):
        assert attribute not in html


def test_every_line_of_the_error_summary_leads_to_an_input():
    form = Example({"dated_day": "7", "dated_year": "2026"})
    summary = Elements(error_summary(form))
    drawn = Elements("".join(govuk_field(field) for field in form))
    inputs = {
        item[1].get("id")
        for item in drawn.found
        if isinstance(item, tuple) and item[0] in {"input", "select", "textarea"}
    }
    assert len(summary.links) == len(form.visible_fields())
    assert {link.removeprefix("#") for link in summary.links} <= inputs
    assert "#id_role" in summary.links
    assert "#id_areas" in summary.links
    assert "#id_dated_month" in summary.links
    assert len(drawn.ids) == len(set(drawn.ids))


def test_an_error_of_the_whole_form_stands_first_and_is_no_link():
    form = Example({})
    form.add_error(None, HOSTILE)
    summary = error_summary(form)
    assert summary.index(ESCAPED) < summary.index("Enter the title")
    assert len(Elements(summary).links) == len(form.visible_fields())


def test_a_form_without_errors_has_no_summary():
    assert error_summary(Example(), None) == ""


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("title", "Enter the title"),
        ("role", "Choose your role"),
        ("level", "Choose the target"),
        ("dated", "Enter a date"),
        ("agreed", "Tick “I have read it”"),
    ],
)
def test_an_empty_answer_says_what_to_do(name, message):
    assert message in govuk_field(Example({})[name])


def test_too_long_a_text_says_by_how_much():
    html = govuk_field(Example({"text": "x" * 2001})["text"])
    assert "What you did must be 2,000 characters or fewer. It has 2,001" in html
    assert "x" * 2001 in html


def test_a_message_that_the_form_wrote_is_left_alone():
    class Own(forms.Form):
        title = forms.CharField(error_messages={"required": "Give the example a title"})

    assert "Give the example a title" in govuk_field(Own({})["title"])


def test_several_errors_of_one_field_are_sentences():
    form = Example({})
    form.errors.clear()
    form.add_error("password", ["Too short.", "Too common"])
    assert "Too short. Too common." in govuk_field(form["password"])


def test_hostile_text_comes_out_literally_wherever_it_stands():
    class Hostile(forms.Form):
        title = forms.CharField(label=HOSTILE, help_text=HOSTILE)
        note = forms.CharField(label=HOSTILE, help_text=HOSTILE, widget=forms.Textarea)
        role = forms.ChoiceField(
            label=HOSTILE, help_text=HOSTILE, choices=[(HOSTILE, HOSTILE)], widget=Radios(hints={HOSTILE: HOSTILE})
        )
        level = forms.ChoiceField(label=HOSTILE, choices=[(HOSTILE, HOSTILE)])
        sure = forms.BooleanField(label=HOSTILE)
        helper = FormHelper(None, Submit(HOSTILE, name="go", value=HOSTILE), Cancel(HOSTILE, HOSTILE))
        helper.layout = Layout(Fieldset(HOSTILE, "title", "note"), Text(HOSTILE), "role", "level", "sure")

    form = Hostile({"title": HOSTILE, "note": HOSTILE, "role": HOSTILE, "level": HOSTILE})
    form.add_error("title", HOSTILE)
    html = page(form)
    assert "<b>" not in html
    assert "49" not in html
    assert html.count(ESCAPED) >= 16


def test_a_hint_that_code_marked_as_html_stays_html():
    class Password(forms.Form):
        password = forms.CharField(help_text=mark_safe("<ul><li>At least 12 characters</li></ul>"))

    assert "<ul><li>At least 12 characters</li></ul>" in govuk_field(Password()["password"])


@pytest.mark.parametrize("text", ["one\n  two\n\nthree  ", "\nstarts with a line break"])
def test_a_text_keeps_its_spaces_and_line_breaks(text):
    html = govuk_field(Example(initial={"text": text, "remark": text})["text"])
    value = html[html.index("<textarea") :].split(">", 1)[1].split("</textarea>")[0]
    assert value.removeprefix("\n" if text.startswith("\n") else "") == text


def test_a_whole_form_posts_with_its_token_and_without_the_browsers_checks():
    form = Example(initial={"key": "k"})
    form.helper = FormHelper(form, Submit("Save", name="next", value="report"), Cancel("Cancel", "/back/"))
    elements = Elements(page(form)).found
    assert elements[0] == ("form", {"method": "post", "novalidate": None})
    assert elements[1] == ("input", {"type": "hidden", "name": "token"})
    buttons = [item[1] for item in elements if isinstance(item, tuple) and item[0] == "button" and "name" in item[1]]
    assert [(button["name"], button["value"]) for button in buttons] == [("next", "report")]
    assert ("a", {"class": "govuk-link", "href": "/back/"}) in elements
    names = [item[1]["name"] for item in elements if isinstance(item, tuple) and "name" in item[1]]
    assert {*form.fields} - {"dated"} <= {*names}


def test_a_button_without_a_value_sends_nothing():
    form = Example()
    form.helper = FormHelper(form, Submit("Save"))
    button = next(item[1] for item in reversed(Elements(page(form)).found) if item[0] == "button")
    assert "name" not in button
    assert "value" not in button


def test_a_form_without_a_form_tag_leaves_tag_and_token_to_the_page():
    form = Example()
    form.helper = FormHelper(form)
    form.helper.form_tag = False
    html = page(form)
    assert "<form" not in html
    assert 'name="token"' not in html


def test_a_form_that_asks_by_get_carries_no_token():
    form = Example()
    form.helper = FormHelper(form, Submit("Show"))
    form.helper.form_method = "get"
    assert 'name="token"' not in page(form)


def test_a_form_without_a_helper_is_drawn_whole():
    assert 'id="id_title"' in page(Example())


def test_a_form_that_could_not_be_posted_is_not_drawn():
    with pytest.raises(RuntimeError, match="context"):
        page(Example(), form_token=None)


def test_a_layout_orders_groups_and_enlarges():
    form = Example()
    form.helper = FormHelper(
        form,
        layout=Layout(
            Fieldset("About it", "dated", "title"), Field("email", heading=True, label_size="l", classes="mine")
        ),
    )
    html = page(form)
    assert html.index("About it") < html.index("id_dated_day") < html.index("id_title") < html.index("id_email")
    assert same(
        html[html.index('<div class="govuk-form-group">', html.index("</fieldset>", html.index("id_title"))) :].split(
            '<input type="hidden" name="key"'
        )[0],
        draw(
            "input",
            REFERENCES["email"][1]
            | {
                "label": {"text": "Email address", "classes": "govuk-label--l", "isPageHeading": True},
                "classes": "mine",
            },
        ),
    )


def page(form: forms.Form, **context) -> str:
    """The form as a page draws it."""
    context.setdefault("form_token", lambda: mark_safe('<input type="hidden" name="token">'))
    return engines["jinja2"].env.from_string("{{ crispy(form) }}").render(form=form, **context)
