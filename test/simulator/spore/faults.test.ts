import { expect, it } from "vitest";
import { seededRandom } from "../../../controller/base/random.ts";
import { drawFaults, Faults, parseFaultRule } from "../../../controller/simulator/spore/faults.ts";

it.each([
  ["busy", { name: "busy", share: 1 }],
  ["loss=30", { name: "loss", value: 30, share: 1 }],
  ["loss=30@10%", { name: "loss", value: 30, share: 0.1 }],
  ["crash-loop@2.5%", { name: "crash-loop", share: 0.025 }],
])("parseFaultRule reads %s", (text, rule) => {
  expect(parseFaultRule(text)).toEqual(rule);
});

it.each(["", "bussy", "busy=1", "loss=x", "loss@200%", "loss=1=2", "toString", "loss@%"])(
  "parseFaultRule refuses %o",
  (text) => {
    expect(() => parseFaultRule(text)).toThrow(expect.objectContaining({ code: "SPORE_USAGE" }));
  },
);

it("parseFaultRule names what there is to choose from", () => {
  expect(() => parseFaultRule("bussy")).toThrow(
    expect.objectContaining({ details: { hint: expect.stringContaining("power-cut-copy") } }),
  );
});

it("Faults take the table's number unless they are given one", () => {
  const faults = new Faults();
  faults.set("slow-answers");
  faults.set("loss", 7);
  expect([faults.value("slow-answers"), faults.value("loss"), faults.value("drop-upload")]).toEqual([
    5000,
    7,
    undefined,
  ]);
  faults.clear("loss");
  expect(faults.names).toEqual(["slow-answers"]);
});

it("drawFaults gives a share of a fleet the fault, and the same share for the same seed", () => {
  const rules = [parseFaultRule("crash-loop@25%")];
  const draw = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 1000 }, () => drawFaults(rules, random).has("crash-loop"));
  };
  const hit = draw(1).filter(Boolean).length;
  expect(hit).toBeGreaterThan(200);
  expect(hit).toBeLessThan(300);
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});
