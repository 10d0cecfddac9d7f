import { join } from "node:path";
import { silentLogger } from "../../controller/base/log.ts";
import { openLmdbStore } from "../../controller/store/lmdb.ts";
import type { Store } from "../../controller/store/store.ts";
import type { StoreSetup } from "../contract/store/setup.ts";
import { storeContract } from "../contract/store.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

storeContract("LMDB", openFresh, 40);

async function openFresh(setup: StoreSetup): Promise<Store & AsyncDisposable> {
  const directory = await temporaryDirectory();
  const store = await openLmdbStore({ directory: join(directory.path, "data"), log: silentLogger, ...setup });
  const dispose = store[Symbol.asyncDispose].bind(store);
  store[Symbol.asyncDispose] = async () => {
    await dispose();
    await directory[Symbol.asyncDispose]();
  };
  return store;
}
