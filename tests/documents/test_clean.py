"""What becomes of files that strangers send: made here by hand, good, odd and hostile; cleaned by the real child process.

The two HEIC files beside this were made for it: 96 x 64, red left, blue right, lime in the corner, with a maker's name and a place in
their EXIF. `turned.heic` is the same, taken with the camera held sideways.
"""

from __future__ import annotations

import asyncio
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.documents import clean as cleaning
from bot.documents.clean import CHILD, MAX_BYTES, clean, understood
from bot.documents.errors import Reason, Refused

HERE = Path(__file__).parent
MEGABYTE = 1 << 20
SECRETS = (b"SecretMaker", b"SecretComment", b"SecretProfile", b"Exif", b"http://ns.adobe.com", b"ICC_PROFILE")
PNG = b"\x89PNG\r\n\x1a\n"

Colour = tuple[int, int, int]
RED, BLUE, LIME = (255, 0, 0), (0, 0, 255), (0, 255, 0)

HELD = {
    1: (),
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_90),
    6: (Image.Transpose.ROTATE_90,),
    7: (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_270),
    8: (Image.Transpose.ROTATE_270,),
}
"""How the pixels of an upright picture lie in the file when the camera was held so (EXIF 2.3, 4.6.4, tag Orientation)."""


def flag() -> Image.Image:
    """A picture that shows which way up it is."""
    picture = Image.new("RGB", (96, 64), RED)
    picture.paste(BLUE, (48, 0, 96, 64))
    picture.paste(LIME, (0, 0, 16, 16))
    return picture


def assert_is_flag(jpeg: bytes) -> None:
    picture = Image.open(BytesIO(jpeg))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (96, 64))
    for place, colour in {(6, 6): LIME, (6, 58): RED, (90, 6): BLUE, (90, 58): BLUE}.items():
        assert is_near(picture.getpixel(place), colour)


def is_near(found: object, wanted: Colour) -> bool:
    assert isinstance(found, tuple)
    return all(abs(a - b) < 30 for a, b in zip(found, wanted, strict=True))


def secret_exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretMaker"
    exif.get_ifd(0x8825)[1] = "N"
    return exif


def saved(picture: Image.Image, form: str, **how: object) -> bytes:
    out = BytesIO()
    picture.save(out, form, **how)
    return out.getvalue()


async def only_picture(raw: bytes) -> bytes:
    cleaned = await clean(raw)
    assert len(cleaned.pictures) == 1
    return cleaned.pictures[0]


async def refusal(raw: bytes, timeout_s: float = cleaning.TIMEOUT_S) -> Reason:
    with pytest.raises(Refused) as caught:
        await clean(raw, timeout_s=timeout_s)
    return caught.value.reason


# What is taken


@pytest.mark.parametrize("orientation", HELD)
async def test_a_photo_comes_out_upright_however_the_camera_was_held(orientation: int) -> None:
    lying = flag()
    for step in HELD[orientation]:
        lying = lying.transpose(step)

    picture = await only_picture(saved(lying, "JPEG", quality=95, exif=secret_exif(orientation)))

    assert_is_flag(picture)


@pytest.mark.parametrize("name", ["upright.heic", "turned.heic"])
async def test_a_photo_of_an_iphone_comes_out_upright(name: str) -> None:
    raw = (HERE / name).read_bytes()
    assert b"SecretMaker" in raw

    picture = await only_picture(raw)

    assert_is_flag(picture)
    assert not Image.open(BytesIO(picture)).getexif()
    assert not any(secret in picture for secret in SECRETS)


async def test_nothing_but_the_pixels_leaves() -> None:
    raw = saved(
        flag(),
        "JPEG",
        exif=secret_exif(),
        comment=b"SecretComment",
        icc_profile=b"SecretProfile" * 20,
        xmp=b"<x xmlns='http://ns.adobe.com/xap/1.0/'>SecretMaker</x>",
    )
    assert all(secret in raw for secret in SECRETS)

    picture = await only_picture(raw + b"<html><script>SecretComment</script>")

    assert not any(secret in picture for secret in SECRETS)
    assert not Image.open(BytesIO(picture)).getexif()
    assert picture.endswith(b"\xff\xd9")


async def test_unreadable_exif_is_no_reason_to_refuse_a_photo() -> None:
    raw = saved(flag(), "JPEG", quality=95, exif=b"Exif\0\0MM\0*\xff\xff\xff\xff garbage")

    assert_is_flag(await only_picture(raw))


@pytest.mark.parametrize(
    ("form", "mode", "how"),
    [
        ("JPEG", "RGB", {"progressive": True}),
        ("JPEG", "CMYK", {}),
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("PNG", "P", {"transparency": 200}),
    ],
)
async def test_every_kind_of_pixel_is_taken(form: str, mode: str, how: dict[str, object]) -> None:
    assert_is_flag(await only_picture(saved(flag().convert(mode), form, **how)))


