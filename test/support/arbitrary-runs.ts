import fc from "fast-check";

/** Runs of `run-crd.yaml`, of few names and values, so that those of different managers meet. */
const word = fc.constantFrom("p", "q");

function wordsOf(...keys: readonly string[]) {
  return fc.dictionary(fc.constantFrom(...keys), word, { noNullPrototype: true });
}

function listBy<T extends object>(key: string, keys: readonly (string | number)[], rest: fc.Arbitrary<T>) {
  return fc.shuffledSubarray([...keys]).chain((chosen) => {
    return fc.tuple(...chosen.map((value) => rest.map((inner) => ({ [key]: value, ...inner }))));
  });
}

function partial(members: Readonly<Record<string, fc.Arbitrary<unknown>>>) {
  return fc.record(members, { requiredKeys: [], noNullPrototype: true });
}

const spec = partial({
  image: word,
  replicas: fc.nat(2),
  mode: fc.constantFrom("slow", "fast"),
  labels: wordsOf("a", "b", "c"),
  tags: fc.shuffledSubarray(["a", "b", "c", "d"]),
  args: fc.subarray(["a", "b"]),
  point: partial({ lat: fc.nat(1), lon: fc.nat(1) }),
  nested: partial({ a: word, b: word, deep: partial({ c: word, d: word }) }),
  ports: listBy(
    "port",
    [1, 2, 3],
    partial({ protocol: fc.constantFrom("TCP", "UDP"), name: word, options: wordsOf("x", "z") }),
  ),
  steps: listBy(
    "name",
    ["s", "t", "u"],
    partial({
      run: word,
      retries: fc.integer({ min: 1, max: 4 }),
      env: listBy("name", ["E", "F"], partial({ value: word })),
    }),
  ),
  any: partial({
    k: fc.constantFrom<unknown>(1, "x", [1], [2], { m: 1 }, { m: 2, n: 1 }, {}),
    l: fc.constantFrom<unknown>(1, { o: { r: "p" } }, { o: { r: "q" } }, ["p"], ["q"]),
  }),
  groups: fc.dictionary(fc.constantFrom("g", "h"), partial({ size: fc.nat(1), color: word }), {
    noNullPrototype: true,
  }),
});

const metadata = partial({
  labels: wordsOf("a", "b").map((labels) => ({ ...labels, c: "x" })),
  annotations: wordsOf("a", "b").map((annotations) => ({ ...annotations, c: "x" })),
});

/** What somebody wants of a Run. */
export const runConfigurations = partial({ spec, metadata });

const status = partial({
  phase: word,
  ready: fc.nat(1),
  conditions: listBy("type", ["R", "L"], fc.record({ status: word }, { noNullPrototype: true })),
}).map((inner) => ({ status: inner }));

const managers = fc.constantFrom("a", "b", "c");

const step = fc.oneof(
  { weight: 4, arbitrary: stepOf("applies", runConfigurations) },
  { weight: 3, arbitrary: stepOf("forces", runConfigurations) },
  { weight: 1, arbitrary: stepOf("applies status", status) },
  { weight: 1, arbitrary: stepOf("forces status", status) },
  { weight: 1, arbitrary: stepOf("merges status", status) },
  { weight: 2, arbitrary: stepOf("merges", runConfigurations) },
  { weight: 1, arbitrary: stepOf("replaces", runConfigurations) },
  { weight: 1, arbitrary: stepOf("creates", runConfigurations) },
);

function stepOf(verb: string, bodies: fc.Arbitrary<unknown>) {
  return fc.tuple(managers, bodies).map(([who, body]) => ({ [`${who} ${verb}`]: body }));
}

/** What several managers do to one Run; see `ApplyCase`. */
export const runSteps = fc.array(step, { minLength: 2, maxLength: 7 });
