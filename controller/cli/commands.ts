import type { CommandEntry } from "./command.ts";

/** All verbs, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  {
    name: "apply",
    summary: "make objects what files say",
    load: async () => (await import("./apply/apply.ts")).apply,
  },
  { name: "get", summary: "list objects, or show some", load: async () => (await import("./get/get.ts")).get },
  {
    name: "describe",
    summary: "show one object with its conditions, live figures and events",
    load: async () => (await import("./describe/describe.ts")).describe,
  },
  { name: "delete", summary: "delete objects", load: async () => (await import("./delete/delete.ts")).deleteCommand },
  {
    name: "diff",
    summary: "show what apply would change",
    load: async () => (await import("./diff/diff.ts")).diff,
  },
  {
    name: "edit",
    summary: "change objects in your editor",
    load: async () => (await import("./edit/edit.ts")).edit,
  },
  {
    name: "create",
    summary: "make new objects, from files or from words",
    load: async () => (await import("./create/create.ts")).create,
  },
  {
    name: "replace",
    summary: "replace whole objects by what files say",
    load: async () => (await import("./replace/replace.ts")).replace,
  },
  {
    name: "patch",
    summary: "change fields of objects",
    load: async () => (await import("./patch/patch.ts")).patch,
  },
  {
    name: "scale",
    summary: "say how many replicas there are, of kinds that have any",
    load: async () => (await import("./scale/scale.ts")).scale,
  },
  {
    name: "validate",
    summary: "check manifests without a server",
    load: async () => (await import("./validate/validate.ts")).validate,
  },
  { name: "label", summary: "set or remove labels", load: async () => (await import("./metadata/label.ts")).label },
  {
    name: "annotate",
    summary: "set or remove annotations",
    load: async () => (await import("./metadata/annotate.ts")).annotate,
  },
  {
    name: "adopt",
    summary: "give nodes to a namespace, so that its groups may write to them",
    load: async () => (await import("./nodes/adopt.ts")).adopt,
  },
  {
    name: "release",
    summary: "take nodes back; nothing is written to them any more",
    load: async () => (await import("./nodes/adopt.ts")).release,
  },
  {
    name: "pause",
    summary: "stop every write to nodes or groups at once",
    load: async () => (await import("./nodes/pause.ts")).pause,
  },
  { name: "resume", summary: "the opposite of pause", load: async () => (await import("./nodes/pause.ts")).resume },
  {
    name: "restart",
    summary: "restart nodes, or each node of a group in turn",
    load: async () => (await import("./nodes/restart.ts")).restart,
  },
  {
    name: "sync",
    summary: "look at the repository of a GitSync now, and wait for what comes of it",
    load: async () => (await import("./sync.ts")).sync,
  },
  {
    name: "rollout",
    summary: "follow what a group brings to its boards, and take it back",
    load: async () => (await import("./rollout/rollout.ts")).rollout,
  },
  {
    name: "wait",
    summary: "wait until objects meet a condition",
    load: async () => (await import("./wait.ts")).wait,
  },
  {
    name: "events",
    summary: "show what happened, newest last",
    load: async () => (await import("./events.ts")).events,
  },
  {
    name: "firmware",
    summary: "inspect images and upload them",
    load: async () => (await import("./firmware/firmware.ts")).firmware,
  },
  {
    name: "sim",
    summary: "run simulated nodes on this machine",
    load: async () => (await import("./sim/sim-command.ts")).sim,
  },
  {
    name: "explain",
    summary: "show what the fields of a kind mean",
    load: async () => (await import("./explain/explain.ts")).explain,
  },
  {
    name: "api-resources",
    summary: "list the kinds that the server has",
    load: async () => (await import("./discovery/api-resources.ts")).apiResources,
  },
  {
    name: "api-versions",
    summary: "list the groups and versions that the server has",
    load: async () => (await import("./discovery/api-versions.ts")).apiVersions,
  },
  {
    name: "cluster-info",
    summary: "show where the server is and how many nodes it knows",
    load: async () => (await import("./discovery/cluster-info.ts")).clusterInfo,
  },
  {
    name: "auth",
    summary: "ask what you may do, and who you are",
    load: async () => (await import("./auth/auth.ts")).auth,
  },
  {
    name: "config",
    summary: "look at your kubeconfig, and change it",
    load: async () => (await import("./config/config.ts")).config,
  },
  {
    name: "top",
    summary: "show live figures of nodes: heap, signal, uptime",
    load: async () => (await import("./top/top.ts")).top,
  },
  {
    name: "completion",
    summary: "print a script that completes commands in your shell",
    load: async () => (await import("./completion/completion.ts")).completion,
  },
  {
    name: "options",
    summary: "list the options that every verb takes",
    load: async () => (await import("./options.ts")).options,
  },
  {
    name: "version",
    summary: "show the version of client and server",
    load: async () => (await import("./version.ts")).version,
  },
];
