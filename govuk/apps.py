from django.apps import AppConfig


class GovukConfig(AppConfig):
    """The design system for Django: the Jinja environment, and forms drawn through the design system's own macros."""

    name = "govuk"
    label = "govuk"
    verbose_name = "Design system"
