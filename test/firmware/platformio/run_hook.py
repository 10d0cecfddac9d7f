"""Runs flash_rodata.py's hook as PlatformIO's build would, where there is no PlatformIO.

Arguments: the project's folder, a compiler, a folder for objects, sources. The compiler becomes known only after the script has
run. Prints the objects, one a line.
"""

import os
import subprocess
import sys


class Node:
    """A file of the build, as SCons has them."""

    def __init__(self, path):
        self.path = path

    def srcnode(self):
        return self

    def get_abspath(self):
        return self.path


class Environment(dict):
    """As much of PlatformIO's build environment as an extra script uses."""

    def __init__(self, project, objects):
        super().__init__(ENV=dict(os.environ), PROJECT_DIR=project, CXX="c++")
        self.objects = objects
        self.middlewares = []
        self.after = {}

    def subst(self, text):
        return self[text[1:]]

    def AddBuildMiddleware(self, callback, pattern=None):
        assert pattern is None and callback.__code__.co_argcount == 2
        self.middlewares.append(callback)

    def Object(self, node):
        path = os.path.join(self.objects, node.path.strip("/").replace("/", "-") + ".o")
        flags = ["-std=gnu++17", "-Os", "-fno-exceptions", "-fno-rtti", "-ffunction-sections", "-fdata-sections"]
        subprocess.run([self["CXX"], *flags, "-c", node.path, "-o", path], check=True, env=self["ENV"])
        return [Node(path)]

    def AddPostAction(self, nodes, action):
        for node in nodes:
            self.after[node.path] = action

    def build(self, path):
        node = Node(path)
        for callback in self.middlewares:
            node = callback(self, node)
        for built in node if isinstance(node, list) else self.Object(node):
            if built.path in self.after:
                self.after[built.path](target=[built], source=[Node(path)], env=self)
            print(built.path)


project, compiler, objects, *sources = sys.argv[1:]
environment = Environment(project, objects)
script = os.path.join(project, "flash_rodata.py")
with open(script) as file:
    exec(compile(file.read(), script, "exec"), {"__name__": "builtins", "Import": lambda name: None, "env": environment})
environment["CXX"] = compiler
for source in sources:
    environment.build(source)
