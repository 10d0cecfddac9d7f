import { inProcessTransport } from "../../controller/apiserver/in-process.ts";
import { apiServerContract } from "../contract/api-server.ts";
import { Asker, admin, testServer } from "../support/api-server.ts";

apiServerContract("within the process", async () => {
  const server = await testServer();
  return { asker: new Asker(inProcessTransport(server, admin)), close: () => server[Symbol.asyncDispose]() };
});
