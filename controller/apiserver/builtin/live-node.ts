import { LiveNode } from "../../api/live-node.ts";
import { columnOf, nameColumn } from "../table-column.ts";
import { builtinKind, described, instant } from "./builtin-kind.ts";

export const servedLiveNode = builtinKind(LiveNode, {
  verbs: ["get", "list", "watch"],
  columns: [
    nameColumn,
    columnOf({ name: "Phase", type: "string", description: "How recently it was heard.", jsonPath: ".status.phase" }),
    columnOf({ name: "Address", type: "string", description: "Where it was last heard.", jsonPath: ".status.address" }),
    columnOf({ name: "Last Seen", type: "date", description: "When it was last heard.", jsonPath: ".status.lastSeen" }),
    columnOf({ name: "Version", type: "string", description: "The firmware it reports.", jsonPath: ".status.version" }),
    columnOf({ name: "State", type: "string", description: "What it says it is doing.", jsonPath: ".status.state" }),
    columnOf({
      name: "Heap",
      type: "integer",
      description: "Free heap in bytes.",
      jsonPath: ".status.freeHeapBytes",
    }),
    columnOf({
      name: "RSSI",
      type: "integer",
      description: "Signal strength in dBm.",
      jsonPath: ".status.rssiDbm",
    }),
    columnOf({
      name: "Sent",
      type: "integer",
      description: "Bytes of the transfer under way that were sent.",
      priority: 1,
      jsonPath: ".status.transfer.sentBytes",
    }),
    columnOf({
      name: "Received",
      type: "integer",
      description: "Bytes that the device says it received.",
      priority: 1,
      jsonPath: ".status.transfer.receivedBytes",
    }),
    columnOf({
      name: "Total",
      type: "integer",
      description: "Size of the transfer under way in bytes.",
      priority: 1,
      jsonPath: ".status.transfer.totalBytes",
    }),
  ],
  schema: {
    type: "object",
    description: "The live figures of one Node: memory of the process that hears the devices, never stored, read-only.",
    properties: {
      status: {
        type: "object",
        required: ["phase"],
        description: "What the device last said.",
        properties: {
          phase: {
            type: "string",
            enum: ["Active", "Inactive", "Dead", "Unknown"],
            description: "How recently the device was heard.",
          },
          address: described("IPv4 address the device was last heard from."),
          port: { type: "integer", description: "TCP port of the device's HTTP API." },
          lastSeen: instant("When the device was last heard, to the millisecond."),
          uptimeSeconds: { type: "integer", format: "int64", description: "How long the device has been up." },
          freeHeapBytes: { type: "integer", format: "int64", description: "Free heap." },
          rssiDbm: { type: "integer", description: "Signal strength." },
          bootId: { type: "integer", format: "int64", description: "A number that the device draws at each boot." },
          version: described("The version of the firmware that the device reports."),
          state: described("What the device says it is doing: ok, ota, low, safe."),
          transfer: {
            type: "object",
            required: ["totalBytes", "sentBytes"],
            description: "The transfer under way.",
            properties: {
              totalBytes: { type: "integer", format: "int64", description: "Size of the image." },
              sentBytes: {
                type: "integer",
                format: "int64",
                description: "Bytes written to the socket. Says nothing about what arrived.",
              },
              receivedBytes: {
                type: "integer",
                format: "int64",
                description: "What the device says it received; absent where it does not say.",
              },
            },
          },
        },
      },
    },
  },
});
