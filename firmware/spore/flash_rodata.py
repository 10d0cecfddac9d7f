"""Moves the constants of our objects into flash.

The chip's linker script puts constants into RAM, of which there are 80 KB in all; ours alone are 10 KB. PlatformIO runs this
script on each object that it makes of our sources (`extra_scripts`). Single bytes in flash cannot be read directly: the core's
handler does it, which `-D NON32XFER_HANDLER` turns on.

By hand: python3 flash_rodata.py OBJCOPY OBJDUMP OBJECT...
"""

import subprocess
import sys

FLASH_SECTION = ".irom0.text,alloc,load,readonly,data,contents"


def constant_sections(objdump, path):
    """Names of the sections of `path` that hold constants, from the second column of objdump -h."""
    listing = subprocess.run([objdump, "-h", path], check=True, capture_output=True, text=True).stdout
    rows = [line.split() for line in listing.splitlines()]
    return [row[1] for row in rows if len(row) > 1 and row[0].isdigit() and row[1].startswith(".rodata")]


def move_to_flash(objcopy, objdump, path):
    renames = [f"--rename-section={name}={FLASH_SECTION}" for name in constant_sections(objdump, path)]
    if renames:
        subprocess.run([objcopy, *renames, path], check=True)


def hook(env):
    """Has PlatformIO's build call us for every object of this folder and of `common`."""
    prefix = env.subst("$CXX").replace("g++", "")

    def after(target, source, env):
        for node in target:
            move_to_flash(prefix + "objcopy", prefix + "objdump", node.get_abspath())

    def middleware(env, node):
        built = env.Object(node)
        env.AddPostAction(built, after)
        return built

    for pattern in ("*/common/*.cpp", "*/spore/*.cpp"):
        env.AddBuildMiddleware(middleware, pattern)


if __name__ == "__main__":
    for argument in sys.argv[3:]:
        move_to_flash(sys.argv[1], sys.argv[2], argument)
else:
    Import("env")  # noqa: F821, PlatformIO defines it
    hook(env)  # noqa: F821
