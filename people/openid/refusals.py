from allauth.socialaccount.providers.oauth2.client import OAuth2Error


class Refused(OAuth2Error):
    """A sign-in that goes no further. ``reason`` is one of our own words, never a text of the provider's."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason
