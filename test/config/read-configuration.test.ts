import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isSporeError } from "../../controller/base/errors.ts";
import { helpText } from "../../controller/config/help-text.ts";
import { readConfiguration } from "../../controller/config/read-configuration.ts";
import { flagOf, type SporedConfiguration, sporedOptions } from "../../controller/config/spored-options.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";

const home = { XDG_DATA_HOME: "/home/ada/data" };

function read(words: readonly string[], environment: Record<string, string> = {}): SporedConfiguration {
  const invocation = readConfiguration(words, { ...home, ...environment });
  if (invocation.kind !== "run") throw new TypeError("expected a run");
  return invocation.configuration;
}

function refusal(words: readonly string[], environment: Record<string, string> = {}): string {
  try {
    read(words, environment);
  } catch (error) {
    if (isSporeError(error, "SPORE_USAGE")) return error.message;
    throw error;
  }
  return "accepted";
}

function file(text: string): string {
  const path = join(directoryOfTest(), "spored.yaml");
  writeFileSync(path, text);
  return path;
}

describe("readConfiguration", () => {
  it("hears and serves loopback only unless told otherwise", () => {
    expect(read([])).toMatchObject({
      dataDir: "/home/ada/data/spore",
      apiBind: "127.0.0.1",
      discoveryBind: "127.0.0.1",
      broadcast: "127.255.255.255",
      apiPort: 7443,
      gatewayPort: 3001,
      udpPort: 4210,
      otaParallel: 4,
    });
  });

  it("--lan is discovery on every address", () => {
    expect(read(["--lan"])).toMatchObject({
      discoveryBind: "0.0.0.0",
      broadcast: "255.255.255.255",
      apiBind: "127.0.0.1",
    });
  });

  it("takes values behind a space and behind an equals sign, and repeats", () => {
    const words = ["--api-port=1234", "--node", "10.0.0.1", "--node=10.0.0.2:8080", "--data-dir", "/srv/spore"];
    expect(read(words)).toMatchObject({ apiPort: 1234, node: ["10.0.0.1", "10.0.0.2:8080"], dataDir: "/srv/spore" });
  });

  it("lets flags win over the environment, and that over the file", () => {
    const path = file(
      "apiVersion: spore.dev/v1alpha1\nkind: SporedConfiguration\napiPort: 1\nudpPort: 2\notaParallel: 3\n",
    );
    const environment = { SPORED_UDP_PORT: "22", SPORED_OTA_PARALLEL: "33" };
    expect(read(["--config", path, "--ota-parallel", "333"], environment)).toMatchObject({
      apiPort: 1,
      udpPort: 22,
      otaParallel: 333,
    });
  });

  it.each([
    [["--api-port", "70000"], '--api-port "70000": a port is a number from 0 to 65535'],
    [
      ["--udp-port", "0"],
      '--udp-port "0": nodes must know the port that they announce themselves on, so 0 makes no sense here',
    ],
    [["--sync", "fleet.git"], '--sync "fleet.git" is no address of a repository'],
    [["--api-bind", "localhost"], '--api-bind "localhost": must be an IPv4 address'],
    [["--node", "10.0.0.1:0"], '--node "10.0.0.1:0": must be IP or IP:PORT, such as 192.168.1.20 or 192.168.1.20:8080'],
    [["--ota-parallel", "0"], '--ota-parallel "0": must be a number from 1 to 9999'],
    [["--auto-adopt", ""], "--auto-adopt must not be empty"],
    [["--log-level", "loud"], '--log-level "loud": must be one of debug, info, warn, error'],
    [["--data-dir"], "--data-dir needs a value"],
    [["--components", "gateway"], '--components "gateway": the parts are apiserver and controllers'],
    [
      ["--kubeconfig", "f", "--leader-elect-retry-period", "soon"],
      '--leader-elect-retry-period "soon": must be a duration such as 15s',
    ],
    [["--colour"], "unknown flag --colour"],
    [["--lan=maybe"], '--lan "maybe": must be true or false'],
  ])("refuses %j", (words, message) => {
    expect(refusal(words)).toBe(message);
  });

  it.each(["yes", "true", '"1"'])("takes %s in a file for a switch that is on", (word) => {
    const path = file(`apiVersion: spore.dev/v1alpha1\nkind: SporedConfiguration\nlan: ${word}\n`);
    expect(read(["--config", path])).toMatchObject({ lan: true, discoveryBind: "0.0.0.0" });
  });

  it("names the file and what is wrong in it", () => {
    const head = "apiVersion: spore.dev/v1alpha1\nkind: SporedConfiguration\n";
    expect(refusal(["--config", "/nowhere.yaml"])).toBe("/nowhere.yaml: cannot be read (ENOENT)");
    expect(refusal(["--config", file("kind: Pod\n")])).toContain("must say `apiVersion: spore.dev/v1alpha1`");
    expect(refusal(["--config", file(`${head}colour: red\n`)])).toContain('unknown key "colour"');
    expect(refusal(["--config", file(`${head}toString: red\n`)])).toContain('unknown key "toString"');
    expect(refusal(["--config", file(`${head}lan: maybe\n`)])).toContain('lan "maybe": must be true or false');
    expect(refusal(["--config", file(`${head}apiPort: 1\napiPort: 2\n`)])).toContain("line 4");
  });

  it("helpText names every flag", () => {
    for (const option of Object.keys(sporedOptions)) expect(helpText()).toContain(flagOf(option));
  });
});
