"""Turns one untrusted file into clean JPEGs, in a process of its own that may die of it without harm to the bot.

Raw bytes come on stdin. Each picture leaves on stdout behind its length (four bytes, big endian); a length of zero means
"refused", and the reason follows. The file stands alone: it is run by its path with `python -I`, so it imports nothing of the bot.
"""

from __future__ import annotations

import resource
import signal
import sys
from collections.abc import Iterator
from io import BytesIO

import PIL.TiffImagePlugin  # noqa: F401 - reads EXIF; Pillow would import it later, when no file may be opened
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_PAGES = 20
LONGEST_SIDE = 2560  # of what leaves
ENOUGH_SIDE = 1920  # a picture is shrunk by whole steps, which is cheap, as long as this much of its longest side is left
QUALITY = 85
PDF_SCALE = 300 / 72  # a page is not drawn finer than 300 dots an inch
BAND_ROWS = 64
MEGABYTE = 1_000_000
MEMORY = 320 * MEGABYTE  # of address space; 50 megapixels of PNG with an alpha channel were measured at 270
HEIC_MEMORY = 600 * MEGABYTE  # 50 megapixels were measured at 540
CPU_SECONDS = 6
WALL_SECONDS = 25  # only for an orphan: the parent ends its child after 20
FONT_FILES = 64  # a PDF may lean on the system's fonts, and pdfium opens them while it draws

ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis"}


class Refusal(Exception):  # noqa: N818 - a verdict about a file
    """The file is not taken; the argument is a value of bot.documents.errors.Reason."""


def main() -> None:
    """Read one file from stdin, write its pictures to stdout."""
    limit_process(int(sys.argv[1]) if sys.argv[1:] else CPU_SECONDS)
    raw = sys.stdin.buffer.read(MAX_BYTES + 1)
    out = sys.stdout.buffer
    try:
        for picture in pictures(raw):
            out.write(len(picture).to_bytes(4, "big") + picture)
    except Refusal as refusal:
        out.write(bytes(4) + str(refusal).encode())
    except MemoryError:
        out.write(bytes(4) + b"too_many_pixels")
    except Exception:  # noqa: BLE001 - the decoders raise all sorts over hostile bytes
        out.write(bytes(4) + b"broken")
    out.flush()


