import { apiServerContract } from "../contract/api-server.ts";
import { Asker } from "../support/api-server.ts";
import { httpsServer } from "../support/https-server.ts";
import { rawHttps } from "../support/raw-https.ts";

apiServerContract("over HTTPS", async () => {
  const server = await httpsServer();
  const transport = rawHttps(server.listener, server.credentials.authority.certificate, server.token);
  return { asker: new Asker(transport), close: () => server[Symbol.asyncDispose]() };
});
