import { describe, expect, it } from "vitest";
import { type FileFacts, withFirmwareFiles } from "../../controller/manifests/firmware-files.ts";
import { problemText } from "../../controller/manifests/manifest.ts";
import { parseYaml } from "../../controller/manifests/parse-yaml.ts";

const facts: FileFacts = { sizeBytes: 7, sha256: "a".repeat(64) };
const firmware = (artifact: string) =>
  `apiVersion: spore.dev/v1alpha1\nkind: Firmware\nmetadata: {name: f}\nspec:\n  artifacts:\n  - ${artifact}\n`;

async function complete(text: string, file = "lab/f.yaml", present = ["lab/f.bin"]) {
  const asked: string[] = [];
  const result = await withFirmwareFiles([parseYaml(text, file)], async (path) => {
    asked.push(path);
    return present.includes(path) ? facts : undefined;
  });
  const spec = result.parsed[0]?.written[0]?.value.spec as { artifacts?: unknown } | undefined;
  const problems = result.parsed.flatMap((each) => each.problems).map(problemText);
  return { artifacts: spec?.artifacts, problems, files: result.files, asked };
}

describe("images beside their manifests", () => {
  it("give the size and the digest that the manifest leaves out", async () => {
    const { artifacts, files, problems } = await complete(firmware("{path: f.bin, role: image}"));
    expect(artifacts).toEqual([{ path: "f.bin", role: "image", size: 7, sha256: facts.sha256 }]);
    expect(files).toEqual([{ path: "lab/f.bin", ...facts }]);
    expect(problems).toEqual([]);
  });

  it("may lie in another folder", async () => {
    const { files } = await complete(firmware("{path: ../images/f.bin, role: image}"), "lab/f.yaml", ["images/f.bin"]);
    expect(files.map(({ path }) => path)).toEqual(["images/f.bin"]);
  });

  it.each(["../../f.bin", "/etc/passwd", "", "../.."])("are not looked for at %j, outside", async (path) => {
    const { asked, artifacts } = await complete(firmware(`{path: ${JSON.stringify(path)}, role: image}`));
    expect(asked).toEqual([]);
    expect(artifacts).toEqual([{ path, role: "image" }]);
  });

  it("must be what the manifest says, where it says something", async () => {
    const { problems } = await complete(firmware(`{path: f.bin, role: image, size: 8, sha256: ${"b".repeat(64)}}`));
    expect(problems).toEqual([
      "lab/f.yaml:6:32: spec.artifacts[0].size: the file f.bin has 7 bytes; leave the field out, or correct it",
      `lab/f.yaml:6:41: spec.artifacts[0].sha256: the file f.bin has ${facts.sha256}; leave the field out, or correct it`,
    ]);
  });

  it("change nothing where there is none", async () => {
    const { artifacts, files } = await complete(firmware("{path: other.bin, role: image, size: 8}"));
    expect([artifacts, files]).toEqual([[{ path: "other.bin", role: "image", size: 8 }], []]);
  });

  it.each([
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\nspec: {artifacts: [{path: f.bin}]}\n",
    "apiVersion: spore.dev/v1alpha1\nkind: Firmware\nmetadata: {name: c}\n",
    "apiVersion: spore.dev/v1alpha1\nkind: Firmware\nspec: 1\n",
    "apiVersion: spore.dev/v1alpha1\nkind: Firmware\nspec: {artifacts: {path: f.bin}}\n",
    "apiVersion: spore.dev/v1alpha1\nkind: Firmware\nspec: {artifacts: [1]}\n",
    "apiVersion: spore.dev/v1alpha1\nkind: Firmware\nspec: {artifacts: [{path: 1}]}\n",
  ])("are no business of %j", async (text) => {
    expect((await complete(text)).asked).toEqual([]);
  });
});
