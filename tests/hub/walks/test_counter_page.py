"""A phone as a counter: its camera sees a real QR code. And a PC with a scanner that types."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User

from contract.card import qr_text
from hub.access.roles import Role
from hub.checkins.models import CheckIn
from hub.members import operations as members
from hub.members import profile_operations as profiles
from tests.hub.colleagues import a_user
from tests.hub.scanned_club import ScannedClub, scanned_club
from tests.hub.served import served
from tests.hub.test_scan_page import a_jpeg
from tests.hub.walks.counter_phone import PLAIN_HOST, CounterPhone
from tests.hub.walks.page_rules import other_hosts, violations

PHONE = {"width": 390, "height": 844}
# Notes that were begun, and looks through the camera, counted from here on.
COUNTED = """window.notes = window.looks = 0;
const start = OscillatorNode.prototype.start, detector = BarcodeDetectionAPI.BarcodeDetector.prototype;
const detect = detector.detect;
OscillatorNode.prototype.start = function (...given) { notes += 1; return start.apply(this, given); };
detector.detect = function (...given) { return detect.apply(this, given).finally(() => { looks += 1; }); };0"""
HEARD = "sound?.state === 'running'"
RESULT = "document.getElementById('result').innerText"


@pytest.fixture
def here(sqlite_database: object) -> ScannedClub:
    return scanned_club()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CounterPhone]:
    phone = CounterPhone(tmp_path_factory.mktemp("counter"))
    yield phone
    phone.close()


@pytest.fixture
def phone(browser: CounterPhone, here: ScannedClub) -> Iterator[CounterPhone]:
    profiles.set_photo(here.anna, a_jpeg())
    with served() as hub:
        browser.errors.clear()
        browser.requests.clear()
        browser.wears(**PHONE)
        browser.sign_in(hub, a_user("colleague", Role.STAFF))
        browser.open("/counter/")
        yield browser
        assert browser.complaints() == []
        assert [each for each in other_hosts(browser) if PLAIN_HOST not in each] == []
        browser.go("about:blank")


def looked_at(phone: CounterPhone, name: str) -> None:
    """In light and dark: it fits, and axe finds nothing."""
    for dark in (True, False):
        phone.wears(**PHONE, dark=dark)
        phone.fits()
        assert violations(phone) == []
        phone.keep(f"counter_{name}_{'dark' if dark else 'light'}")


def uses_glasses_at_once(phone: CounterPhone) -> None:
    phone.look("""(() => { const form = document.querySelector('.choosing form');
        form.benefit.value = 'glass-of-wine'; form.when.value = 'at-once'; })()""")
    phone.click("Remember on this device")
    phone.sees("Used as soon as a card is scanned.")
    phone.until("document.readyState === 'complete' && !document.getElementById('mute').hidden")


def result_says(phone: CounterPhone, text: str) -> None:
    phone.until(f"!document.body.classList.contains('asking') && {RESULT}.includes({text!r})")


def test_a_glass_is_redeemed_before_the_camera(phone: CounterPhone, here: ScannedClub) -> None:
    looked_at(phone, "choosing")
    uses_glasses_at_once(phone)
    looked_at(phone, "ready")
    phone.allows_camera("granted")
    phone.camera_sees(qr_text(phone.hub, here.code))
    phone.look(COUNTED)
    phone.tap("h1")
    phone.until(HEARD)
    phone.tap("[data-does=start]")
    result_says(phone, "Redeemed")
    result_says(phone, "Anna Maria Bauer")
    # Held there all the while, it is one scan.
    phone.until("looks > 12")
    assert CheckIn.objects.get().counted
    phone.until("notes === 2")
    phone.until("document.querySelector('.portrait').naturalWidth > 0")
    phone.until("document.querySelectorAll('#history li.green').length === 1")
    looked_at(phone, "redeemed")
    phone.click("Undo")
    result_says(phone, "it counts no more")
    phone.click("Stop the camera")
    phone.until("!document.querySelector('.camera.on')")
    phone.camera_sees(None)


def test_a_card_that_a_member_carries_already_is_shown(phone: CounterPhone, here: ScannedClub) -> None:
    members.import_card(here.anna, "4006381333931")
    phone.allows_camera("granted")
    phone.camera_sees("4006381333931")
    phone.click("Use the camera")
    result_says(phone, "Anna Maria Bauer")
    assert not CheckIn.objects.exists()
    phone.camera_sees(None)


def test_a_card_is_shown_and_pressed_on_the_page(phone: CounterPhone, here: ScannedClub) -> None:
    phone.scanner_types(qr_text("https://club.example", here.code))
    result_says(phone, "Connoisseur")
    looked_at(phone, "card")
    assert not CheckIn.objects.exists()
    phone.click("Redeem", "#result")
    result_says(phone, "Redeem Glass of wine?")
    phone.click("Yes, redeem it", "#result")
    result_says(phone, "Redeemed")
    assert phone.look("location.pathname") == "/counter/"
    assert CheckIn.objects.count() == 1


@pytest.mark.parametrize("end", ["Enter", "Tab"])
def test_a_scanner_types_wherever_the_focus_is_and_twice_is_once(
    phone: CounterPhone, here: ScannedClub, end: str
) -> None:
    uses_glasses_at_once(phone)
    phone.key("Tab")
    phone.until(HEARD)
    phone.look(f"document.getElementById('mute').focus(); {COUNTED}")
    text = qr_text("https://club.example", here.code)
    phone.scanner_types(text, end)
    phone.scanner_types(text, end)
    phone.scanner_types("nothing-of-ours", end)
    phone.until("document.querySelectorAll('#history li').length === 2")
    result_says(phone, "This card is not known here")
    assert list(CheckIn.objects.order_by("number").values_list("reason", flat=True)) == ["granted", "unknown_card"]
    assert phone.look("document.getElementById('mute').getAttribute('aria-pressed')") == "false"
    phone.until("notes === 3")
    looked_at(phone, "unknown")
    phone.click("Mute")
    phone.scanner_types("another-one", end)
    phone.until("document.querySelectorAll('#history li').length === 3")
    assert phone.look("notes") == 3
    phone.click("Mute")


def test_a_hub_that_was_away_counts_once(phone: CounterPhone, here: ScannedClub) -> None:
    uses_glasses_at_once(phone)
    phone.is_offline(True)
    phone.scanner_types(here.code)
    result_says(phone, "The hub was not reached")
    looked_at(phone, "unreached")
    phone.is_offline(False)
    phone.click("Try again")
    result_says(phone, "Redeemed")
    assert CheckIn.objects.count() == 1
    phone.errors[:] = [each for each in phone.errors if "ERR_INTERNET_DISCONNECTED" not in each]


def test_a_page_that_is_loaded_again_knows_what_was_not_answered(phone: CounterPhone, here: ScannedClub) -> None:
    uses_glasses_at_once(phone)
    phone.is_offline(True)
    phone.scanner_types(here.code)
    result_says(phone, "The hub was not reached")
    sent = bytes.fromhex(phone.look("unanswered.values().next().value.id"))
    phone.is_offline(False)
    phone.open("/counter/")
    phone.scanner_types(here.code)
    result_says(phone, "Redeemed")
    assert bytes(CheckIn.objects.get().checkin_id) == sent
    assert phone.look("sessionStorage.getItem('unanswered')") == "[]"
    phone.errors[:] = [each for each in phone.errors if "ERR_INTERNET_DISCONNECTED" not in each]


def goes_on(phone: CounterPhone, minutes: int) -> None:
    phone.look(f"(() => {{ const now = Date.now; Date.now = () => now() + {minutes * 60_000}; }})()")


def test_what_was_not_answered_is_sent_again_for_a_quarter_of_an_hour(
    phone: CounterPhone, here: ScannedClub
) -> None:
    uses_glasses_at_once(phone)
    phone.is_offline(True)
    phone.scanner_types(here.code)
    result_says(phone, "The hub was not reached")
    goes_on(phone, 14)
    sent = bytes.fromhex(phone.look("unanswered.values().next().value.id"))
    phone.scanner_types(here.code)
    result_says(phone, "The hub was not reached")
    assert bytes.fromhex(phone.look("unanswered.values().next().value.id")) == sent
    goes_on(phone, 2)
    phone.is_offline(False)
    phone.click("Try again")
    result_says(phone, "That was more than 15 minutes ago")
    looked_at(phone, "late")
    assert not CheckIn.objects.exists()
    phone.scanner_types(here.code)
    result_says(phone, "Redeemed")
    assert bytes(CheckIn.objects.get().checkin_id) != sent
    phone.errors[:] = [each for each in phone.errors if "ERR_INTERNET_DISCONNECTED" not in each]


def test_a_camera_that_is_refused_says_what_to_do(phone: CounterPhone) -> None:
    phone.allows_camera("denied")
    phone.click("Use the camera")
    phone.sees("The camera is not allowed for this page.")
    looked_at(phone, "refused")
    phone.allows_camera("granted")
    phone.click("Use the camera")
    phone.until("!!document.querySelector('.camera.on') && !document.body.innerText.includes('not allowed')")
    phone.look("document.getElementById('text').focus()")
    phone.key("Tab")
    assert phone.look("document.activeElement.tagName") == "BUTTON"


def test_without_https_the_field_is_there(
    phone: CounterPhone, here: ScannedClub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.ALLOWED_HOSTS", [PLAIN_HOST])
    phone.sign_in(phone.hub.replace("127.0.0.1", PLAIN_HOST), User.objects.get())
    phone.requests.clear()
    phone.open("/counter/")
    phone.click("Use the camera")
    phone.sees("Browsers give the camera to https pages alone.")
    phone.scanner_types(here.code)
    result_says(phone, "Anna Maria Bauer")
    phone.errors[:] = [each for each in phone.errors if "Cross-Origin-Opener-Policy" not in each]


def test_without_scripts_it_is_a_plain_form(phone: CounterPhone, here: ScannedClub) -> None:
    phone._call("Emulation.setScriptExecutionDisabled", {"value": True})
    phone.open("/counter/")
    phone.write("#text", here.code)
    phone.click("Look")
    phone.sees("Connoisseur")
    assert phone.look("document.getElementById('camera').checkVisibility()") is False
    phone.keep("counter_plain")
    phone._call("Emulation.setScriptExecutionDisabled", {"value": False})
