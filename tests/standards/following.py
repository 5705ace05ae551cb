"""A follower that writes down what it was told, for tests of the standards alone."""

from types import SimpleNamespace

told = []
people_midway = 0


def impact(version):
    told.append(("impact", version))
    return SimpleNamespace(open_rounds=0)


def midway(version):
    return people_midway


def review_asked(version, by, reviewers):
    told.append(("review_asked", version, by, list(reviewers)))


def review_answered(version, by, editor):
    told.append(("review_answered", version, by, editor))


def published(version, by):
    told.append(("published", version, by))


def retiring(version):
    told.append(("retiring", version, version.retires_on))


def retired(version):
    told.append(("retired", version))
