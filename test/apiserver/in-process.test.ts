import { inProcessTransport } from "../../controller/apiserver/in-process.ts";
import { apiServerContract } from "../contract/api-server.ts";
import { admin, testServer } from "../support/api-server.ts";

apiServerContract("within the process", async () => {
  const server = await testServer();
  return { transport: inProcessTransport(server, admin), close: () => server[Symbol.asyncDispose]() };
});
