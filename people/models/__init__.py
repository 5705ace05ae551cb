"""Who uses the portal, where they work, who is whose line manager, and what they are told."""

from .notice import Notice, NoticeChoice
from .organisation import AnalystGrant, Descent, Organisation, Recount
from .password_try import PasswordTry, TooManyTries
from .reporting_line import ReportingLine
from .user import User, UserManager

__all__ = [
    "AnalystGrant",
    "Descent",
    "Notice",
    "NoticeChoice",
    "Organisation",
    "PasswordTry",
    "Recount",
    "ReportingLine",
    "TooManyTries",
    "User",
    "UserManager",
]
