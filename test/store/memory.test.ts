import { openMemoryStore } from "../../controller/store/memory.ts";
import { storeContract } from "../contract/store.ts";

storeContract("memory", async (setup) => openMemoryStore(setup), 300);
