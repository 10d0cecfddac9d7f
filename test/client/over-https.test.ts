import { systemClock } from "../../controller/base/clock.ts";
import { apiClient } from "../../controller/client/api-client.ts";
import { httpsTransport } from "../../controller/client/https-transport.ts";
import { readKubeconfig } from "../../controller/client/kubeconfig.ts";
import { clientContract } from "../contract/client.ts";
import { httpsServer, testIdentity } from "../support/https-server.ts";

clientContract("over HTTPS, with the kubeconfig that spored writes", async () => {
  const identity = await testIdentity();
  const server = await httpsServer(identity);
  const connection = httpsTransport(await readKubeconfig([server.kubeconfig]), systemClock);
  return {
    client: apiClient(connection.transport, { clock: systemClock, userAgent: "test/1" }),
    close: async () => {
      await connection[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await identity[Symbol.asyncDispose]();
    },
  };
});
