import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "../../../controller/cli/io.ts";
import { urls } from "../../support/api-server.ts";
import { type CliStage, cliStage, expectGolden } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const settings = (interval: number) => `apiVersion: v1
kind: ConfigMap
metadata:
  name: lab
data:
  sample_interval_ms: "${interval}"
`;
const group = `apiVersion: spore.dev/v1alpha1
kind: NodeGroup
metadata:
  name: lab-sensors
spec:
  selector:
    matchLabels: {room: lab}
  template:
    firmware: {name: lab-sensor-1.1.0}
`;

describe("sporectl apply", () => {
  it("creates, then changes what changed, and warns of what is not there yet", async () => {
    await mkdir(join(stage.folder, "lab"));
    await stage.file("lab/config.yaml", settings(1000));
    await stage.file("lab/group.yaml", group);
    const line = "apply -f %/lab";
    await expectGolden("apply-dry-run", `${line} --dry-run=server`, await stage.run(`${line} --dry-run=server`));
    expect((await stage.asker.get(`${urls.groups}/lab-sensors`)).status).toBe(404);
    await expectGolden("apply-created", line, await stage.run(line));
    await expectGolden("apply-unchanged", line, await stage.run(line));
    await stage.file("lab/config.yaml", settings(2000));
    await expectGolden("apply-configured", line, await stage.run(line));
    expect((await stage.asker.get(`${urls.configMaps}/lab`)).json.data).toEqual({ sample_interval_ms: "2000" });
  });

  it("reads standard input", async () => {
    const line = "apply -f - -n default";
    await expectGolden("apply-stdin", line, await stage.run(line, settings(3000).replace("name: lab", "name: hall")));
  });

  const bad: readonly [name: string, text: string][] = [
    ["not-yaml", "a: [1, 2\nb: 3\n"],
    ["tab", "apiVersion: v1\n\tkind: ConfigMap\n"],
    ["duplicate-key", settings(1).replace("data:", "kind: Secret\ndata:")],
    ["unknown-kind", settings(1).replace("ConfigMap", "ConfigMops")],
    ["no-kind", "apiVersion: v1\nmetadata:\n  name: lab\n"],
    ["no-name", settings(1).replace("name: lab", "labels: {a: b}")],
    ["bad-name", settings(1).replace("name: lab", "name: Lab_1")],
    ["unknown-field", group.replace("    firmware:", "    firmwear:")],
    ["wrong-type", group.replace("{room: lab}", "{room: 7}")],
    ["wrong-type-of-many", group.replace("  template:", "  minReadySeconds: soon\n  paused: 3\n  template:")],
    ["empty-selector", group.replace("    matchLabels: {room: lab}", "    matchLabels: {}")],
    ["severing-key", group.replace("template:", "template:\n    config: [{values: {wifi_ssid: x}}]")],
    ["breaks-own-selector", group.replace("{name: lab-sensor-1.1.0}", "{name: a}\n    labels: {room: hall}")],
    ["no-such-namespace", settings(1).replace("name: lab", "name: lab\n  namespace: nowhere")],
    ["scalar", "just a sentence\n"],
    ["empty", "# nothing\n"],
    ["alias-bomb", `a: &a [x, x, x, x, x, x, x, x, x]\n${aliases()}`],
    ["good-then-bad", `${settings(9)}---\n${settings(9).replace("kind: ConfigMap", "kind: Confetti")}`],
    ["twice", `${settings(9)}---\n${settings(8)}`],
    ["number-too-large", group.replace("  template:", "  priority: 9007199254740993\n  template:")],
  ];

  it.each(bad)("refuses %s, says where, and changes nothing", async (name, text) => {
    await stage.file("bad.yaml", text);
    const revisionBefore = (await stage.asker.get(urls.configMaps)).json.metadata.resourceVersion;
    const ran = await stage.run("apply -f %/bad.yaml");
    await expectGolden(`apply-bad-${name}`, "apply -f %/bad.yaml", ran);
    expect(ran.code).toBe(exitCodes.failed);
    expect(ran.out).toBe("");
    expect((await stage.asker.get(urls.configMaps)).json.metadata.resourceVersion).toBe(revisionBefore);
  });

  it.each([
    ["apply-no-file", "apply"],
    ["apply-missing-file", "apply -f %/nowhere.yaml"],
    ["apply-bad-dry-run", "apply -f %/lab --dry-run=wish"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });

  it("refuses bytes that are no text, and a file of 50 MB, without reading it whole", async () => {
    await stage.file("bytes.yaml", new Uint8Array([0xff, 0xfe, 0x00, 0x80]));
    await expectGolden("apply-bad-bytes", "apply -f %/bytes.yaml", await stage.run("apply -f %/bytes.yaml"));
    await stage.file("large.yaml", new Uint8Array(50_000_000).fill(0x23));
    await expectGolden("apply-bad-large", "apply -f %/large.yaml", await stage.run("apply -f %/large.yaml"));
  });
});

/** Nine levels of nine: written out, a document of 9⁹ words. */
function aliases(): string {
  return [..."bcdefghi"]
    .map((name) => {
      const before = String.fromCharCode(name.charCodeAt(0) - 1);
      return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(", ")}]\n`;
    })
    .join("");
}
