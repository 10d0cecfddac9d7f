import { inProcessTransport } from "../../controller/apiserver/in-process.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { openLmdbStore } from "../../controller/store/lmdb.ts";
import { apiServerContract } from "../contract/api-server.ts";
import { admin, testServer } from "../support/api-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

apiServerContract("within the process, on LMDB", async () => {
  const directory = await temporaryDirectory();
  const store = await openLmdbStore({ directory: directory.path, clock: systemClock, log: silentLogger });
  const server = await testServer({ store });
  return {
    transport: inProcessTransport(server, admin),
    async close() {
      await server[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
});
