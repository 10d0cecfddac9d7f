/** Verbs of kubectl that people try, and what there is in their place. */
export const absentVerbs: ReadonlyMap<string, { readonly why: string; readonly hint: string }> = new Map(
  Object.entries({
    exec: { why: "a board runs one program, and no shell", hint: "sporectl describe node NAME shows what it reports" },
    attach: {
      why: "a board runs one program, and no shell",
      hint: "sporectl describe node NAME shows what it reports",
    },
    cp: { why: "files reach a board as firmware", hint: "sporectl firmware push FILE" },
    "port-forward": {
      why: "boards are reached in their own network",
      hint: "sporectl get nodes shows their addresses, and the gateway's page forwards calls",
    },
    proxy: {
      why: "there is no proxy in this program",
      hint: "sporectl get --raw PATH asks the server with your credentials",
    },
    cordon: { why: "nothing is scheduled onto a node", hint: "sporectl pause node NAME stops every write to it" },
    uncordon: { why: "nothing is scheduled onto a node", hint: "sporectl resume node NAME" },
    drain: { why: "nothing can be moved off a board", hint: "sporectl pause node NAME, or sporectl release NAME" },
    taint: { why: "groups choose nodes by labels", hint: "sporectl label node NAME KEY=VALUE" },
    run: { why: "programs reach boards as firmware of a group", hint: "sporectl firmware push FILE, then a NodeGroup" },
    expose: { why: "boards have no services", hint: "sporectl get nodes shows their addresses" },
    autoscale: {
      why: "a group has the nodes that its selector finds",
      hint: "sporectl label node NAME KEY=VALUE adds one",
    },
  }),
);
