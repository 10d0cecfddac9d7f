import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comesFirst, membershipOf } from "../../../controller/reconcilers/node-group/members.ts";
import { groupOf, nodeOf } from "../objects.ts";

const lab = { labels: { room: "lab" } };
const names = (nodes: readonly { metadata: { name: string } }[]) => nodes.map(({ metadata }) => metadata.name);

describe("membershipOf", () => {
  it("takes the owned nodes of its own namespace that match, sorted", () => {
    const nodes = [
      nodeOf("b", { owner: "default", ...lab }),
      nodeOf("a", { owner: "default", ...lab }),
      nodeOf("elsewhere", { owner: "other", ...lab }),
      nodeOf("kitchen", { owner: "default", labels: { room: "kitchen" } }),
    ];
    expect(names(membershipOf(groupOf("g"), [], nodes).members)).toEqual(["a", "b"]);
  });

  it("lists matching nodes that nobody adopted, and takes none of them", () => {
    const { members, unowned } = membershipOf(groupOf("g"), [], [nodeOf("wild", lab)]);
    expect([names(members), names(unowned)]).toEqual([[], ["wild"]]);
  });

  it("takes nothing with an empty selector, while being deleted, and no node that is being deleted", () => {
    const nodes = [nodeOf("a", { owner: "default", ...lab })];
    const going = { deletionTimestamp: "2026-01-01T00:00:00Z" };
    expect(membershipOf(groupOf("g", { selector: {} }), [], nodes).members).toEqual([]);
    expect(membershipOf(groupOf("g", {}, going), [], nodes).members).toEqual([]);
    expect(membershipOf(groupOf("g"), [], [nodeOf("a", { owner: "default", ...lab, meta: going })]).members).toEqual(
      [],
    );
  });

  it("yields to a higher priority and shows the overlap on both sides", () => {
    const nodes = [nodeOf("a", { owner: "default", ...lab }), nodeOf("b", { owner: "default", ...lab })];
    const low = groupOf("low");
    const high = groupOf("high", { priority: 5, selector: { matchLabels: { room: "lab" } } });
    const groups = [low, high];
    expect(membershipOf(low, groups, nodes)).toMatchObject({ members: [], overlaps: [{ group: "high", nodes: 2 }] });
    expect(names(membershipOf(high, groups, nodes).members)).toEqual(["a", "b"]);
    expect(membershipOf(high, groups, nodes).overlaps).toEqual([{ group: "low", nodes: 2 }]);
  });

  it("ignores rivals that are being deleted or have an empty selector", () => {
    const nodes = [nodeOf("a", { owner: "default", ...lab })];
    const going = groupOf("going", { priority: 9 }, { deletionTimestamp: "2026-01-01T00:00:00Z" });
    const empty = groupOf("empty", { priority: 9, selector: {} });
    expect(membershipOf(groupOf("g"), [going, empty], nodes)).toMatchObject({ members: [{}], overlaps: [] });
  });

  it("gives each node to exactly one of the groups that match it", () => {
    const group = fc.record({
      priority: fc.integer({ min: 0, max: 2 }),
      born: fc.integer({ min: 1, max: 3 }),
      room: fc.constantFrom("lab", "hall"),
    });
    fc.assert(
      fc.property(
        fc.array(group, { minLength: 1, maxLength: 6 }),
        fc.array(fc.constantFrom("lab", "hall"), { maxLength: 8 }),
        (specs, rooms) => {
          const groups = specs.map(({ priority, born, room }, index) =>
            groupOf(
              `g${index}`,
              { priority, selector: { matchLabels: { room } } },
              { creationTimestamp: `2026-01-0${born}T00:00:00Z` },
            ),
          );
          const nodes = rooms.map((room, index) => nodeOf(`n${index}`, { owner: "default", labels: { room } }));
          const taken = groups.flatMap((one) => names(membershipOf(one, groups, nodes).members));
          const wanted = nodes.filter((node) => specs.some(({ room }) => node.metadata.labels?.room === room));
          expect(taken.sort()).toEqual(names(wanted).sort());
        },
      ),
    );
  });
});

describe("comesFirst", () => {
  const old = { creationTimestamp: "2026-01-01T00:00:00Z" };
  const young = { creationTimestamp: "2026-02-01T00:00:00Z" };
  it.each([
    ["priority beats age", groupOf("b", { priority: 1 }, young), groupOf("a", {}, old)],
    ["age beats the name", groupOf("b", {}, old), groupOf("a", {}, young)],
    ["the name decides at last", groupOf("a", {}, old), groupOf("b", {}, old)],
  ])("%s", (_claim, first, second) => {
    expect([comesFirst(first, second), comesFirst(second, first)]).toEqual([true, false]);
  });
});
