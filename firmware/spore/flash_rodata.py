"""Moves the constants of our objects into flash.

The chip's linker script puts constants into RAM, of which there are 80 KB in all; ours alone are 9 KB. PlatformIO runs this
script before its build (`extra_scripts`), and the build then runs `move_to_flash` on each object that it makes of our sources.
Single bytes in flash cannot be read directly: the core's handler does it, which `-D NON32XFER_HANDLER` turns on.

By hand: python3 flash_rodata.py OBJCOPY OBJDUMP OBJECT...
"""

import os
import subprocess
import sys

FLASH_SECTION = ".irom0.text"


def constant_sections(objdump, path, env=None):
    """Names of the sections of `path` that hold constants, from the second column of objdump -h."""
    listing = subprocess.run([objdump, "-h", path], check=True, stdout=subprocess.PIPE, universal_newlines=True, env=env).stdout
    rows = [line.split() for line in listing.splitlines()]
    return {row[1] for row in rows if len(row) > 1 and row[0].isdigit() and row[1].startswith(".rodata")}


def move_to_flash(objcopy, objdump, path, env=None):
    """Sections keep their flags, so the linker still merges equal strings."""
    names = sorted(constant_sections(objdump, path, env))
    if names:
        subprocess.run([objcopy, *[f"--rename-section={name}={FLASH_SECTION}" for name in names], path], check=True, env=env)


def own_folders(env):
    """The project's folder and the one it shares with other firmwares, as path prefixes."""
    project = os.path.realpath(env.subst("$PROJECT_DIR"))
    return tuple(os.path.join(folder, "") for folder in (project, os.path.join(os.path.dirname(project), "common")))


def binary_tools(env):
    """objcopy and objdump of the compiler's own set."""
    compiler = env.subst("$CXX")
    if not compiler.endswith("g++"):
        raise ValueError(f"flash_rodata.py finds objcopy by the name of the compiler, which ends with g++; it is {compiler}")
    prefix = compiler[: -len("g++")]
    return prefix + "objcopy", prefix + "objdump"


def hook(env):
    """Has PlatformIO's build call us for every object of ours.

    Which those are is asked of each source's full path: the patterns of PlatformIO see paths relative to the project. Which tools
    to run is asked when an object is there: this script comes before the platform that sets the compiler.
    """
    folders = own_folders(env)

    def after(target, source, env):
        objcopy, objdump = binary_tools(env)
        for node in target:
            move_to_flash(objcopy, objdump, node.get_abspath(), env["ENV"])

    def middleware(env, node):
        if not os.path.realpath(node.srcnode().get_abspath()).startswith(folders):
            return node
        built = env.Object(node)
        env.AddPostAction(built, after)
        return built

    env.AddBuildMiddleware(middleware)


if __name__ == "__main__":
    for argument in sys.argv[3:]:
        move_to_flash(sys.argv[1], sys.argv[2], argument)
elif "Import" in globals():
    Import("env")  # noqa: F821, SCons defines it
    hook(env)  # noqa: F821
