import { describe, expect, it } from "vitest";
import { isDnsLabel, isDnsSubdomain, isLabelValue, isQualifiedName } from "../../controller/api/names.ts";

const long = (length: number) => "a".repeat(length);

describe("names", () => {
  it.each([
    ["a", true],
    ["esp-a1b2c3", true],
    [long(63), true],
    [long(64), false],
    ["", false],
    ["-a", false],
    ["a-", false],
    ["A", false],
    ["a.b", false],
    ["a\n", false],
  ])("isDnsLabel(%j) is %s", (text, verdict) => expect(isDnsLabel(text)).toBe(verdict));

  it.each([
    ["lab-sensor-1.4.0", true],
    [`${long(200)}.${long(52)}`, true],
    [`${long(201)}.${long(52)}`, false],
    ["a..b", false],
    [".a", false],
    ["a_b", false],
    ["../b", false],
  ])("isDnsSubdomain(%j) is %s", (text, verdict) => expect(isDnsSubdomain(text)).toBe(verdict));

  it.each([
    ["app", true],
    ["spore.dev/family", true],
    ["A_b.c-D", true],
    [`x/${long(63)}`, true],
    [`x/${long(64)}`, false],
    ["a/b/c", false],
    ["/b", false],
    ["a/", false],
    ["Spore.dev/a", false],
    ["__proto__", false],
  ])("isQualifiedName(%j) is %s", (text, verdict) => expect(isQualifiedName(text)).toBe(verdict));

  it.each([
    ["", true],
    ["Lab_1.2-x", true],
    [long(63), true],
    [long(64), false],
    ["a b", false],
    ["-a", false],
  ])("isLabelValue(%j) is %s", (text, verdict) => expect(isLabelValue(text)).toBe(verdict));
});
