import { createServer } from "node:net";
import { SporeError } from "../base/errors.ts";

/**
 * Makes sure that sockets can be bound to all `addresses`. Linux has all of 127.0.0.0/8; macOS has 127.0.0.1 alone until the others are added.
 *
 * @throws SporeError `SPORE_USAGE` with the one command that adds what is missing.
 */
export async function requireAddresses(addresses: readonly string[]): Promise<void> {
  const missing: string[] = [];
  for (const address of addresses) if (!(await isBindable(address))) missing.push(address);
  const [first] = missing;
  if (first === undefined) return;
  const more = missing.length > 1 ? ` and ${missing.length - 1} more` : "";
  throw new SporeError(
    "SPORE_USAGE",
    `this machine does not have the address ${first}${more}; each node needs one of its own`,
    {
      hint: `for a in ${missing.join(" ")}; do sudo ifconfig lo0 alias $a; done`,
    },
  );
}

function isBindable(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: address, port: 0 }, () => server.close(() => resolve(true)));
  });
}
