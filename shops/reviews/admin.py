"""The operator's view of reviews and their photos."""

from django.contrib import admin

from chengfeng.admin import ReadOnlyAdmin, ReadOnlyInline

from .models import Review, ReviewPhoto


class ReviewPhotoInline(ReadOnlyInline):
    model = ReviewPhoto
    fields = ["place", "image"]


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ["code", "merchant", "product", "author", "stars", "created_at", "replied_at", "hidden_at"]
    list_filter = ["stars"]
    list_select_related = ["merchant", "product"]
    search_fields = ["code", "cause", "merchant__code", "text"]
    date_hierarchy = "created_at"
    ordering = ["-pk"]
    inlines = [ReviewPhotoInline]


@admin.register(ReviewPhoto)
class ReviewPhotoAdmin(ReadOnlyAdmin):
    list_display = ["review", "place", "image"]
    list_select_related = ["review"]
    search_fields = ["review__code"]
    ordering = ["-pk"]
