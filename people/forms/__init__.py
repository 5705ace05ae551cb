"""The forms of accounts, of who is whose line manager, and of notices: one file per noun."""

from .accounts import (
    AccountForm,
    AddEmailForm,
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
)
from .lines import LineAnswerForm, LineImportForm, LineManagerForm
from .notices import NoticeChoiceForm

__all__ = [
    "AccountForm",
    "AddEmailForm",
    "ChangePasswordForm",
    "LineAnswerForm",
    "LineImportForm",
    "LineManagerForm",
    "LoginForm",
    "NoticeChoiceForm",
    "ReauthenticateForm",
    "ResetPasswordForm",
    "ResetPasswordKeyForm",
    "SetPasswordForm",
    "SignupForm",
]
