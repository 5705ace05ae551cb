from django.db import models


class Organisation(models.Model):
    """A department or agency that people say they work in."""

    name = models.CharField(max_length=200, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name
