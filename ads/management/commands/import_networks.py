"""Makes the list of data-centre networks out of what their owners publish."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ads.validity import importing
from ads.validity.networks import NotANetwork


class Command(BaseCommand):
    help = (
        "Reads published lists of networks (the JSON of AWS, Google Cloud, Azure or Oracle, or text with one network "
        "a line or in the first column) and writes them, joined, to CHENGFENG_DATACENTRE_NETWORKS."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--to", type=Path, default=None, help="another file than the setting names")

    def handle(self, *args, files, to, **options):
        target = to or (Path(settings.DATA_CENTRE_NETWORKS) if settings.DATA_CENTRE_NETWORKS else None)
        if target is None:
            raise CommandError("Set CHENGFENG_DATACENTRE_NETWORKS, or name a file with --to.")
        try:
            written = importing.write(files, target)
        except (OSError, NotANetwork) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{written} networks in {target}")
