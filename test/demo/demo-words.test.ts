import { describe, expect, it } from "vitest";
import { farewell, greeting } from "../../controller/demo/demo-words.ts";

const spored = {
  api: "https://127.0.0.1:7443",
  healthPort: 3001,
  kubeconfig: "/tmp/spore-abcdef/admin.kubeconfig",
  logFile: "/tmp/spore-abcdef/spored.log",
};
const node = { name: "esp-a00001", url: "http://127.0.10.1:36159", pid: 4711 };

describe("greeting", () => {
  it("fits a terminal of 80 columns", () => {
    for (const line of greeting(spored, "8 nodes").split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe("farewell", () => {
  it("names the port that the node serves now, its process and a kubeconfig that is there", () => {
    const text = farewell(spored.kubeconfig, node, "build/host/images/lab-sensor-1.0.0.bin");
    expect(text).toContain("export SPORE_KUBECONFIG=/tmp/spore-abcdef/admin.kubeconfig");
    expect(text).toContain("http://127.0.10.1:36159/api/node/update");
    expect(text).toContain("kill -9 4711 ");
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("does not speak of a process where there is none", () => {
    expect(farewell(spored.kubeconfig, { ...node, pid: undefined }, "x.bin")).not.toContain("kill");
  });

  it("changes no file of the checkout", () => {
    expect(farewell(spored.kubeconfig, node, "x.bin")).not.toMatch(/sed -i|>/);
  });
});