async def test_grey_of_sixteen_bits_keeps_its_shades() -> None:
    raw = saved(Image.new("I;16", (40, 40), 128 * 256), "PNG")

    picture = Image.open(BytesIO(await only_picture(raw)))

    assert is_near(picture.getpixel((20, 20)), (128, 128, 128))


async def test_what_is_transparent_lies_on_white() -> None:
    raw = saved(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "PNG")

    picture = Image.open(BytesIO(await only_picture(raw)))

    assert is_near(picture.getpixel((20, 20)), (255, 255, 255))


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
async def test_a_large_photo_is_shrunk_and_keeps_its_shape(form: str) -> None:
    raw = saved(flag().resize((4032, 2688)), form, exif=secret_exif(6))

    width, height = Image.open(BytesIO(await only_picture(raw))).size

    assert 1920 <= height <= 2560
    assert abs(height / width - 1.5) < 0.01


async def test_a_photo_far_longer_than_wide_is_taken() -> None:
    raw = saved(Image.new("RGB", (20000, 3), RED), "PNG")

    assert Image.open(BytesIO(await only_picture(raw))).width <= 2560


async def test_each_page_of_a_document_becomes_a_picture() -> None:
    raw = saved(flag(), "PDF", save_all=True, append_images=[flag().rotate(180)], resolution=72)

    cleaned = await clean(raw)

    assert len(cleaned.pictures) == 2
    first = Image.open(BytesIO(cleaned.pictures[0]))
    assert is_near(first.getpixel((10, first.height - 10)), RED)
    assert is_near(first.getpixel((first.width - 10, 10)), BLUE)


# What is refused


def text_named_jpg() -> bytes:
    return "这不是照片\n".encode() * 50


