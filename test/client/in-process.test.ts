import { inProcessTransport } from "../../controller/apiserver/in-process.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { apiClient } from "../../controller/client/api-client.ts";
import { clientContract } from "../contract/client.ts";
import { admin, testServer } from "../support/api-server.ts";

clientContract("within the process", async () => {
  const server = await testServer();
  const client = apiClient(inProcessTransport(server, admin), { clock: systemClock, userAgent: "test/1" });
  return { client, close: () => server[Symbol.asyncDispose]() };
});
