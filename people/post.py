"""Handing e-mails to the mail server, and knowing afterwards whether it has them."""

import smtplib

from django.core.mail.backends import smtp


class CutOff(Exception):
    """The connection was lost after the text began to be handed over: nobody knows whether the server has it.

    The message names the kind of error and nothing else.
    """


class NotSent(Exception):
    """An e-mail that somebody waits for was certainly not sent: the mail server is away, or refuses. Names the kind of error."""


def _handing_over(server_class):
    class Server(server_class):
        def data(self, msg):
            try:
                code, reply = super().data(msg)
            except smtplib.SMTPDataError:
                raise  # the server did not want the text
            except OSError as lost:  # smtplib's own errors are among them
                raise CutOff(type(lost).__name__) from None
            if 200 <= code < 300:
                return 250, reply
            if 400 <= code < 600:
                return code, reply
            raise CutOff("unreadable reply")

    return Server


_Plain, _Tls = _handing_over(smtplib.SMTP), _handing_over(smtplib.SMTP_SSL)


class EmailBackend(smtp.EmailBackend):
    """Django's, which raises ``CutOff`` where the outcome is not known. Every other error means that nothing was sent."""

    @property
    def connection_class(self):
        return _Tls if self.use_ssl else _Plain
