"""`python -m demo run [--once]` and `python -m demo scan CODE`; `make demo` and `make scan` call these."""

import argparse
import signal
import sys
from pathlib import Path

from demo.club import OWNER, READERS, Club
from demo.processes import DemoError
from demo.scan_socket import ScanSocket, ask_to_scan, is_running
from demo.table import Table
from demo.tour import run_tour

_FOLDER = Path(__file__).resolve().parent.parent / ".demo"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m demo", description="A whole club on this machine.")
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="where everything is written (.demo)")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="start the club, scan a tour, stay up until Ctrl-C")
    run.add_argument("--once", action="store_true", help="end after the tour; exit 0 only if all is as expected")
    scan = commands.add_parser("scan", help="scan a card at the running demo")
    scan.add_argument("--reader", default="door", choices=READERS)
    scan.add_argument("code", help="a card's code, or any other text")
    arguments = parser.parse_args()
    try:
        if arguments.command == "run":
            return _run(arguments.folder, arguments.once)
        return _scan(arguments.folder, arguments.reader, arguments.code)
    except DemoError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1


def _run(folder: Path, once: bool) -> int:
    # SIGINT too: who starts the demo in the background may have it ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: _interrupt())
    if is_running(folder):
        raise DemoError("a demo is already running here; end it with Ctrl-C first")
    club = Club(folder, say=lambda text: print(f"  {text}", flush=True))
    print(f"Doorward, a whole club on this machine (everything it writes is in {folder.name}/)", flush=True)
    try:
        club.start()
        try:
            print(flush=True)
            right, scanned = run_tour(club, Table())
            print(f"{right} of {scanned} as expected", flush=True)
            if once:
                return 0 if right == scanned else 1
            _stay_up(club)
        finally:
            print("\nEnding edge, hub and broker ...", flush=True)
            club.stop()
    except KeyboardInterrupt:
        return 130 if once else 0
    return 0


def _stay_up(club: Club) -> None:
    listening = ScanSocket(club)
    print("\nThe cards of this club:")
    for card in club.seeded["cards"]:
        print(f"  {card['code']:<22} {card['who']}")
    print(f"  {club.seeded['unknown_code']:<22} (no card has this code)")
    print(
        f"""
The club stays up until Ctrl-C; the next run begins with a new one.
  hub              {club.hub_url}/
  sign in as       {OWNER}
  password         {club.password}   (made for this run)
  cards to print   {club.hub_url}/desk/cards/print/
  check-ins        {club.hub_url}/desk/checkins/
  scan a card      make scan CODE={club.card("full")["code"]}
                   make scan CODE={club.card("full")["code"]} READER=counter
  a member's card  {club.seeded["links"]["member"]}
  a partner        {club.seeded["links"]["partner"]}
                   (each in a browser of its own is a phone: the partner's opens a card's address and redeems)
  join             {club.hub_url}/join/
  a website        {club.website_url}/ and, logged in there, {club.website_url}/logged-in
                   (paying is tried out at a provider that is made up; letters lie in {club.mail_folder}/)
End a membership in the hub and scan again: the next scan knows.""",
        flush=True,
    )
    try:
        signal.pause()
    finally:
        listening.close()


def _scan(folder: Path, reader: str, code: str) -> int:
    if not code:
        raise DemoError("which card? make scan CODE=… (the demo lists its codes when it has started)")
    result = ask_to_scan(folder, reader, code)
    table = Table()
    table.print_head()
    table.print_row(code if code.isprintable() else "(unprintable)", result)
    return 0


def _interrupt() -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
