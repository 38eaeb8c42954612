"""Template tags of the frame."""

from django import template

register = template.Library()
