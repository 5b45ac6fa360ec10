"""`python -m bench.company_gains COMPANY PLAN`: the company holds a membership from now on; prints its id."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.utils import timezone  # noqa: E402 - models can be imported only after setup()

from hub.members import operations  # noqa: E402
from hub.members.models import Membership  # noqa: E402

if __name__ == "__main__":
    company, plan = map(int, sys.argv[1:3])
    gained = Membership(company_id=company, plan_id=plan, starts_at=timezone.now())
    print(operations.save_membership(gained).pk)
