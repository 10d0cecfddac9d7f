import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, vi } from "vitest";
import { ConfigMap } from "../../controller/api/core-kinds.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { seededRandom } from "../../controller/base/random.ts";
import { keepTree } from "../../controller/manifests/keep-tree.ts";
import { compileSchema } from "../../controller/schema/compiled-schema.ts";
import { MapObjectApi } from "../support/object-api.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";

const compiled = compileSchema({ type: "object", "x-kubernetes-preserve-unknown-fields": true }, ConfigMap);

describe("keepTree", () => {
  it("follows the directory, also through an editor's atomic save and a spell of nonsense", async () => {
    const directory = directoryOfTest();
    const api = new MapObjectApi();
    const stop = new AbortController();
    const kept = keepTree(
      {
        directory,
        pruneAll: false,
        lookup: (_apiVersion, kind) => (kind === "ConfigMap" ? { kind: ConfigMap, compiled } : undefined),
        kindOf: () => ConfigMap,
        api,
        log: silentLogger,
        clock: systemClock,
        random: seededRandom(1),
      },
      stop.signal,
    );
    const value = async () => {
      const object = (await api.read(ConfigMap, { namespace: "default", name: "a" })) as ConfigMap | undefined;
      return object?.data?.a;
    };
    const write = (text: string) => {
      writeFileSync(join(directory, ".a.tmp"), text);
      renameSync(join(directory, ".a.tmp"), join(directory, "a.yaml"));
    };
    for (const text of ["1", "2", "3"]) {
      write(`apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, uid: u}\ndata: {a: "${text}"}\n`);
      await vi.waitUntil(async () => (await value()) === text, { timeout: 10_000 });
      write("kind: [");
    }
    stop.abort();
    await kept;
  });
});
