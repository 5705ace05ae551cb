"""Signing in, Django and the worker. A part of the register."""

from .records import Fate, Record, Way

_GONE, _SIGNED = Fate.DELETED, Fate.SIGNED

LIBRARIES = (
    Record("account.EmailConfirmation", (Way("email_address__user", _GONE),), secrets="key"),
    Record("account.EmailAddress", (Way("user", _GONE, "E-mail addresses"),), texts="email"),
    Record("socialaccount.SocialToken", (Way("account__user", _GONE),), secrets="token token_secret"),
    Record(
        "socialaccount.SocialAccount",
        (Way("user", _GONE, "Single sign-on"),),
        texts="uid extra_data",
        others="provider",
    ),
    Record("socialaccount.SocialApp", others="provider provider_id name client_id settings", secrets="secret key"),
    Record("mfa.Authenticator", (Way("user", _GONE, "Second factors"),), secrets="data"),
    Record(
        "sessions.Session",
        (Way("", _GONE, "Sign-ins that last"),),
        secrets="session_key session_data",
        kept="12 hours; then manage.py clearsessions",
    ),
    Record(
        "admin.LogEntry",
        (
            Way("user", _SIGNED, "What you did on the administration pages"),
            Way("", Fate.EMPTIED, "What administrators did to your account"),
        ),
        texts="object_repr change_message",
        others="object_id",
        kept="ADMIN_LOG",
    ),
    Record("auth.Permission", others="name codename"),
    Record("auth.Group_permissions"),
    Record("auth.Group", others="name"),
    Record("contenttypes.ContentType", others="app_label model"),
    Record(
        "django_tasks_database.DBTaskResult",
        others="args_kwargs task_path worker_ids queue_name backend_name return_value exception_class_path traceback",
        kept="a day once done, 30 days once dead; ids only",
    ),
    Record(
        "service.Task",
        others="args_kwargs task_path worker_ids queue_name backend_name return_value exception_class_path traceback",
        kept="the same rows, as administrators see them",
    ),
    Record("service.WorkerBeat", others="worker_id", kept="a day; names no machine and nobody"),
)
