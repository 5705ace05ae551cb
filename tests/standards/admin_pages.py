"""Opening the editors' pages, and sending back their forms as a browser would."""

from html.parser import HTMLParser

from django.urls import reverse

from standards.models import Framework
from standards.version_tables import VERSION_PATHS


def page(model, action, *args):
    return reverse(f"admin:standards_{model._meta.model_name}_{action}", args=args)


def row_of(model, version):
    """The first row of ``model`` in ``version``."""
    if model is Framework:
        return version.framework
    return model.objects.filter(**{VERSION_PATHS[model] or "pk": version.pk}).first()


class Form(HTMLParser):
    """What a browser would send back from a change page: the form and the rows under it."""

    def __init__(self, text):
        super().__init__()
        self.data, self.select, self.textarea = {}, None, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        if tag == "select":
            self.select = names["name"]
        elif tag == "option" and self.select and "selected" in names:
            self.data.setdefault(self.select, []).append(names["value"])
        elif tag == "textarea":
            self.textarea = names["name"]
            self.data[self.textarea] = ""
        elif tag == "input" and "name" in names and (names["type"] != "checkbox" or "checked" in names):
            self.data[names["name"]] = names.get("value", "")

    def handle_endtag(self, tag):
        if tag in ("select", "textarea"):
            setattr(self, tag, None)

    def handle_data(self, data):
        if self.textarea:
            self.data[self.textarea] += data.removeprefix("\n").removeprefix("\r\n")


def read_form(response):
    return Form(response.text).data


def send(browser, row, **changes):
    """Open the page of ``row``, send it back with ``changes``, and follow the answer."""
    address = page(type(row), "change", row.pk)
    data = read_form(browser.get(address)) | changes
    return browser.post(address, data, follow=True)


def messages_of(response):
    return [str(message) for message in response.context["messages"]]
