import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isSporeError } from "../../../controller/base/errors.ts";
import { printObjects } from "../../../controller/cli/output/object-printer.ts";
import { outputFormat } from "../../../controller/cli/output/output-format.ts";
import { capturedIo } from "../../support/captured-io.ts";
import { isLongRun } from "../../support/long-run.ts";
import { directoryOfFile } from "../../support/temporary-directory.ts";

/** What kubectl 1.33 makes of `object.json`, for each `-o`; an error where it refuses. */
interface Recorded {
  readonly format: string;
  readonly prints?: string;
  readonly error?: string;
}

const golden = fileURLToPath(new URL("../../golden/as-kubectl-prints/", import.meta.url));
const object = JSON.parse(readFileSync(join(golden, "object.json"), "utf8"));
const recorded: readonly Recorded[] = JSON.parse(readFileSync(join(golden, "templates.json"), "utf8"));

async function printed(format: string): Promise<string> {
  const { out, written } = capturedIo();
  await printObjects([object], outputFormat(format), true, out);
  return written.out;
}

describe("what is printed is what kubectl prints", () => {
  it.each(recorded.filter(({ prints }) => prints !== undefined))("-o $format", async ({ format, prints }) => {
    expect(await printed(format)).toBe(prints);
  });

  it.each(recorded.filter(({ error }) => error !== undefined))("-o $format is refused", async ({ format }) => {
    const error = await printed(format).catch((thrown: unknown) => thrown);
    expect(isSporeError(error), String(error)).toBe(true);
    expect(isSporeError(error) && error.details.hint).toBeTruthy();
  });

  it.each(["yaml", "json"])("-o %s", async (format) => {
    expect(await printed(format)).toBe(readFileSync(join(golden, `object.${format}.txt`), "utf8"));
  });
});

const kubectl = ["/usr/lib/google-cloud-sdk/bin/kubectl.1.33"].find(existsSync);
const home = directoryOfFile();

/** Asks the real one again whether the records are right. */
if (isLongRun) {
  const name = "kubectl still prints what was recorded (needs kubectl 1.33)";
  it.skipIf(kubectl === undefined)(name, { timeout: 120_000 }, () => {
    const file = join(home, "object.json");
    writeFileSync(file, JSON.stringify(object));
    const wrong = recorded.filter(({ format, prints }) => ask(file, format) !== prints);
    expect(wrong).toEqual([]);
  });
}

function ask(file: string, format: string): string | undefined {
  const words = ["annotate", "--local", "-f", file, "--overwrite", "q=r", "-o", format];
  try {
    const text = execFileSync(kubectl ?? "kubectl", words, {
      encoding: "utf8",
      env: { KUBECONFIG: "/dev/null" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    return text.includes("Error executing template:") ? undefined : text;
  } catch {
    return undefined;
  }
}
