from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.urls import reverse

PASSWORD_MESSAGES = {
    "password_too_short": "Password must be %(min_length)d characters or more",
    "password_too_common": "Choose a password that is harder to guess. This one is on a list of common passwords",
    "password_too_similar": "Choose a password that is less like your name or e-mail address",
}


class AccountAdapter(DefaultAccountAdapter):
    """How allauth's local accounts behave here: the portal's words, and a name for each new person."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account has been closed",
        "duplicate_email": "Enter an address that is different from the one you use now",
        "email_password_mismatch": "Enter an e-mail address and a password that belong together. One of them is wrong",
        "email_taken": "Enter an address that no other account uses",
        "enter_current_password": "Enter your current password. This is not it",
        "incorrect_password": "Enter your password. This is not it",
        "rate_limited": "You have tried too often. Wait a few minutes, then try again",
        "too_many_login_attempts": "You have tried too often. Wait five minutes, then try again",
    }

    def save_user(self, request, user, form, commit=True):
        user.name = form.cleaned_data["name"]
        return super().save_user(request, user, form, commit)

    def clean_password(self, password, user=None):
        try:
            return super().clean_password(password, user)
        except ValidationError as refused:
            first = refused.error_list[0]
            message = PASSWORD_MESSAGES.get(first.code)
            raise (ValidationError(message, first.code, first.params) if message else first) from None

    def get_password_change_redirect_url(self, request):
        return reverse("account-detail")
