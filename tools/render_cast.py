"""Renders a terminal recording (asciicast version 2) to a video.

    render_cast.py demo.cast demo.mp4

Needs pyte (a terminal emulator), Pillow, DejaVu Sans Mono and ffmpeg, all packaged by Debian: scripts/setup --release.
"""
import json
import subprocess
import sys

import pyte
from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"
SIZE, FPS, MARGIN, LAST_FRAME_SECONDS = 18, 10, 16, 4
BACKGROUND, FOREGROUND = "#16181d", "#d7dae0"
COLOURS = {"black": "#16181d", "red": "#e06c75", "green": "#98c379", "brown": "#e5c07b", "blue": "#61afef", "magenta": "#c678dd", "cyan": "#56b6c2", "white": "#d7dae0"}


def events(lines, limit):
    """The output of the recording as (seconds, text), pauses cut to the limit."""
    now = last = 0.0
    for line in lines:
        at, kind, text = json.loads(line)
        now += min(at - last, limit)
        last = at
        if kind == "o":
            yield now, text


def draw(screen, font, cell):
    image = Image.new("RGB", (even(screen.columns * cell[0] + 2 * MARGIN), even(screen.lines * cell[1] + 2 * MARGIN)), BACKGROUND)
    pen = ImageDraw.Draw(image)
    for y in range(screen.lines):
        for x in range(screen.columns):
            character = screen.buffer[y][x]
            if character.data.strip():
                pen.text((MARGIN + x * cell[0], MARGIN + y * cell[1]), character.data, font=font, fill=COLOURS.get(character.fg, FOREGROUND))
    return image.tobytes(), image.size


def even(pixels):
    return pixels + pixels % 2


def main(cast, video):
    with open(cast, encoding="utf-8") as file:
        header = json.loads(file.readline())
        lines = file.readlines()
    screen = pyte.Screen(header["width"], header["height"])
    stream = pyte.Stream(screen)
    font = ImageFont.truetype(FONT, SIZE)
    cell = (round(font.getlength("M")), SIZE + 5)
    frame, (width, height) = draw(screen, font, cell)
    encoder = subprocess.Popen(
        ["ffmpeg", "-loglevel", "error", "-y", "-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", f"{width}x{height}", "-framerate", str(FPS), "-i", "-",
         "-c:v", "libx264", "-preset", "slow", "-crf", "24", "-pix_fmt", "yuv420p", "-threads", "1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-movflags", "+faststart", video],
        stdin=subprocess.PIPE)
    frames = 0
    for at, text in events(lines, header.get("idle_time_limit", float("inf"))):
        due = int(at * FPS)
        if due > frames:
            frame, _ = draw(screen, font, cell)
        while frames < due:
            encoder.stdin.write(frame)
            frames += 1
        stream.feed(text)
    frame, _ = draw(screen, font, cell)
    for _ in range(LAST_FRAME_SECONDS * FPS):
        encoder.stdin.write(frame)
        frames += 1
    encoder.stdin.close()
    if encoder.wait() != 0:
        sys.exit(1)
    print(f"{frames / FPS:.1f}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
