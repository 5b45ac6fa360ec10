"""`python -m demo.fake_stripe --port 12111 --webhook ADDRESS`: the fake as a process, for the demo.

Its key and the webhooks' secret come by the environment: DOORWARD_STRIPE_KEY, DOORWARD_STRIPE_WEBHOOK_SECRET.
"""

import argparse
import os
import time

from demo.fake_stripe import life
from demo.fake_stripe.control import Fake, new_fake
from demo.fake_stripe.server import serving
from demo.fake_stripe.webhooks import post_to

_LOOK_S = 0.25


def main() -> None:
    parser = argparse.ArgumentParser(prog="demo.fake_stripe", description="A Stripe for trying out.")
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--webhook", required=True, help="the hub's address for events")
    chosen = parser.parse_args()
    key = os.environ.get("DOORWARD_STRIPE_KEY", "sk_test_demo")
    secret = os.environ.get("DOORWARD_STRIPE_WEBHOOK_SECRET", "whsec_demo")
    with serving(new_fake(post_to(chosen.webhook), key, secret), chosen.port) as fake:
        print(f"a Stripe for trying out: {fake.address}", flush=True)
        _run(fake)


def _run(fake: Fake) -> None:
    while True:
        with fake.world.lock:
            life.advance(fake.world, fake.now)
        fake.webhooks.deliver()
        time.sleep(_LOOK_S)


if __name__ == "__main__":
    main()
