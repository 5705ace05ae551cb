"""The editors' pages: a draft version can be edited whole, a published one only in what is the portal's own.

Who may edit is Django's permissions on this app. What may no longer change is decided here for a clear answer, and by the
database's triggers for certain (``standards.guards``).
"""

from django.conf import settings
from django.contrib import admin

from . import asked, reference, versions

__all__ = ["asked", "reference", "versions"]

admin.site.site_header = admin.site.site_title = settings.PORTAL_SERVICE_NAME
