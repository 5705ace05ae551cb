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
from .imports import CsvForm
from .lines import LineAnswerForm, LineManagerForm
from .notices import NoticeChoiceForm
from .organisations import OrganisationForm
from .second_factors import (
    ActivateAppForm,
    AddPasskeyForm,
    AuthenticateForm,
    CodeAgainForm,
    DeactivateAppForm,
    EditPasskeyForm,
    GenerateCodesForm,
    PasskeyAgainForm,
    PasskeyForm,
    PasskeySignInForm,
    RemovePasskeyForm,
)

__all__ = [
    "AccountForm",
    "ActivateAppForm",
    "AddEmailForm",
    "AddPasskeyForm",
    "AuthenticateForm",
    "ChangePasswordForm",
    "CodeAgainForm",
    "CsvForm",
    "DeactivateAppForm",
    "EditPasskeyForm",
    "GenerateCodesForm",
    "LineAnswerForm",
    "LineManagerForm",
    "LoginForm",
    "NoticeChoiceForm",
    "OrganisationForm",
    "PasskeyAgainForm",
    "PasskeyForm",
    "PasskeySignInForm",
    "ReauthenticateForm",
    "RemovePasskeyForm",
    "ResetPasswordForm",
    "ResetPasswordKeyForm",
    "SetPasswordForm",
    "SignupForm",
]
