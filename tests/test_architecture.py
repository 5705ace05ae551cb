"""The house keeps its rules: who may import whom, what a file may hold, and one word from URL to template.

Read with ``ast`` from the source, so that an import within a function counts too. Each rule is first tried on a house with a
planted fault.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# What each app may import of the others. standards_portal knows every app, and no app knows it.
FOUNDATION = {"govuk", "documents"}
APPS = {
    "govuk": set(),
    "documents": set(),
    "people": FOUNDATION,
    "standards": FOUNDATION,
    "assessments": {"standards", "people"} | FOUNDATION,
    "insights": {"assessments", "standards", "people"} | FOUNDATION,
    "service": {"insights", "assessments", "standards", "people"} | FOUNDATION,
    "privacy": {"insights", "assessments", "standards", "people"} | FOUNDATION,
}
APPS["standards_portal"] = set(APPS)

# What a module may import of its own app. A module that is not named here imports none of it.
WITHIN = {
    "urls": "codes views",
    "views": "reauthentication second_factors organisations files "
    "forms actions permissions reports records progress checking wording answers "
    "held_posts demo tree library comparison differences links release diagrams search exports notice_words previous earlier "
    "logging outages "
    "coming_along meaning "
    "comparisons shown my_data retention openings readings "
    "waiting beginnings planning contents team standing preparing seen segments unconfirmed review plans calendars suggestions "
    "models",
    "admin": "worker reauthentication "
    "importing marking differences links resemblance tree editions publication fingerprint follower reviewers "
    "against_source actions forms csv_files line_import organisation_import placing_import edits wording "
    "version_edits version_tables models",
    "line_import": "csv_files models",
    "organisation_import": "csv_files models",
    "placing_import": "csv_files models",
    "my_data": "headings register traces models",
    "retention": "models",
    "openings": "models",
    "erasure_list": "models",
    "readings": "models",
    "access": "",
    "openid": "addresses reauthentication single_sign_on models",
    "adapters": "openid post reauthentication sealing second_factors single_sign_on",
    "management": "watching backups erasure_list sweeping "
    "access editions actions answers standing demo exports exact raw_counts seeding tally models",
    "seeding": "actions",
    "stages": "models",
    "tally": "stages models",
    "exact": "counts figures tally models",
    "raw_counts": "models",
    "migrations": "guards models",
    "apps": "checks logging worker",
    "worker": "logging sweeping models",
    "redis_queue": "worker models",
    "sweeping": "",
    "backlog": "models",
    "error_reports": "logging",
    "health": "backlog impatient",
    "impatient": "",
    "watching": "backlog impatient logging",
    "middleware": "held_posts logging outage_pages outages post reauthentication second_factors shown actions models",
    "outages": "",
    "shared_cache": "outages",
    "outage_pages": "context_processors held_posts logging outages",
    "models": "written_queries",
    "sessions": "written_queries",
    "backends": "written_queries models",
    "context_processors": "held_posts",
    "held_posts": "models",
    "forms": "addresses openings single_sign_on records answers wording demo notice_words plans models",
    "actions": "permissions reports register retention traces summaries tally exact counts rounding "
    "importing follower reviewers answers carrying agreement standing previous records fingerprint links resemblance "
    "publication "
    "organisation_import "
    "tasks edits version_numbers version_tables models",
    "publication": "publication_texts fingerprint version_numbers codes models",
    "publication_texts": "prose models",
    "against_source": "fingerprint prose publication_texts models",
    "tasks": "actions reports notice_words post models",
    "permissions": "models",
    "progress": "figures organisations models",
    "waiting": "models",
    "beginnings": "models",
    "planning": "models",
    "contents": "models",
    "checking": "answers",
    "carrying": "answers",
    "review": "agreement answers reports scoring",
    "segments": "answers",
    "agenda": "scoring answers",
    "preparing": "agenda agreement answers seen standing models",
    "unconfirmed": "wording models",
    "records": "wording models",
    "plans": "agreement scoring",
    "agreement": "answers",
    "summaries": "reports models",
    "standing": "answers models",
    "editions": "actions answers carrying tasks models",
    "meaning": "",
    "before": "answers carrying reports",
    "earlier": "answers before carrying models",
    "coming_along": "answers before carrying earlier models",
    "previous": "answers before carrying models",
    "comparisons": "comparing meaning reports charts scoring models",
    "comparing": "scoring",
    "reports": "agreement answers before charts coming_along comparisons meaning plans scoring wording models",
    "fingerprint": "version_tables models",
    "version_tables": "models",
    "edits": "version_tables marking models",
    "version_edits": "edits version_tables models",
    "links": "remembering models",
    "resemblance": "wording",
    "differences": "links marking remembering tree models",
    "marking": "wording",
    "tree": "remembering statement_cells wording models",
    "statement_cells": "wording",
    "library": "prose remembering models",
    "comparison": "tree wording",
    "search": "search_entries search_excerpts search_query search_words tree library remembering wording models",
    "search_entries": "tree library",
    "search_excerpts": "search_words",
    "search_query": "search_words wording",
    "importing": "models",
    "exports": "tree library differences links remembering models",
    "measure": "pdf",
    "rounding": "counts figures",
    "organisations": "figures models",
    "files": "organisations team models",
    # The form pack of govuk.
    "environment": "rendering",
    "layout": "rendering",
    "rendering": "parameters",
    "parameters": "fields messages",
}
# What the settings are read with. None knows a model, so that it can be there before the apps are.
READ_BY_THE_SETTINGS = (
    *("standards_portal.engines", "standards_portal.environment", "standards_portal.statements"),
    "standards_portal.watching",
    *("people.single_sign_on", "service.logging"),
)
STANDARD_LIBRARY_ONLY = {
    "assessments.scoring",
    "assessments.seen",
    "assessments.answers",
    "assessments.calendars",
    "assessments.charts",
    "assessments.suggestions",
    "insights.organisations.charts",
    "insights.counts",
    "insights.figures",
    "insights.rounding",
    "insights.rounding.adding_up",
    "insights.rounding.labelling",
    "insights.rounding.population",
    "insights.rounding.tree",
}
ONLY_IMPORTER = {"weasyprint": "documents.pdf", "xlsxwriter": "documents.workbook"}
VAGUE = re.compile(r"^(utils?|core|common|services?|helpers?|mixins?|misc)$")
VAGUE_BUT_OURS = {"service"}  # the app of the pages that serve no piece of work
MOST_LINES = 400
MOST_LINES_OF_A_VIEW = 40
# Pages of one view that show it in another state, and pages that Django asks for by handler.
FOLDERS_OF_DJANGO = {"migrations", "management", "commands"}
HANDLERS = {"bad_request", "permission_denied", "page_not_found", "server_error", "csrf_failure"}
PAGES_BY_ANOTHER_NAME = {
    "form_expired",
    "report_unavailable",
    "report_hidden",
    "assessment_start_closed",
    "assessment_start_choose",
    "version_pdf",
    "file_unavailable",
    "outage",
}


@dataclass(frozen=True)
class Module:
    """One Python file of an app."""

    path: Path
    name: str
    tree: ast.Module
    lines: int

    @property
    def app(self):
        return self.name.split(".")[0]

    @property
    def part(self):
        """Its place within the app: "views" for every file of the package."""
        return f"{self.name}.".split(".")[1]

    def imports(self) -> Iterator[str]:
        """Dotted names of everything imported, wherever it stands; ``from x import y`` gives x and x.y."""
        package = self.name.split(".") if self.path.name == "__init__.py" else self.name.split(".")[:-1]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = package[: len(package) - node.level + 1] if node.level else []
                found = ".".join([*base, *([node.module] if node.module else [])])
                yield found
                yield from (f"{found}.{alias.name}" for alias in node.names)

    def texts(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value

    def functions(self) -> Iterator[ast.FunctionDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))

    def classes(self) -> Iterator[ast.ClassDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))


@dataclass(frozen=True)
class House:
    """The source under ``root``."""

    root: Path

    @cached_property
    def modules(self) -> list[Module]:
        found = []
        for top in sorted(self.root.iterdir()):
            if top.name in ("tests", "benchmarks") or not (top / "__init__.py").exists():
                continue
            for path in sorted(top.rglob("*.py")):
                text = path.read_text("utf-8")
                name = ".".join(path.relative_to(self.root).with_suffix("").parts).removesuffix(".__init__")
                found.append(Module(path, name, ast.parse(text), len(text.splitlines())))
        return found

    @cached_property
    def names(self) -> set[str]:
        return {module.name for module in self.modules}

    def of_app(self, app):
        return [module for module in self.modules if module.app == app]


# The rules: each gives a sentence per fault


def imports_between_apps(house):
    for module in house.modules:
        if module.app not in APPS:
            yield f"{module.name}: the app has no row in APPS"
            continue
        # A dotted path in a string is an import that happens later. "people.User" names a model, not a module.
        dotted = (text for text in module.texts() if "." in text)
        late = (text for text in dotted if text in house.names or text.rpartition(".")[0] in house.names - set(APPS))
        for name in [*module.imports(), *(late if module.app != "standards_portal" else ())]:
            app = name.split(".")[0]
            if app in APPS and app != module.app and app not in APPS[module.app]:
                yield f"{module.name} imports {name}"


def imports_of_the_settings(house):
    for module in house.modules:
        if module.name == "standards_portal.settings":
            yield from (
                f"{module.name} imports {name}"
                for name in module.imports()
                if name.split(".")[0] in APPS and not name.startswith(READ_BY_THE_SETTINGS)
            )


def imports_within_an_app(house):
    for module in house.modules:
        if module.app == "standards_portal" or not module.part:
            continue
        allowed = {module.part, *WITHIN.get(module.part, "").split()}
        for name in module.imports():
            app, _, rest = name.partition(".")
            part = rest.split(".")[0]
            if app == module.app and f"{app}.{part}" in house.names and part not in allowed:
                yield f"{module.name} imports {app}.{part}"


def imports_of_pure_modules(house):
    for module in house.modules:
        if module.name in STANDARD_LIBRARY_ONLY:
            for name in module.imports():
                pure = name in STANDARD_LIBRARY_ONLY or name.rpartition(".")[0] in STANDARD_LIBRARY_ONLY
                if name.split(".")[0] not in sys.stdlib_module_names and not pure:
                    yield f"{module.name} imports {name}"


def imports_with_one_importer(house):
    for module in house.modules:
        for name in module.imports():
            owner = ONLY_IMPORTER.get(name.split(".")[0])
            if owner and module.name != owner:
                yield f"{module.name} imports {name}"


def vague_names(house):
    for module in house.modules:
        for word in module.name.split("."):
            if VAGUE.match(word) and word not in VAGUE_BUT_OURS:
                yield f"{module.name}: the name says nothing"


def folders_with_one_file(house):
    for folder in sorted({module.path.parent for module in house.modules} - {house.root / app for app in APPS}):
        files = [path for path in folder.iterdir() if path.name not in ("__init__.py", "__pycache__")]
        if len(files) == 1 and files[0].suffix == ".py" and folder.name not in FOLDERS_OF_DJANGO:
            yield f"{folder.relative_to(house.root)}: a folder with one file"


def save_overrides(house):
    for module in house.modules:
        for each in module.classes():
            for node in each.body:
                if isinstance(node, ast.FunctionDef) and node.name == "save":
                    yield f"{module.name}.{each.name} overrides save()"


def signals(house):
    for module in house.modules:
        for name in module.imports():
            # The worker's own tell which task it runs, and nothing else does.
            if name.startswith("django.dispatch") or ("signals" in name.split(".") and "django_tasks" not in name):
                yield f"{module.name} imports {name}"


def long_files(house):
    """Python files of the apps but for migrations, which are written by Django; templates, and style sheets and scripts of ours."""
    own = [module.path for module in house.modules if module.part != "migrations"]
    for folder, ending in (("templates", "*.html"), ("static", "*.css"), ("static", "*.js"), ("script", "*")):
        own += [path for path in (house.root / folder).rglob(ending) if path.is_file() and "vendor" not in path.parts]
    for path in own:
        lines = len(path.read_text("utf-8").splitlines())
        if lines > MOST_LINES:
            yield f"{path.relative_to(house.root)} has {lines} lines"


def views_of(house):
    """Every function of a view's module that takes a request."""
    for module in house.modules:
        if module.part == "views":
            for function in module.tree.body:
                if isinstance(function, ast.FunctionDef) and [a.arg for a in function.args.args][:1] == ["request"]:
                    yield module, function


