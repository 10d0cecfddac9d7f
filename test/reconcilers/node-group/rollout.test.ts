import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decideRollout,
  type RolloutMember,
  unavailableBudget,
} from "../../../controller/reconcilers/node-group/rollout.ts";

const up = { available: true, failed: false, alreadyThere: false };
const down = { ...up, available: false };
const old = (name: string): RolloutMember => ({ name, revision: "v1", ...up });
const updated = (name: string): RolloutMember => ({ name, revision: "v2", ...up, alreadyThere: true });
const moving = (name: string): RolloutMember => ({ name, revision: "v2", ...down });
const broken = (name: string): RolloutMember => ({ name, revision: "v2", ...down, failed: true });
const decide = (members: readonly RolloutMember[], budget = 1, paused = false) =>
  decideRollout(members, "v2", budget, paused);

describe("decideRollout", () => {
  it.each<[string, RolloutMember[], number, string[]]>([
    ["one at a time by default", [old("b"), old("a")], 1, ["a"]],
    ["as many as the budget allows", [old("a"), old("b"), old("c")], 2, ["a", "b"]],
    ["nobody while one is on its way", [moving("a"), old("b")], 1, []],
    ["the next one when the last arrived", [updated("a"), old("b"), old("c")], 1, ["b"]],
    ["unavailable ones first", [old("a"), { ...old("b"), available: false }], 1, ["b"]],
    [
      "ones that failed on the older revision before all others",
      [
        { ...old("a"), available: false },
        { ...old("b"), available: false, failed: true },
      ],
      1,
      ["b"],
    ],
    ["nobody who works while as many as may be are down", [old("a"), { ...old("b"), available: false }], 1, ["b"]],
    [
      "one who works beside one who is down, with a budget for both",
      [old("a"), { ...old("b"), available: false }, old("c")],
      3,
      ["b", "a", "c"],
    ],
    ["nobody after the first failure", [broken("a"), old("b")], 5, []],
    ["whoever is there already, at no cost", [moving("a"), { ...old("b"), alreadyThere: true }], 1, ["b"]],
    ["whoever is there already, also after a failure", [broken("a"), { ...old("b"), alreadyThere: true }], 1, ["b"]],
    ["nodes that were never assigned", [{ name: "new", ...up }], 1, ["new"]],
    ["nobody when all are done", [updated("a"), updated("b")], 1, []],
    ["nobody when there is nobody", [], 1, []],
  ])("admits %s", (_claim, members, budget, admit) => {
    expect(decide(members, budget).admit).toEqual(admit);
  });

  it("admits nobody while paused, not even who is there already", () => {
    const decision = decide([old("a"), { ...old("b"), alreadyThere: true }], 5, true);
    expect(decision).toMatchObject({ admit: [], waiting: ["a", "b"], blockers: [] });
  });

  it("spreads a new revision no faster when an outage made everybody unavailable", () => {
    const members = ["a", "b", "c", "d"].map((name) => ({ ...old(name), available: false }));
    expect(decide(members, 2).admit).toEqual(["a", "b"]);
  });

  it("names who failed, who waits and who blocks", () => {
    expect(decide([broken("a"), old("b")])).toMatchObject({ failed: ["a"], waiting: ["b"], blockers: [] });
    expect(decide([moving("a"), old("b")])).toMatchObject({ failed: [], waiting: ["b"], blockers: ["a"] });
  });

  const member = fc.record({
    revision: fc.constantFrom("v1", "v2"),
    available: fc.boolean(),
    failed: fc.boolean(),
    alreadyThere: fc.boolean(),
  });
  const fleet = fc
    .array(member, { maxLength: 12 })
    .map((list) =>
      list.map((one, index): RolloutMember => ({ ...one, name: `n${index}`, available: one.available && !one.failed })),
    );

  it("never lets what it does exceed the budget", () => {
    fc.assert(
      fc.property(fleet, fc.integer({ min: 1, max: 6 }), (members, budget) => {
        const before = members.filter(({ available }) => !available).length;
        const { admit } = decide(members, budget);
        const hit = members.filter(
          ({ name, available, alreadyThere }) => admit.includes(name) && available && !alreadyThere,
        );
        expect(before + hit.length).toBeLessThanOrEqual(Math.max(before, budget));
        const onTheirWay = members.filter(
          ({ name, revision, available, alreadyThere }) =>
            (revision === "v2" && !available) || (admit.includes(name) && !alreadyThere),
        );
        const already = members.filter(({ revision, available }) => revision === "v2" && !available).length;
        expect(onTheirWay.length).toBeLessThanOrEqual(Math.max(already, budget));
      }),
    );
  });

  it("does the same whatever the order of its members", () => {
    fc.assert(
      fc.property(fleet, fc.integer({ min: 1, max: 6 }), (members, budget) => {
        expect(decide([...members].reverse(), budget)).toEqual(decide(members, budget));
      }),
    );
  });

  it("reaches everybody when every member that is admitted arrives", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5 }), (count, budget) => {
        let members = Array.from({ length: count }, (_, index) => old(`n${index}`));
        for (let round = 0; round < count; round++) {
          const { admit } = decide(members, budget);
          members = members.map((one) => (admit.includes(one.name) ? updated(one.name) : one));
        }
        expect(members.every(({ revision }) => revision === "v2")).toBe(true);
      }),
    );
  });
});

describe("unavailableBudget", () => {
  it.each<[number | string, number, number]>([
    [1, 8, 1],
    [3, 8, 3],
    [0, 8, 1],
    ["25%", 8, 2],
    ["25%", 7, 1],
    ["10%", 8, 1],
    ["100%", 8, 8],
    ["0%", 8, 1],
  ])("%j of %s nodes", (maxUnavailable, members, budget) => {
    expect(unavailableBudget(maxUnavailable, members)).toEqual({ ok: true, value: budget });
  });

  it.each([[-1], [1.5], ["3"], ["101%"], ["-1%"], ["some"], [""]])("refuses %j", (maxUnavailable) => {
    expect(unavailableBudget(maxUnavailable, 8)).toMatchObject({
      problem: { remedy: "stalled", reason: "InvalidSpec" },
    });
  });
});
