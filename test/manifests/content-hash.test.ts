import { describe, expect, it } from "vitest";
import { configMapHash, secretHash } from "../../controller/manifests/content-hash.ts";

describe("the hash in a generated name", () => {
  /** The suffixes are what kubectl 1.33 made of the same content. */
  it("is kubectl's own", () => {
    const data = {
      "two.yaml":
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, labels: {set: two}}\ndata: {a: "1"}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: Bad_Name, labels: {set: two}}\n---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: sec, labels: {set: two}}\n  stringData: {p: hunter2}\n',
    };
    expect(configMapHash("c3", { data })).toBe("cf7hd97t9g");
    expect(secretHash("s2", { data: { p: "aHVudGVyMg==" } })).toBe("m74827h4th");
  });

  it("differs with the content, the name and the type", () => {
    const hashes = [
      configMapHash("a", {}),
      configMapHash("b", {}),
      configMapHash("a", { data: { k: "v" } }),
      configMapHash("a", { binaryData: { k: "v" } }),
      secretHash("a", {}),
      secretHash("a", { type: "x/y" }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
