"""Keeping a form that came from someone who is signed out, or with a stale token, so that nothing typed is lost.

Each form that a signed-in person is shown carries a signed field that says for whom it was drawn. What is held goes to that
person alone, whoever sent it, and is saved only when they say so.
"""

import re

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer

from .models import HeldPost

DRAWN_FOR = "drawn_for"
HELD = "held_post"
_NOT_TYPED = {"csrfmiddlewaretoken", DRAWN_FOR, HELD}
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_signer = Signer(salt="service.held_posts")


def sign_for(user) -> str:
    """The value of the field ``drawn_for`` in a form drawn for ``user``."""
    return _signer.sign(user.pk)


def drawn_for(post):
    """The active user that a posted form was drawn for; None where the field is missing or not ours."""
    try:
        pk = _signer.unsign(post.get(DRAWN_FOR, ""))
    except BadSignature:
        return None
    return get_user_model().objects.filter(pk=pk, is_active=True).first()


def was_drawn_here(post) -> bool:
    """Whether the portal drew a posted form for somebody; for whom is not looked up."""
    try:
        return bool(_signer.unsign(post.get(DRAWN_FOR, "")))
    except BadSignature:
        return False


def texts_of(post) -> list[str]:
    """What in a posted form reads as text; see ``HeldPost.texts``."""
    return HeldPost(fields={name: each for name, each in post.lists() if name not in _NOT_TYPED}).texts


def hold(*, request):
    """Keep ``request``'s form for the person it was drawn for; returns the ``HeldPost``, or None when it is nobody's.

    A form with a password in it is not kept either.
    """
    HeldPost.objects.too_old().delete()
    if any("password" in name for name in request.POST):
        return None
    user = drawn_for(request.POST)
    if user is None or HeldPost.objects.filter(user=user).count() >= HeldPost.MOST_PER_PERSON:
        return None
    typed = {_storable(name): [*map(_storable, each)] for name, each in request.POST.lists() if name not in _NOT_TYPED}
    return HeldPost.objects.create(user=user, path=_storable(request.path)[:500], fields=typed)


def typed_texts(request) -> list[str]:
    """The texts of a form that was refused, for whoever sent it to copy; none of a form that was drawn for somebody else."""
    if request.method != "POST" or not request.user.is_authenticated or drawn_for(request.POST) != request.user:
        return []
    if any("password" in name for name in request.POST):
        return []
    return texts_of(request.POST)


def _storable(text):
    # PostgreSQL keeps neither in JSON. The form that refuses them says so when the rest is sent again.
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def release(*, request):
    """Forget the held form that ``request`` has just sent again with success."""
    try:
        HeldPost.objects.visible_to(request.user).filter(pk=request.POST[HELD]).delete()
    except (KeyError, ValidationError):
        return
