import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { clientVersion } from "../../controller/cli/client-version.ts";
import { pluginEnvironment } from "../../controller/cli/plugin-environment.ts";
import { program } from "../support/built-programs.ts";
import { hasTool } from "../support/machine-tools.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";

describe("pluginEnvironment", () => {
  it("speaks to the server that kubectl speaks to", () => {
    const home = directoryOfTest();
    expect(pluginEnvironment({ HOME: home })).toEqual({});
    mkdirSync(join(home, ".kube"));
    writeFileSync(join(home, ".kube", "config"), "");
    expect(pluginEnvironment({ HOME: home })).toEqual({ SPORE_KUBECONFIG: join(home, ".kube", "config") });
    expect(pluginEnvironment({ HOME: home, KUBECONFIG: "/a:/b" })).toEqual({ SPORE_KUBECONFIG: "/a:/b" });
    expect(pluginEnvironment({ HOME: home, KUBECONFIG: "/a", SPORE_KUBECONFIG: "/c" })).toEqual({});
  });
});

describe.skipIf(!hasTool("kubectl"))("kubectl spore (needs kubectl)", () => {
  it("is sporectl, found on the PATH", () => {
    const directory = directoryOfTest();
    const plugin = join(directory, "kubectl-spore");
    writeFileSync(plugin, `#!/bin/sh\nexec '${process.execPath}' '${program("cli/kubectl-plugin.js")}' "$@"\n`);
    chmodSync(plugin, 0o755);
    const env = { ...process.env, PATH: `${directory}${delimiter}${process.env.PATH}` };
    const told = execFileSync("kubectl", ["spore", "version", "--client"], { env, encoding: "utf8" });
    expect(told).toContain(clientVersion());
  });
});
