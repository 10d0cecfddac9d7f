import { describe, expect, it } from "vitest";
import { isSporeError } from "../../controller/base/errors.ts";
import { readConfiguration } from "../../controller/config/read-configuration.ts";

function verdict(words: string, environment: Record<string, string> = {}): string {
  try {
    readConfiguration(words.split(" "), { XDG_DATA_HOME: "/data", ...environment });
    return "accepted";
  } catch (error) {
    if (!isSporeError(error, "SPORE_USAGE")) throw error;
    expect(error.details.hint).not.toBe(undefined);
    return error.message;
  }
}

const onCluster = "--kubeconfig in-cluster";

describe("checkTogether", () => {
  it.each([
    ["--components apiserver", "accepted"],
    ["--components=apiserver,controllers", "accepted"],
    [onCluster, "accepted"],
    [`${onCluster} --namespace spore-system --install-crds --leader-elect=false`, "accepted"],
    [`${onCluster} --advertise-address 10.1.2.3`, "accepted"],
    [
      `${onCluster} --leader-elect-lease-duration 60s --leader-elect-renew-deadline 40s --leader-elect-retry-period 5s`,
      "accepted",
    ],
    ["--components controllers", "--components without apiserver: the controllers need an API server"],
    ["--context lab", "--context means something with --kubeconfig only"],
    ["--leader-elect=false", "--leader-elect means something with --kubeconfig only"],
    ["--advertise-address 10.0.0.1", "--advertise-address means something with --kubeconfig only"],
    [`${onCluster} --manifests lab`, "--manifests does not work together with --kubeconfig"],
    [`${onCluster} --sync https://example.org/fleet.git`, "--sync does not work together with --kubeconfig"],
    [`${onCluster} --components apiserver`, "--components does not work together with --kubeconfig"],
    [`${onCluster} --advertise-address 127.0.0.1`, "--advertise-address 127.0.0.1: nobody else can reach it"],
    [`${onCluster} --advertise-address 0.0.0.0`, "--advertise-address 0.0.0.0: nobody else can reach it"],
    [
      `${onCluster} --leader-elect-lease-duration 1500ms`,
      "--leader-elect-lease-duration 1.5s: a Lease counts whole seconds",
    ],
    [
      `${onCluster} --leader-elect-renew-deadline 15s`,
      "--leader-elect-lease-duration must be longer than --leader-elect-renew-deadline",
    ],
    [
      `${onCluster} --leader-elect-retry-period 9s`,
      "--leader-elect-renew-deadline must be more than 1.2 times --leader-elect-retry-period",
    ],
    [`${onCluster} --leader-elect-retry-period 99ms`, "--leader-elect-retry-period must be 100ms or more"],
  ])("judges %s", (words, expected) => {
    expect(verdict(words)).toBe(expected);
  });

  it("judges what comes from the environment likewise", () => {
    expect(verdict("--udp-port 1", { SPORED_NAMESPACE: "x" })).toBe(
      "--namespace means something with --kubeconfig only",
    );
  });
});
