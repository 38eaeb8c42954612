"""Serves the site: web server, worker and beat, each revived when it dies."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chengfeng import serving, supervisor


class Command(BaseCommand):
    """`manage.py serve`: until Ctrl-C or SIGTERM; PostgreSQL is left running."""

    help = "Run the web server, the worker and the beat, and keep them alive."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=serving.HOST)
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        supervisor.end_on_signals()
        try:
            serving.serve(host=options["host"], port=options["port"])
        except serving.PortTakenError as error:
            raise CommandError(str(error)) from None
