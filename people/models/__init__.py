"""Who uses the portal, where they work, who is whose line manager, and what they are told."""

from .notice import Notice, NoticeChoice
from .organisation import Organisation
from .reporting_line import ReportingLine
from .user import User, UserManager

__all__ = ["Notice", "NoticeChoice", "Organisation", "ReportingLine", "User", "UserManager"]
