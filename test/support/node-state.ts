import { seededRandom } from "../../controller/base/random.ts";
import { boardAt } from "../../controller/simulator/spore/board.ts";
import { Faults } from "../../controller/simulator/spore/faults.ts";
import type { FlashedImage } from "../../controller/simulator/spore/flashed-image.ts";
import { type NodeParts, NodeState } from "../../controller/simulator/spore/node-state.ts";
import { physicsPresets } from "../../controller/simulator/spore/physics.ts";
import { profiles } from "../../controller/simulator/spore/profiles.ts";

/** 100 sectors. */
export function imageOf(version: string, boots: FlashedImage["boots"] = "runs"): FlashedImage {
  return { sizeBytes: 409_600, md5: version.padEnd(32, "0"), flashMode: 3, name: "lab-sensor", version, boots };
}

/** A node of our firmware, 1.0.0, that has just been switched on where nothing takes time. */
export function nodeState(parts: Partial<NodeParts> = {}): NodeState {
  return new NodeState({
    board: boardAt("127.20.0.1"),
    profile: profiles.spore,
    physics: physicsPresets.instant,
    faults: new Faults(),
    random: seededRandom(1),
    image: imageOf("1.0.0"),
    labels: {},
    config: {},
    ...parts,
  });
}