def long_views(house):
    for module, function in views_of(house):
        first = min([function.lineno, *(each.lineno for each in function.decorator_list)])
        lines = function.end_lineno - first + 1
        if lines > MOST_LINES_OF_A_VIEW:
            yield f"{module.name}.{function.name} has {lines} lines"


def routes_of(house) -> Iterator[tuple[Module, str, str]]:
    """Module, view function and name of every route that is written with path() or re_path(); "" where there is none."""
    for module in house.modules:
        if module.part != "urls":
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("path", "re_path"):
                view = node.args[1]
                if isinstance(view, ast.Call) or ast.unparse(view).startswith("admin."):
                    continue
                named = next((each.value.value for each in node.keywords if each.arg == "name"), "")
                yield module, ast.unparse(view).rpartition(".")[2], named


def words_of_routes(house):
    for module, view, name in routes_of(house):
        if not name:
            yield f"{module.name}: the route to {view} has no name"
        elif name != view.replace("_", "-"):
            yield f"{module.name}: {name} leads to {view}"


def words_of_templates(house):
    for app in sorted(APPS.keys() - FOUNDATION):
        views = {function.name: function for module, function in views_of(house) if module.app == app}
        views = {name: function for name, function in views.items() if not name.startswith("_")}
        folder = house.root / "templates" / app
        pages = {path.stem for path in folder.glob("*.html")} if folder.is_dir() else set()
        texts = {text for module in house.of_app(app) for text in module.texts()}
        for page in sorted(page for page in pages if not page.startswith("_")):
            if f"{app}/{page}.html" not in texts:
                yield f"{app}/{page}.html is drawn by nothing"
            elif page not in views.keys() | HANDLERS | PAGES_BY_ANOTHER_NAME:
                yield f"{app}/{page}.html has the name of no view"
        for name, function in views.items():
            drawn = {node.value for node in ast.walk(function) if isinstance(node, ast.Constant)}
            for other in views.keys() - {name}:
                if f"{app}/{other}.html" in drawn:
                    yield f"{app}: {name} draws {other}.html"


