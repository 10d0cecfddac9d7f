import type { NodeGroup } from "../../api/node-group.ts";
import type { NodeGroupRevision } from "../../api/node-group-revision.ts";
import { asJson } from "../../base/as-json.ts";
import type { Io } from "../io.ts";
import { ageText } from "../output/age-text.ts";
import { columns } from "../output/columns.ts";
import { printDocument } from "../output/object-printer.ts";
import type { Session } from "../session/session.ts";
import { numbered, revisionsOf } from "./revisions.ts";

export interface HistoryOptions {
  readonly revision?: string;
}

/** Lists the revisions of a group, the newest last, or shows one of them. */
export async function showHistory(
  group: NodeGroup,
  { revision }: HistoryOptions,
  session: Session,
  io: Io,
): Promise<void> {
  const revisions = await revisionsOf(group, session, io.signal);
  if (revision !== undefined) {
    await printDocument(asJson(numbered(revisions, revision, "--revision").spec), "yaml", io.out);
    return;
  }
  io.out.write(`nodegroup.spore.dev/${group.metadata.name}\n`);
  const rows = revisions.map((each) => row(each, group, io));
  io.out.write(columns([["REVISION", "NAME", "FIRMWARE", "CONFIG", "AGE", "NOTE"], ...rows]));
}

function row({ metadata, spec }: NodeGroupRevision, { status }: NodeGroup, io: Io): readonly string[] {
  const notes = [
    ...(metadata.name === status?.updateRevision ? ["newest"] : []),
    ...(metadata.name === status?.currentRevision ? ["reached by all"] : []),
  ];
  return [
    String(spec.number),
    metadata.name,
    spec.firmware ? spec.firmware.name : "<none>",
    spec.config ? spec.config.hash.slice(0, 8) : "<none>",
    ageText(metadata.creationTimestamp, io),
    notes.join(", "),
  ];
}
