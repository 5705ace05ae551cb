"""Pages of the admin that take a CSV file: uploaded, then shown row by row, then confirmed. Its text travels with the page."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from ..actions import NotImportable
from ..csv_files import Unreadable
from ..forms import CsvForm

# A browser draws no more in good time; what is wrong and what would change is drawn first.
MOST_SHOWN = 2000
CHANGED_MEANWHILE = "Somebody changed the organisations meanwhile, and nothing was done. Look at the rows again."


@dataclass(frozen=True)
class CsvPage:
    """What is particular to one such page.

    columns   of the file, as the table shows them
    plan      (content, request) -> what each row would do: ``cells``, ``does``, ``error``, ``changes``. Raises ``Unreadable``
    apply     (content, rows, request) -> a message of what was done. Raises ``NotImportable``
    is_whole  nothing is done while a row has an error; otherwise those rows are left out
    """

    title: str
    columns: tuple[str, ...]
    said: str
    button: str
    back: str
    download: str
    most_bytes: int
    plan: Callable
    apply: Callable
    is_whole: bool

    def answer(self, request, model_admin):
        """The page itself; led back to the list once the file is applied."""
        is_confirmed = "content" in request.POST
        form = CsvForm(*((request.POST, request.FILES) if request.method == "POST" and not is_confirmed else ()))
        content = None
        if is_confirmed:
            content = request.POST["content"].encode("utf-8", "replace")
        elif form.is_valid():
            content = form.cleaned_data["file"].read(self.most_bytes + 1)
        rows, error = [], ""
        if content is not None:
            try:
                rows = self.plan(content, request)
                if is_confirmed and self._may_be_applied(rows):
                    messages.success(request, self.apply(content, rows, request))
                    return redirect(self.back)
            except Unreadable as unreadable:
                error = str(unreadable)
            except NotImportable:
                rows, error = self.plan(content, request), CHANGED_MEANWHILE
        return self._draw(request, model_admin, form, rows, content, error)

    def _may_be_applied(self, rows):
        return any(row.changes for row in rows) and not (self.is_whole and any(row.error for row in rows))

    def _draw(self, request, model_admin, form, rows, content, error):
        wrong = sum(bool(row.error) for row in rows)
        changes = sum(row.changes for row in rows)
        shown = rows
        if len(rows) > MOST_SHOWN:
            shown = sorted(rows, key=lambda row: (not row.error, not row.changes))[:MOST_SHOWN]
        context = model_admin.admin_site.each_context(request) | {
            "title": self.title,
            "page": self,
            "opts": model_admin.opts,
            "back_path": reverse(self.back),
            "form": form,
            "error": error or ("" if content is not None else next(iter(form.errors.get("file", ())), "")),
            "rows": shown,
            "hidden": len(rows) - len(shown),
            "total": len(rows),
            "content": content.decode("utf-8-sig", "replace") if rows else "",
            "may_be_applied": self._may_be_applied(rows),
            "changes": changes,
            "wrong": wrong,
            "idle": len(rows) - changes - wrong,
        }
        status = 422 if error or form.errors or (wrong and self.is_whole) else 200
        return TemplateResponse(request, "admin/people/import_page.html", context, status=status)
