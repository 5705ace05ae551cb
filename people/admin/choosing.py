"""How a person or an organisation is chosen in the admin: by typing a part of the name."""

from django.contrib.admin.widgets import AutocompleteSelect


class ChosenByName(AutocompleteSelect):
    """Django's own, which asks the database for whatever was sent, when it draws a form again; here only for what may be a key."""

    def optgroups(self, name, value, attr=None):
        keys = [
            each
            for each in value
            if not each or (str(each).isascii() and str(each).isdecimal() and len(str(each)) < 19)
        ]
        return super().optgroups(name, keys, attr)
