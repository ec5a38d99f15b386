"""The operator's pages: who belongs where, and a look at everything that is kept; what is decided stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from milestones.models import (
    Binding,
    Decision,
    Delivery,
    Dismissal,
    Judgement,
    Membership,
    Milestone,
    Project,
    Promotion,
    SignOff,
    UploadToken,
)

if TYPE_CHECKING:  # only the stubs know what model a page is about
    RowAdmin = admin.ModelAdmin[Any]
    RowInline = admin.TabularInline[Any, Any]
else:
    RowAdmin, RowInline = admin.ModelAdmin, admin.TabularInline


class KeptAdmin(RowAdmin):
    """Rows that are looked at and never changed by hand."""

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False


class MembershipInline(RowInline):
    model = Membership
    extra = 1
    autocomplete_fields = ("user",)


@admin.register(Project)
class ProjectAdmin(RowAdmin):
    list_display = ("slug", "name", "source", "sha")
    search_fields = ("slug", "name", "source")
    fields = ("slug", "name", "source", "default_branch", "pinned_revision", "docs_revision", "policy_text", "sha")
    readonly_fields = ("slug", "source", "sha")
    inlines = (MembershipInline,)

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False  # a project begins with `manage.py track`


@admin.register(UploadToken)
class UploadTokenAdmin(RowAdmin):
    list_display = ("prefix", "label", "project", "created_at", "expires_at")
    list_filter = ("project",)
    fields = ("project", "label", "prefix", "created_at", "expires_at")
    readonly_fields = ("project", "prefix", "created_at")

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False  # shown once, by `manage.py upload_token`


@admin.register(Delivery)
class DeliveryAdmin(KeptAdmin):
    list_display = ("pk", "project", "channel", "kind", "state", "attempts", "received_at", "sentence")
    list_filter = ("state", "channel", "kind", "project")
    exclude = ("body",)


@admin.register(Milestone)
class MilestoneAdmin(KeptAdmin):
    list_display = ("key", "title", "project", "status", "path", "line", "gone")
    list_filter = ("project", "status", "gone")


@admin.register(Judgement)
class JudgementAdmin(KeptAdmin):
    list_display = ("sha", "number", "project", "judged_at")
    list_filter = ("project",)


@admin.register(Promotion)
class PromotionAdmin(KeptAdmin):
    list_display = ("milestone", "sha", "approved", "by", "at")
    list_filter = ("approved",)


@admin.register(SignOff)
class SignOffAdmin(KeptAdmin):
    list_display = ("milestone_key", "text", "project", "sha", "by", "at")
    list_filter = ("project",)


@admin.register(Binding)
class BindingAdmin(KeptAdmin):
    list_display = ("milestone_key", "text", "gate", "project", "by", "at")
    list_filter = ("project",)


@admin.register(Dismissal)
class DismissalAdmin(KeptAdmin):
    list_display = ("rule", "message", "reason", "project", "by", "at")
    list_filter = ("project", "rule")


@admin.register(Decision)
class DecisionAdmin(KeptAdmin):
    list_display = ("number", "at", "actor", "verb", "subject", "project")
    list_filter = ("verb", "project")
