"""The whole access table: the portal's own routes, and those that come with Django's admin and with allauth."""

from collections import ChainMap

from .framework import FRAMEWORK
from .policy import POLICY

# Row by key (``service.access.policy``).
TABLE = ChainMap(POLICY, FRAMEWORK)
