import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findKubeconfig } from "../../controller/client/find-kubeconfig.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

describe("findKubeconfig", () => {
  it("looks at the flag, $SPORE_KUBECONFIG, spored's own, then $KUBECONFIG with a notice", async () => {
    await using directory = await temporaryDirectory();
    const own = join(directory.path, "spore", "admin.kubeconfig");
    const environment = { XDG_DATA_HOME: directory.path, KUBECONFIG: "/x/one:/x/two" };
    expect(findKubeconfig(undefined, environment)).toEqual({
      paths: ["/x/one", "/x/two"],
      notice: `using $KUBECONFIG (/x/one:/x/two), as there is no ${own}`,
    });
    await mkdir(join(directory.path, "spore"));
    await writeFile(own, "");
    expect(findKubeconfig(undefined, environment)).toEqual({ paths: [own] });
    expect(findKubeconfig(undefined, { ...environment, SPORE_KUBECONFIG: "/x/mine" })).toEqual({ paths: ["/x/mine"] });
    expect(findKubeconfig("/x/flag", { ...environment, SPORE_KUBECONFIG: "/x/mine" })).toEqual({ paths: ["/x/flag"] });
  });

  it("names the file that spored would have written when there is nothing", () => {
    expect(findKubeconfig(undefined, { XDG_DATA_HOME: "/nowhere" })).toEqual({
      paths: ["/nowhere/spore/admin.kubeconfig"],
    });
    expect(findKubeconfig(undefined, { XDG_DATA_HOME: "relative" }).paths[0]).toMatch(/\/\.local\/share\/spore\//);
  });
});