# Read once; each rule only looks.
OURS = House(ROOT)
RULES = [
    imports_between_apps,
    imports_of_the_settings,
    imports_within_an_app,
    imports_of_pure_modules,
    imports_with_one_importer,
    vague_names,
    folders_with_one_file,
    save_overrides,
    signals,
    long_files,
    long_views,
    words_of_routes,
    words_of_templates,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps(rule):
    assert list(rule(OURS)) == []


def test_the_whole_house_is_read():
    house = OURS
    assert set(APPS) - {module.app for module in house.modules} <= {"insights", "privacy"}
    assert {"assessments.views.ratings", "people.models", "documents.pdf"} <= house.names
    assert {"assessment-detail", "rating-save", "home", "account-detail"} <= {name for *_, name in routes_of(house)}
    assert {"rating_edit", "home", "account_detail"} <= {function.name for _, function in views_of(house)}


# The rules on planted faults


def planted(folder, files):
    """A house with these files, by path."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        while path.suffix == ".py" and path.parent != folder and path.parent.name not in ("templates", "static"):
            path = path.parent
            (path / "__init__.py").touch()
    return House(folder)


VIEW = "def rating_edit(request):\n    return render(request, 'assessments/rating_edit.html')\n"
SOUND = {
    "standards_portal/urls.py": "from assessments import urls\nimport service.urls\n",
    "standards_portal/settings.py": "import os\nMIDDLEWARE = ['service.middleware.held_posts']\n",
    "service/middleware.py": "from . import held_posts\nfrom assessments.models import Assessment\n",
    "service/held_posts.py": "",
    "assessments/urls.py": "from .views import ratings\nurlpatterns = [path('', ratings.rating_edit, name='rating-edit')]\n",
    "assessments/views/ratings.py": f"from .. import permissions\nfrom ..models import Rating\n{VIEW}",
    "assessments/views/other.py": "",
    "assessments/permissions.py": "from .models import Rating\n",
    "assessments/models/rating.py": "from standards.models import Statement\nfrom .assessment import Assessment\n",
    "assessments/models/assessment.py": "OWNER = 'people.User'\n",
    "assessments/scoring.py": "import dataclasses\nfrom collections.abc import Mapping\n",
    "documents/pdf.py": "def render_pdf():\n    import weasyprint\n",
    "standards/models.py": "from django.db import models\n",
    "people/models.py": "from govuk import fields\n",
    "assessments/models/evidence.py": "",
    "govuk/fields.py": "",
    "templates/assessments/rating_edit.html": "",
    "templates/assessments/_row.html": "",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_sound_house_has_no_fault(rule, tmp_path):
    assert list(rule(planted(tmp_path, SOUND))) == []


@pytest.mark.parametrize(
    ("rule", "path", "text", "fault"),
    [
        (
            imports_between_apps,
            "people/views.py",
            "from standards.models import Area",
            "people.views imports standards.models",
        ),
        (
            imports_between_apps,
            "people/views.py",
            "def late():\n    import assessments",
            "people.views imports assessments",
        ),
        (imports_between_apps, "assessments/x.py", "from service import views", "assessments.x imports service"),
        (
            imports_between_apps,
            "assessments/x.py",
            "import standards_portal.settings",
            "assessments.x imports standards_portal.settings",
        ),
        (imports_between_apps, "govuk/x.py", "from people.models import User", "govuk.x imports people.models"),
        (imports_between_apps, "documents/x.py", "import govuk.fields", "documents.x imports govuk.fields"),
        (imports_between_apps, "privacy/x.py", "import service.held_posts", "privacy.x imports service.held_posts"),
        (
            imports_between_apps,
            "people/x.py",
            "import_string('service.held_posts.hold')",
            "people.x imports service.held_posts.hold",
        ),
        (imports_between_apps, "people/x.py", "NAME = 'assessments.models'", "people.x imports assessments.models"),
        (imports_between_apps, "reports/x.py", "", "reports.x: the app has no row in APPS"),
        (
            imports_of_the_settings,
            "standards_portal/settings.py",
            "from people.models import User",
            "standards_portal.settings imports people.models",
        ),
        (
            imports_within_an_app,
            "assessments/models/rating.py",
            "from ..permissions import can",
            "assessments.models.rating imports assessments.permissions",
        ),
        (
            imports_within_an_app,
            "assessments/models/rating.py",
            "from .. import permissions",
            "assessments.models.rating imports assessments.permissions",
        ),
        (
            imports_within_an_app,
            "assessments/permissions.py",
            "import assessments.views.ratings",
            "assessments.permissions imports assessments.views",
        ),
        (
            imports_within_an_app,
            "assessments/urls.py",
            "from .models import Rating",
            "assessments.urls imports assessments.models",
        ),
        (
            imports_within_an_app,
            "assessments/scoring.py",
            "from .models import Rating",
            "assessments.scoring imports assessments.models",
        ),
        (
            imports_within_an_app,
            "assessments/sundry.py",
            "from .models import Rating",
            "assessments.sundry imports assessments.models",
        ),
        (
            imports_of_pure_modules,
            "assessments/scoring.py",
            "def late():\n    from django.db import models",
            "assessments.scoring imports django.db",
        ),
        (
            imports_with_one_importer,
            "assessments/x.py",
            "from weasyprint import HTML",
            "assessments.x imports weasyprint",
        ),
        (vague_names, "people/utils.py", "", "people.utils: the name says nothing"),
        (vague_names, "people/helpers/names.py", "", "people.helpers.names: the name says nothing"),
        (vague_names, "core/models.py", "", "core: the name says nothing"),
        (folders_with_one_file, "people/forms/person.py", "", "people/forms: a folder with one file"),
        (
            save_overrides,
            "people/models.py",
            "class User:\n    def save(self): ...",
            "people.models.User overrides save()",
        ),
        (
            signals,
            "people/x.py",
            "from django.db.models.signals import post_save",
            "people.x imports django.db.models.signals",
        ),
        (signals, "people/x.py", "from django.db.models import signals", "people.x imports django.db.models.signals"),
        (signals, "people/x.py", "from django.dispatch import receiver", "people.x imports django.dispatch"),
        (long_files, "people/x.py", "\n" * 401, "people/x.py has 401 lines"),
        (long_files, "templates/people/x.html", "\n" * 401, "templates/people/x.html has 401 lines"),
        (long_files, "static/x.css", "\n" * 401, "static/x.css has 401 lines"),
        (
            long_views,
            "people/views.py",
            "@decorated\ndef person_edit(request):\n" + "    x = 1\n" * 39,
            "people.views.person_edit has 41 lines",
        ),
        (
            words_of_routes,
            "people/urls.py",
            "urlpatterns = [path('x/', views.person_edit, name='person-change')]",
            "people.urls: person-change leads to person_edit",
        ),
        (
            words_of_routes,
            "people/urls.py",
            "if DEMO:\n    urls = [path('x/', person_edit)]",
            "people.urls: the route to person_edit has no name",
        ),
        (
            words_of_templates,
            "templates/assessments/rating_old.html",
            "",
            "assessments/rating_old.html is drawn by nothing",
        ),
        (
            words_of_templates,
            "assessments/views/other.py",
            VIEW.replace("rating_edit", "goal_edit", 1),
            "assessments: goal_edit draws rating_edit.html",
        ),
        (
            words_of_templates,
            "assessments/views/ratings.py",
            VIEW.replace("rating_edit(", "goal_edit("),
            "assessments/rating_edit.html has the name of no view",
        ),
    ],
)
def test_a_planted_fault_is_found(rule, path, text, fault, tmp_path):
    found = list(rule(planted(tmp_path, SOUND | {path: text})))
    assert any(each.startswith(fault) for each in found), found
