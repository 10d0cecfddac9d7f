import { Registry } from "prom-client";
import { expect, it } from "vitest";
import { jsonReply } from "../../controller/apiserver/reply.ts";
import { SporeError } from "../../controller/base/errors.ts";
import { measuredTransport } from "../../controller/client/measured-transport.ts";
import { ManualClock } from "../support/manual-clock.ts";

it("counts answers by code, and what got none", async () => {
  const registry = new Registry();
  const clock = new ManualClock();
  const replies = [jsonReply(200, "{}"), jsonReply(409, "{}")];
  const transport = measuredTransport(
    async () => {
      await clock.advance(250);
      const reply = replies.shift();
      if (reply === undefined) throw new SporeError("SPORE_UNAVAILABLE", "gone");
      return reply;
    },
    "k8s.example:6443",
    clock,
    registry,
  );
  const request = { path: "/", query: new URLSearchParams(), headers: {}, signal: new AbortController().signal };
  expect((await transport({ ...request, method: "GET" })).status).toBe(200);
  expect((await transport({ ...request, method: "PATCH" })).status).toBe(409);
  await expect(transport({ ...request, method: "PATCH" })).rejects.toThrow("gone");
  const text = await registry.metrics();
  for (const labels of ['code="200",method="GET"', 'code="409",method="PATCH"', 'code="<error>",method="PATCH"']) {
    expect(text).toContain(`rest_client_requests_total{${labels},host="k8s.example:6443"} 1`);
  }
  expect(text).toContain('rest_client_request_duration_seconds_sum{verb="PATCH",host="k8s.example:6443"} 0.5');
});