def truncated_jpeg() -> bytes:
    raw = saved(Image.effect_noise((640, 480), 90), "JPEG")
    return raw[: len(raw) // 2]


def truncated_png() -> bytes:
    raw = saved(Image.effect_noise((640, 480), 90), "PNG")
    return raw[: len(raw) // 2]


def truncated_heic() -> bytes:
    return (HERE / "upright.heic").read_bytes()[:-100]


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of_144_megapixels() -> bytes:
    rows = zlib.compressobj(9)
    pixels = b"".join(rows.compress(bytes(1 + 3 * 12000)) for _ in range(12000)) + rows.flush()
    header = struct.pack(">IIBBBBB", 12000, 12000, 8, 2, 0, 0, 0)
    return PNG + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")


def jpeg_that_claims_to_be_huge() -> bytes:
    raw = bytearray(saved(flag(), "JPEG"))
    at = raw.index(b"\xff\xc0") + 5
    raw[at : at + 4] = struct.pack(">HH", 65000, 65000)
    return bytes(raw)


def pdf_of(objects: list[bytes], trailer: bytes = b"") -> bytes:
    out, places = b"%PDF-1.4\n", list[int]()
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, len(out))
    return out + head + table + end


def pdf_stream(entries: bytes, body: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(body), body)


def pdf_with_nested_forms(levels: int = 12, times: int = 20) -> bytes:
    """Each form draws the next many times: a few kilobytes that ask for more drawing than the world can do."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Resources<</XObject<</F 5 0 R>>>>/Contents 4 0 R>>"
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, pdf_stream(b"", b"/F Do")]
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 300 300]"
    next_form = b"/Resources<</XObject<</F %d 0 R>>>>"
    forms = [pdf_stream(form + next_form % (6 + level), b"/F Do " * times) for level in range(levels - 1)]
    return pdf_of([*objects, *forms, pdf_stream(form, b"0 0 9 9 re f")])


def encrypted_pdf() -> bytes:
    lock = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>/ID[<00><00>]" % (b"41" * 32, b"42" * 32)
    return pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"], lock)


def pdf_of_21_pages() -> bytes:
    return saved(flag(), "PDF", save_all=True, append_images=[flag()] * 20)


def gif_that_is_also_html() -> bytes:
    return saved(flag(), "GIF") + b"<script>alert(1)</script>"


def svg() -> bytes:
    return b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def html_with_a_jpeg_in_it() -> bytes:
    return b"<html><script>alert(1)</script><!--" + saved(flag(), "JPEG")


def webp_that_calls_itself_heic() -> bytes:
    return b"\0\0\0\x18ftypavif\0\0\0\0avifmif1" + bytes(200)


def heic_of_nothing() -> bytes:
    return b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(200)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (text_named_jpg, Reason.NOT_A_PICTURE),
        (bytes, Reason.NOT_A_PICTURE),
        (gif_that_is_also_html, Reason.NOT_A_PICTURE),
        (svg, Reason.NOT_A_PICTURE),
        (html_with_a_jpeg_in_it, Reason.NOT_A_PICTURE),
        (webp_that_calls_itself_heic, Reason.NOT_A_PICTURE),
        (truncated_jpeg, Reason.BROKEN),
        (truncated_png, Reason.BROKEN),
        (truncated_heic, Reason.BROKEN),
        (heic_of_nothing, Reason.BROKEN),
        (lambda: b"\xff\xd8\xff", Reason.BROKEN),
        (lambda: PNG, Reason.BROKEN),
        (lambda: b"%PDF-1.7\n", Reason.BROKEN),
        (jpeg_that_claims_to_be_huge, Reason.TOO_MANY_PIXELS),
        (encrypted_pdf, Reason.ENCRYPTED_PDF),
        (pdf_of_21_pages, Reason.TOO_MANY_PAGES),
        (lambda: bytes(MAX_BYTES + 1), Reason.TOO_BIG),
    ],
)
async def test_a_bad_file_is_refused_with_its_reason(make: Callable[[], bytes], reason: Reason) -> None:
    assert await refusal(make()) is reason


def test_a_photo_of_144_megapixels_is_refused_before_it_takes_memory() -> None:
    raw = png_of_144_megapixels()
    assert len(raw) < MEGABYTE
    reason, most = alone(raw)

    assert reason == Reason.TOO_MANY_PIXELS
    assert most < 60 * MEGABYTE


async def test_a_document_that_kills_its_reader_is_refused_and_the_next_good_file_is_taken() -> None:
    raw = pdf_with_nested_forms()
    assert len(raw) < 4096

    reason = await refusal(raw)
    _, most = alone(raw)

    assert reason is Reason.BROKEN
    assert most < 320 * MEGABYTE
    assert_is_flag(await only_picture(saved(flag(), "JPEG", quality=95)))


async def test_a_file_that_takes_too_long_is_given_up_and_leaves_no_child() -> None:
    reason = await refusal(saved(flag(), "JPEG"), timeout_s=0.001)

    assert reason is Reason.TIMEOUT
    assert readers_alive() == []


async def test_bytes_changed_at_random_never_do_harm() -> None:
    good = saved(Image.effect_noise((64, 48), 90).convert("RGB"), "JPEG", exif=secret_exif(6))
    changed = [good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1 :] for at in range(3, len(good), len(good) // 12)]

    outcomes = [await taken_or_refused(raw) for raw in changed]

    assert set(outcomes) <= {"taken", *Reason}


async def taken_or_refused(raw: bytes) -> str:
    try:
        pictures = (await clean(raw)).pictures
    except Refused as refused:
        return refused.reason
    Image.open(BytesIO(pictures[0])).load()
    return "taken"


@pytest.mark.parametrize(
    ("output", "status", "reason"),
    [
        (b"", 0, Reason.BROKEN),
        (b"", -6, Reason.BROKEN),
        (b"", -24, Reason.TIMEOUT),
        (b"\0\0\0\x05half", 0, Reason.BROKEN),
        (b"\0\0\0\x02ok\0\0\0\0too_many_pages", 0, Reason.TOO_MANY_PAGES),
        (b"\0\0\0\0\xff<script>", 0, Reason.BROKEN),
    ],
)
def test_a_child_led_astray_is_not_believed(output: bytes, status: int, reason: Reason) -> None:
    with pytest.raises(Refused) as caught:
        understood(output, status)

    assert caught.value.reason is reason


async def test_a_child_that_never_stops_talking_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talker = tmp_path / "talker.py"
    talker.write_text("import sys\nwhile True: sys.stdout.write('x' * 65536)\n")
    monkeypatch.setattr(cleaning, "CHILD", talker)

    assert await refusal(b"x") is Reason.TOO_BIG


async def test_the_child_sees_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    teller = tmp_path / "teller.py"
    teller.write_text("import os, sys\nsaid = repr(os.environ).encode()\nsys.stdout.buffer.write(len(said).to_bytes(4, 'big') + said)\n")
    monkeypatch.setattr(cleaning, "CHILD", teller)
    monkeypatch.setenv("TELEGRAM_TOKEN", "made-up-token")

    said = await only_picture(b"x")

    assert b"made-up-token" not in said


async def test_stopping_midway_ends_the_child() -> None:
    task = asyncio.create_task(clean(pdf_with_nested_forms()))
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert readers_alive() == []


def alone(raw: bytes) -> tuple[str, int]:
    """What a process of its own says of a file, and how many bytes the child in it took at most."""
    program = (
        "import asyncio, resource, sys\n"
        "from bot.documents.clean import clean\n"
        "from bot.documents.errors import Refused\n"
        "try:\n"
        "    asyncio.run(clean(sys.stdin.buffer.read()))\n"
        "except Refused as refused:\n"
        "    print(refused.reason.value, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], input=raw, capture_output=True, check=True)  # noqa: S603
    reason, kilobytes = done.stdout.split()
    return reason.decode(), int(kilobytes) * 1024


def readers_alive() -> list[str]:
    """The children of this process that read documents."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text("ascii").split()
    return [child for child in children if str(CHILD).encode() in Path(f"/proc/{child}/cmdline").read_bytes()]
