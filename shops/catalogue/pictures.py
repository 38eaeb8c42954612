"""Pictures from outside: measured before they are opened, drawn anew, named by us."""

import secrets
import warnings
from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 10 * 2**20
MAX_PIXELS = 40_000_000
MAX_SIDE = 1600
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
ACCEPT = "image/jpeg,image/png,image/webp,image/gif"


def redrawn(upload: UploadedFile) -> ContentFile:
    """Return the picture as WebP of at most 1,600 pixels a side, with a generated name and nothing of the old file.

    Raises ValidationError when it is too large, in pixels too, or no picture at all.
    """
    if upload.size > MAX_BYTES:
        raise ValidationError(_("The picture is larger than %(limit)s MB.") % {"limit": MAX_BYTES >> 20}, "too_large")
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(upload, formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise ValidationError(_("The picture has more than 40 million pixels."), "too_large")
            return ContentFile(_webp(picture), name=f"{secrets.token_hex(12)}.webp")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise ValidationError(_("This is no picture that can be read: JPEG, PNG, WebP or GIF."), "invalid") from error


def _webp(picture: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((MAX_SIDE, MAX_SIDE))
    out = BytesIO()
    upright.convert("RGBA" if upright.has_transparency_data else "RGB").save(out, "WEBP", quality=82)
    return out.getvalue()
