import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Programs beyond npm that some tests need, and the Debian packages that bring them. */
const programs = {
  git: { program: "git", packages: ["git"] },
  compiler: { program: "g++", packages: ["g++"] },
  kubectl: { program: "kubectl", packages: ["kubernetes-client"] },
  strace: { program: "strace", packages: ["strace"] },
  chipCompiler: {
    program: "xtensa-lx106-elf-g++",
    packages: ["gcc-xtensa-lx106", "binutils-xtensa-lx106", "picolibc-xtensa-lx106-elf"],
  },
  python: { program: "python3", packages: ["python3"] },
  chipEmulator: { program: "qemu-system-xtensa", packages: ["qemu-system-misc"] },
} as const;

/** The name of one of those programs. */
export type MachineTool = keyof typeof programs;

/** Whether the program can be run here. */
export function hasTool(tool: MachineTool): boolean {
  return spawnSync("sh", ["-c", `command -v ${programs[tool].program}`]).status === 0;
}

/**
 * Installs what is missing, where this is Debian and we are root; says by name what stays missing and that its tests are skipped. In CI a
 * missing tool is an error.
 */
export function provideTools(): void {
  const missing = (Object.keys(programs) as MachineTool[]).filter((tool) => !hasTool(tool));
  if (missing.length > 0 && mayInstall()) install(missing.flatMap((tool) => programs[tool].packages));
  const absent = missing.filter((tool) => !hasTool(tool));
  for (const tool of absent) {
    const { program, packages } = programs[tool];
    process.stderr.write(`skipped: tests that need ${program}; on Debian: apt-get install ${packages.join(" ")}\n`);
  }
  if (absent.length > 0 && process.env.CI) throw new TypeError(`CI lacks ${absent.join(", ")}`);
}

function mayInstall(): boolean {
  return process.getuid?.() === 0 && existsSync("/etc/debian_version") && !process.env.SPORE_NO_INSTALL;
}

function install(packages: readonly string[]): void {
  process.stderr.write(`installing ${packages.join(" ")}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    execFileSync("apt-get", ["update", "-qq"], { env, stdio: "ignore", timeout: 120_000 });
    const options = ["install", "-y", "-qq", "--no-install-recommends", ...packages];
    execFileSync("apt-get", options, { env, stdio: ["ignore", "ignore", "inherit"], timeout: 300_000 });
  } catch (error) {
    process.stderr.write(`that did not work: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
