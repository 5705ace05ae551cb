"""The standards themselves, whose words are about nobody. A part of the register."""

from .records import Fate, Record, Way

# By their text fields.

PUBLISHED_WORDS = {
    "standards.Framework": "slug title owner purpose",
    "standards.Version": "number issued source_title source_url licence fingerprint",
    "standards.Level": "name definition summary",
    "standards.Section": "code title summary",
    "standards.Area": "code title short_title summary",
    "standards.AreaVariant": "title where",
    "standards.Part": "code title",
    "standards.Attribute": "name",
    "standards.Attribute_areas": "",
    "standards.Statement": "code topic",
    "standards.LevelDescriptor": "text",
    "standards.PeopleProfile": "slug job_title organisation quote body",
    "standards.CaseStudy": "slug title organisation introduction",
    "standards.CaseStudyStage": "title text",
    "standards.Insight": "group text",
    "standards.Insight_areas": "",
    "standards.GuideSection": "code title",
    "standards.GuideSection_areas": "",
    "standards.LearningResource": "title provider link",
    "standards.ReferencePage": "slug title body",
    "standards.LifecycleStage": "title involvement",
    "standards.GlossaryTerm": "term definition note other_forms",
    "standards.Source": "title url",
    "standards.RoleProfile": "slug title setting pathway description",
    "standards.RoleTarget": "",
}

WITH_HISTORY = (
    *("Framework", "Version", "Level", "Section", "Area", "AreaVariant", "Part", "Statement", "LevelDescriptor"),
    *("StatementLink", "RoleProfile", "RoleTarget", "GlossaryTerm", "ReferencePage", "LifecycleStage", "Source"),
    *("PeopleProfile", "CaseStudy", "CaseStudyStage", "LearningResource", "Attribute", "Insight", "GuideSection"),
)

STANDARDS = (
    *(Record(model, others=fields, kept="For good: the standards") for model, fields in PUBLISHED_WORDS.items()),
    *(
        Record(
            f"standards.Historical{name}",
            (
                Way("history_user", Fate.NAMELESS, f"Changes that you made: {name}"),
                *((Way("decided_by", Fate.NAMELESS),) if name == "StatementLink" else ()),
            ),
            others=f"{PUBLISHED_WORDS.get(f'standards.{name}', '')} history_change_reason",
            kept="For good: the standards",
        )
        for name in WITH_HISTORY
    ),
    *(Record(f"standards.Historical{name}_areas") for name in ("Attribute", "Insight", "GuideSection")),
)
