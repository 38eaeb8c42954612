"""Imports one catalogue file for one merchant, and tells the seconds and the most memory that it took."""

import json
import resource
import sys
import time

import django


def main(file: str, merchant: str) -> None:
    django.setup()
    from django.utils import timezone

    from shops.catalogue.importing import import_file
    from shops.models import Merchant

    begun = time.perf_counter()
    done = import_file(Merchant.objects.get(code=merchant), file, is_dry=False, at=timezone.now())
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    json.dump({"created": done.created, "seconds": seconds, "max_rss_mib": peak}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
