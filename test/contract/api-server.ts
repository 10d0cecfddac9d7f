import { afterEach, beforeEach, describe } from "vitest";
import type { Transport } from "../../controller/api/transport.ts";
import { Asker } from "../support/api-server.ts";
import { artifactsContract } from "./api-server/artifacts.ts";
import { coreKindsContract } from "./api-server/core-kinds.ts";
import { createContract } from "./api-server/create.ts";
import { deleteContract } from "./api-server/delete.ts";
import { fieldValidationContract } from "./api-server/field-validation.ts";
import { hostileContract } from "./api-server/hostile.ts";
import { namespacesContract } from "./api-server/namespaces.ts";
import { patchContract } from "./api-server/patch.ts";
import { readContract } from "./api-server/read.ts";
import { replaceContract } from "./api-server/replace.ts";
import { sporeKindsContract } from "./api-server/spore-kinds.ts";
import { statusContract } from "./api-server/status.ts";
import { watchContract } from "./api-server/watch.ts";

export interface OpenServer {
  /** A way in, for somebody who may do everything. */
  readonly transport: Transport;
  close(): PromiseLike<void>;
}

/** What a Kubernetes client may rely on, whichever way it reaches the server. `open` starts one with an empty store. */
export function apiServerContract(name: string, open: () => Promise<OpenServer>): void {
  describe(`the API, ${name}`, () => {
    let server: OpenServer;
    beforeEach(async () => {
      server = await open();
    });
    afterEach(() => server.close());
    const ask = new Asker((request) => server.transport(request));

    artifactsContract(ask);
    coreKindsContract(ask);
    createContract(ask);
    deleteContract(ask);
    fieldValidationContract(ask);
    hostileContract(ask);
    namespacesContract(ask);
    patchContract(ask);
    readContract(ask);
    replaceContract(ask);
    sporeKindsContract(ask);
    statusContract(ask);
    watchContract(ask);
  });
}
