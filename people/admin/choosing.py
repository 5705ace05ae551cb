"""How a person or an organisation is chosen in the admin: by typing a part of the name. Organisations are shown with their path."""

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect

from ..models import Organisation


class ChosenByName(AutocompleteSelect):
    """Django's own, which asks the database for whatever was sent, when it draws a form again; here only for what may be a key."""

    def optgroups(self, name, value, attr=None):
        keys = [
            each
            for each in value
            if not each or (str(each).isascii() and str(each).isdecimal() and len(str(each)) < 19)
        ]
        return super().optgroups(name, keys, attr)


def shown_with_path(field):
    """The form field; of an organisation that is chosen in it, it shows where it lies: many have the same name."""
    if field and getattr(field, "queryset", None) is not None and field.queryset.model is Organisation:
        field.label_from_instance = lambda each: Organisation.objects.filter(pk=each.pk).paths().get(each.pk, each.name)
    return field


class ChoicesView(AutocompleteJsonView):
    """What is offered while somebody types, organisations with their path."""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        offered = context["object_list"] = list(context["object_list"])
        self.paths = {}
        if self.model_admin.model is Organisation:
            self.paths = Organisation.objects.filter(pk__in=[each.pk for each in offered]).paths()
        return context

    def serialize_result(self, obj, to_field_name):
        offered = super().serialize_result(obj, to_field_name)
        return offered | {"text": self.paths[obj.pk]} if obj.pk in self.paths else offered


admin.site.autocomplete_view = lambda request: ChoicesView.as_view(admin_site=admin.site)(request)
