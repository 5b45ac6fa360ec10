"""Photos and notes: what becomes of a picture, what is refused, who may delete what, and what the log says."""

import io
import struct
import zlib

import pytest
from django.contrib.auth.models import User
from PIL import Image

from hub.audit.models import Entry
from hub.feed import queries as feed_queries
from hub.feed.operations import EVERYONE
from hub.members import operations, photos, profile_operations
from hub.members.models import Company, CompanyNote, CustomerNote, CustomerPhoto
from hub.members.photos import PhotoRefused
from hub.members.profile_operations import NotesRefused
from tests.hub.people import AT, a_customer

ORIENTATION, GPS = 0x0112, 0x8825


def picture(form: str = "PNG", size: tuple[int, int] = (900, 600), mode: str = "RGB", **options: object) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, "red").save(written, form, **options)
    return written.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    assert image.format == "JPEG" and image.mode == "RGB"
    return image


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_any_common_picture_becomes_a_small_jpeg(form: str) -> None:
    assert opened(photos.jpeg_of(picture(form))).size == (512, 341)


def test_a_small_one_is_not_blown_up_and_what_is_see_through_becomes_white() -> None:
    seen = opened(photos.jpeg_of(picture(mode="RGBA", size=(40, 30))))
    assert seen.size == (40, 30)
    clear = io.BytesIO()
    Image.new("RGBA", (40, 30), (255, 0, 0, 0)).save(clear, "PNG")
    assert min(opened(photos.jpeg_of(clear.getvalue())).getpixel((20, 15))) > 250
    for mode in ("P", "L", "1", "LA", "CMYK", "I;16"):
        form = "TIFF" if mode in ("CMYK", "I;16") else "PNG"
        given = io.BytesIO()
        Image.new(mode, (40, 30)).save(given, form)
        opened(photos.jpeg_of(given.getvalue()))


def test_it_is_turned_upright_and_loses_what_cameras_add() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    seen = opened(photos.jpeg_of(picture("JPEG", (900, 600), exif=exif, comment=b"secret")))
    assert seen.size == (341, 512)
    assert not dict(seen.getexif()) and not dict(seen.getexif().get_ifd(GPS)) and "comment" not in seen.info


def test_a_large_jpeg_is_read_small() -> None:
    assert opened(photos.jpeg_of(picture("JPEG", (8_000, 6_000), "L"))).size == (512, 384)


def a_bomb(side: int) -> bytes:
    """A small file that says that it is so many pixels wide and high."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"", "cannot be read as a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot be read as a picture"),
        (picture()[:200], "cannot be read as a picture"),
        (picture("JPEG")[:400], "cannot be read as a picture"),
        (b"%PDF-1.7 nothing", "cannot be read as a picture"),
        (a_bomb(60_000), "60 million pixels"),
        (a_bomb(7_740), "13 million pixels"),
        (picture("JPEG", (3_700, 3_700), "L", progressive=True), "13 million pixels"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * photos.BYTES_MAX, "larger than 10 MB"),
    ],
)
def test_what_is_no_picture_is_refused(given: bytes, said: str) -> None:
    with pytest.raises(PhotoRefused, match=said):
        photos.jpeg_of(given)


@pytest.mark.usefixtures("database")
def test_a_photo_is_set_exchanged_and_removed_and_no_edge_hears_of_it() -> None:
    customer = a_customer()
    before = feed_queries.head(EVERYONE)
    one = profile_operations.set_photo(customer, picture())
    two = profile_operations.set_photo(customer, picture(size=(30, 40)))
    assert CustomerPhoto.objects.count() == 1 and one.digest != two.digest
    with pytest.raises(PhotoRefused):
        profile_operations.set_photo(customer, b"nothing")
    assert opened(bytes(CustomerPhoto.objects.get().jpeg)).size == (30, 40)
    for _ in range(2):
        profile_operations.remove_photo(customer)
    assert not CustomerPhoto.objects.exists()
    entries = Entry.objects.filter(customer_id=customer.pk, thing_kind="customerphoto")
    assert [each.action for each in entries] == ["photo removed", "photo set", "photo set"]
    assert feed_queries.head(EVERYONE) == before


@pytest.mark.usefixtures("database")
def test_notes_are_written_and_deleted_by_their_writers_alone() -> None:
    mine, theirs = User.objects.create_user("one"), User.objects.create_user("two")
    customer, company = a_customer(), operations.save_company(Company(name="Club"))
    note = profile_operations.add_customer_note(customer, "  Lost a card.\nTwice. ", mine, AT)
    profile_operations.add_company_note(company, "Invoices in May", theirs, AT)
    assert CustomerNote.objects.get().text == "Lost a card.\nTwice."
    for text in ("   ", "x" * 4_001):
        with pytest.raises(NotesRefused):
            profile_operations.add_customer_note(customer, text, mine, AT)
    with pytest.raises(NotesRefused, match="Only who wrote"):
        profile_operations.delete_note(note, theirs)
    profile_operations.delete_note(note, mine)
    profile_operations.delete_note(CompanyNote.objects.get(), theirs)
    said = [(each.action, str(each.before) + str(each.after)) for each in Entry.objects.order_by("number")]
    assert [action for action, _ in said[-4:]] == ["noted", "noted", "deleted", "deleted"]
    assert not any("Lost a card" in text or "Invoices" in text for _, text in said)
