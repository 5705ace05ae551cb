"""The two tables with columns of their own in every version: statements, a column a level; and role profiles, a column an area."""

from django.core.exceptions import ValidationError

from ..models import LevelDescriptor, RoleProfile, RoleTarget, Statement
from .cells import AtLevel, Code, Lineage, One, Text
from .resources import Beneath, Column, Order, Table

CODE, NAME, TEXT = 10, 30, 60


class WithBeneath(Table):
    """Rows with further rows beneath them, one to a column: ``below`` maps the column's key to that row.

    ``dictionary`` names the attribute that has their values as the columns read and write them.
    """

    dictionary = ""
    beneath = None  # the model of the rows beneath
    parent = ""  # its field that leads here

    def attach(self, rows):
        by_pk = {row.pk: row for row in rows}
        for row in rows:
            self.attach_nothing(row)
        found = self.beneath.objects.filter(**{f"{self.parent}__in": self.queryset().order_by()})
        for each in found.select_related("level", *self.follow):
            key, value = self.parted(each)
            row = by_pk[getattr(each, f"{self.parent}_id")]
            row.below[key] = each
            getattr(row, self.dictionary)[key] = value

    def attach_nothing(self, instance):
        instance.below = {}
        setattr(instance, self.dictionary, {})

    def store_beneath(self, instance):
        values = getattr(instance, self.dictionary)
        for key, each in list(instance.below.items()):
            if key not in values:
                each.delete()
                del instance.below[key]
        for key, value in values.items():
            each = instance.below.get(key)
            if each is not None and self.parted(each) == (key, value):
                continue
            each = each or self.beneath(**{self.parent: instance})
            self.put(each, key, value)
            each.save()
            instance.below[key] = each


class Statements(WithBeneath):
    """The rows of the areas' tables, with their words at each level."""

    sheet = "Statements"
    path = "area__section__version"
    dictionary = "words"
    beneath = LevelDescriptor
    parent = "statement"
    follow = ()
    area = Column("Area", "area", One("Areas"), width=CODE, needed=True)
    part = Column("Part", "part", One("Parts", is_needed=False), width=CODE)
    code = Column("Code", "code", Code(), width=CODE)
    topic = Column("Topic", "topic", width=NAME)
    order = Order()
    lineage = Column("Lineage", "lineage", Lineage(), width=38)

    class Meta:
        model = Statement

    def open_columns(self):
        """Add the columns of the levels that the draft and the file have."""
        last = self.fields.pop("order"), self.fields.pop("lineage")
        for level in self.book.levels():
            title = f"Level {level.rank}: {level.name}"
            self.fields[f"words_{level.rank}"] = Beneath(title, "words", level.rank, Text(), width=TEXT)
        self.fields["order"], self.fields["lineage"] = last

    def parted(self, each):
        return each.level.rank, each.text

    def put(self, each, key, value):
        each.level, each.text = self.book.find("Levels", str(key)), value

    def get_instance(self, instance_loader, row):
        """A statement is known by its lineage, so that its code may change; by its code where the file names no lineage."""
        by_code = super().get_instance(instance_loader, row)
        written = row.get("Lineage", "").strip()
        if not written or (by_code and "Lineage" in self.book.upload.advice.get(self.sheet, ())):
            row.pop("Lineage", None)
            return by_code
        try:
            lineage = Lineage().clean(written)
        except ValueError as error:
            raise ValidationError({"lineage": str(error)}) from None
        if by_code and by_code.lineage == lineage:
            return by_code
        others = [each for each in self.found if each.lineage == lineage]
        return others[0] if len(others) == 1 else None

    def points_at(self, instance):
        yield from super().points_at(instance)
        for rank in instance.words:
            yield "Levels", (str(rank),), f"Level {rank}"

    def check(self, instance, errors):
        part, area = getattr(instance, "part", None), getattr(instance, "area", None)
        if part and area and part.area.code != area.code and "part" not in errors:
            errors["part"] = ValidationError(f"{part.code} is a part of another area, {part.area.code}.")


class RoleProfiles(WithBeneath):
    """Named roles, with the level that each needs in each area."""

    sheet = "Role profiles"
    keys = ("Name in addresses",)
    dictionary = "needs"
    beneath = RoleTarget
    parent = "profile"
    follow = ("area",)
    slug = Column("Name in addresses", "slug", Code(), width=NAME)
    title = Column("Title", "title", width=NAME)
    setting = Column("Setting", "setting", width=NAME)
    pathway = Column("Pathway", "pathway", width=NAME)
    description = Column("Description", "description", width=TEXT)
    order = Order()

    class Meta:
        model = RoleProfile

    def open_columns(self):
        """Add the columns of the areas that the draft and the file have."""
        last = self.fields.pop("order")
        for area in self.book.areas():
            title = f"Level in {area.code}"
            self.fields[f"needs_{area.code}"] = Beneath(title, "needs", area.code, AtLevel(), width=14)
        self.fields["order"] = last

    def parted(self, each):
        return each.area.code, each.level.rank

    def put(self, each, key, value):
        each.area, each.level = self.book.find("Areas", key), self.book.find("Levels", str(value))

    def points_at(self, instance):
        yield from super().points_at(instance)
        for code, rank in instance.needs.items():
            yield "Areas", (code,), f"Level in {code}"
            yield "Levels", (str(rank),), f"Level in {code}"
