import { describe, expect, it } from "vitest";
import { openApiV2Of } from "../../controller/apiserver/openapi-v2.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../controller/base/json.ts";
import { sporeKinds } from "../support/spore-kinds.ts";

const openApi = openApiV2Of(sporeKinds, "v1.32.0+spore.1");
const protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

interface Field {
  readonly number: number;
  readonly bytes: Buffer;
}

/** The fields of a message; numbers as their one byte. */
function fieldsOf(message: Buffer): readonly Field[] {
  const fields: Field[] = [];
  for (let position = 0; position < message.length; ) {
    const tag = varint(message, position);
    const value = varint(message, tag.next);
    const isBytes = tag.value % 8 === 2;
    const end = isBytes ? value.next + value.value : value.next;
    fields.push({ number: Math.floor(tag.value / 8), bytes: message.subarray(isBytes ? value.next : tag.next, end) });
    position = end;
  }
  return fields;
}

function varint(message: Buffer, start: number): { value: number; next: number } {
  let value = 0;
  for (let position = start, factor = 1; ; position++, factor *= 128) {
    const byte = message.readUInt8(position);
    value += (byte % 128) * factor;
    if (byte < 128) return { value, next: position + 1 };
  }
}

function all(message: Buffer, ...path: readonly number[]): readonly Buffer[] {
  return path.reduce<readonly Buffer[]>(
    (messages, number) =>
      messages.flatMap((one) =>
        fieldsOf(one)
          .filter((field) => field.number === number)
          .map((field) => field.bytes),
      ),
    [message],
  );
}

function texts(message: Buffer, ...path: readonly number[]): readonly string[] {
  return all(message, ...path).map((bytes) => bytes.toString("utf8"));
}

/** The message under a name in a list of `Named…`. */
function under(named: readonly Buffer[], name: string): Buffer {
  const found = named.find((one) => texts(one, 1)[0] === name);
  return all(found ?? Buffer.alloc(0), 2)[0] ?? Buffer.alloc(0);
}

function json(): JsonObject {
  return JSON.parse(Buffer.from(openApi.document("application/json")?.body ?? []).toString());
}

describe("openApiV2Of", () => {
  it.each([
    [protobuf, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"],
    [`${protobuf}, application/json`, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"],
    ["application/json, */*", "application/json"],
    [undefined, "application/json"],
  ])("answers %s with %s", (accept, contentType) => {
    expect(openApi.document(accept)?.contentType).toBe(contentType);
  });

  it("has nothing for a client that takes neither", () => {
    expect(openApi.document("application/xml")).toBeUndefined();
  });

  it("says nothing that v2 does not know", () => {
    const text = JSON.stringify(json());
    for (const keyword of ["nullable", "oneOf", "anyOf", "not", "allOf", "pattern"]) {
      expect(text).not.toContain(`"${keyword}":`);
    }
  });

  it("leaves the type open where the schema does", () => {
    const definitions = json().definitions;
    const group = isJsonObject(definitions) ? definitions["dev.spore.v1alpha1.NodeGroup"] : undefined;
    const found: JsonValue[] = [];
    JSON.stringify(group, (_key, value: JsonValue) => {
      if (isJsonObject(value) && value["x-kubernetes-int-or-string"] === true) found.push(value);
      return value;
    });
    expect(found.length).toBeGreaterThan(0);
    for (const schema of found) expect(schema).not.toHaveProperty("type");
  });

  it("writes gnostic's messages", () => {
    const document = Buffer.from(openApi.document(protobuf)?.body ?? []);
    expect(texts(document, 1)).toEqual(["2.0"]);
    expect(texts(document, 2, 1)).toEqual(["SPORE"]);
    expect(texts(document, 2, 2)).toEqual(["v1.32.0+spore.1"]);

    const definition = under(all(document, 9, 1), "dev.spore.v1alpha1.NodeGroup");
    expect(texts(definition, 4)).toEqual([
      "The namespace's nodes that match a selector run this firmware, config and labels; a DaemonSet for boards.",
    ]);
    expect(texts(definition, 19)).toEqual(["spec"]);
    expect(texts(definition, 22, 1)).toEqual(["object"]);
    expect(texts(definition, 31, 1)).toContain("x-kubernetes-group-version-kind");
    expect(texts(under(all(definition, 25, 1), "metadata"), 1)).toEqual([
      "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta",
    ]);
    const spec = under(all(definition, 25, 1), "spec");
    const adoption = under(all(spec, 25, 1), "adoption");
    expect(texts(adoption, 20, 2)).toEqual(['"Manual"', '"Automatic"']);
    expect(texts(adoption, 5, 2)).toEqual(['"Manual"']);
    const config = under(all(under(all(spec, 25, 1), "template"), 25, 1), "config");
    expect(texts(config, 23, 1, 22, 1)).toEqual(["object"]);
  });

  it("tells kubectl in protobuf that the server validates", () => {
    const document = Buffer.from(openApi.document(protobuf)?.body ?? []);
    const item = under(all(document, 8, 2), "/apis/spore.dev/v1alpha1/nodes/{name}");
    expect(texts(item, 8, 8, 1, 2, 3, 4)).toEqual(["dryRun", "fieldManager", "fieldValidation", "force"]);
    expect(texts(item, 8, 13, 1)).toContain("x-kubernetes-group-version-kind");
  });
});