def limit_process(cpu_seconds: int) -> None:
    """Bound memory, time and files before a single foreign byte is read."""
    Image.preinit()  # whatever Pillow would import while it works must be there before files are closed to it
    Image.MAX_IMAGE_PIXELS = None  # our own limit is stricter
    resource.setrlimit(resource.RLIMIT_AS, (HEIC_MEMORY, HEIC_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(WALL_SECONDS)


def confine(*, memory: int = MEMORY, files: int = 0) -> None:
    """From here on no more than so many bytes of address space and so many open files, sockets included."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))


def pictures(raw: bytes) -> Iterator[bytes]:
    """Yield each picture of the file as a clean JPEG. Only the first bytes say what it is, not a name or a declared type."""
    if len(raw) > MAX_BYTES:
        raise Refusal("too_big")
    if raw.startswith(b"\xff\xd8\xff"):
        yield from_jpeg(raw)
    elif raw.startswith(b"\x89PNG\r\n\x1a\n"):
        yield from_png(raw)
    elif is_heic(raw):
        yield from_heic(raw)
    elif raw.startswith(b"%PDF-"):
        yield from from_pdf(raw)
    else:
        raise Refusal("not_a_picture")


def is_heic(raw: bytes) -> bool:
    """Whether the ISO media file names an HEVC still picture among its brands."""
    if raw[4:8] != b"ftyp":
        return False
    brands = raw[8 : min(int.from_bytes(raw[:4], "big"), 512)]
    return any(brands[at : at + 4] in HEIC_BRANDS for at in range(0, len(brands), 4))


def from_jpeg(raw: bytes) -> bytes:
    """Read a photo, small at once (`draft`), which costs a third of decoding it whole."""
    confine()
    picture = JpegImageFile(BytesIO(raw))
    refuse_huge(*picture.size)
    turn = orientation(picture)
    small = ENOUGH_SIDE / max(picture.size)
    if small < 1:
        picture.draft("", (int(picture.width * small), int(picture.height * small)))
    picture.load()
    return encode(picture if picture.mode in {"RGB", "L"} else on_white(picture), turn)


def from_png(raw: bytes) -> bytes:
    """Read a screenshot or a scan, in any of PNG's kinds of pixel."""
    confine()
    picture = PngImageFile(BytesIO(raw))
    refuse_huge(*picture.size)
    picture.load()
    return encode(on_white(picture), orientation(picture))


def from_heic(raw: bytes) -> bytes:
    """Read a photo of an iPhone. libheif turns it upright itself, by the file's own properties."""
    import pi_heif  # type: ignore[import-untyped]  # noqa: PLC0415 - it ships no types; only an HEIC pays for loading it

    confine(memory=HEIC_MEMORY)
    pi_heif.options.DECODE_THREADS = 1
    photo = pi_heif.open_heif(BytesIO(raw))
    refuse_huge(*photo.size)
    return encode(on_white(photo.to_pillow()), 1)


def from_pdf(raw: bytes) -> Iterator[bytes]:
    """Draw every page of a document, with what was filled into its forms."""
    import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415 - it ships no types; only a PDF pays for loading it
    from pypdfium2.raw import FPDF_ERR_PASSWORD  # type: ignore[import-untyped]  # noqa: PLC0415 - the same

    confine(files=FONT_FILES)
    try:
        document = pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        raise Refusal("encrypted_pdf" if error.err_code == FPDF_ERR_PASSWORD else "broken") from error
    document.init_forms()
    if len(document) > MAX_PAGES:
        raise Refusal("too_many_pages")
    if not len(document):
        raise Refusal("broken")
    for page in document:
        scale = min(LONGEST_SIDE / max(1, *page.get_size()), PDF_SCALE)
        yield encode(page.render(scale=scale).to_pil(), 1)
        page.close()


def refuse_huge(width: int, height: int) -> None:
    """By the header alone, before any memory is taken for the pixels."""
    if width * height > MAX_PIXELS:
        raise Refusal("too_many_pixels")


def orientation(picture: Image.Image) -> int:
    """Tell how the camera was held, 1 to 8. Unreadable EXIF is no reason to refuse a photo."""
    try:
        return int(picture.getexif().get(ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - EXIF is bytes from strangers, and Pillow's reader raises many things
        return 1


def on_white(picture: Image.Image) -> Image.Image:
    """Copy into plain colour, shrunk by whole steps, with white behind what is transparent.

    Done in bands: in one go, 50 megapixels would take several copies of 200 MB.
    """
    step = max(1, max(picture.size) // ENOUGH_SIDE)
    plain = Image.new("RGB", (-(-picture.width // step), -(-picture.height // step)))
    rows = BAND_ROWS * step
    for top in range(0, picture.height, rows):
        band = picture.crop((0, top, picture.width, min(top + rows, picture.height)))
        plain.paste(opaque(band).reduce(step), (0, top // step))
    return plain


def opaque(band: Image.Image) -> Image.Image:
    """Make one band RGB."""
    if band.has_transparency_data:
        white = Image.new("RGBA", band.size, "white")
        white.alpha_composite(band.convert("RGBA"))
        return white.convert("RGB")
    if band.mode.startswith("I"):  # 16 bits of grey, which Pillow would cut off at 255 instead of scaling
        return band.convert("I").point(lambda level: level / 256).convert("L").convert("RGB")
    return band.convert("RGB")


def encode(picture: Image.Image, turn: int) -> bytes:
    """Shrink, turn upright, and write the pixels alone: no EXIF, no place, no comment, no colour profile."""
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    if turn in UPRIGHT:
        picture = picture.transpose(UPRIGHT[turn])
    picture.info = {}
    out = BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


if __name__ == "__main__":
    main()
