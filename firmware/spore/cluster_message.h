#pragma once

#include "../common/text.h"

namespace spore {

/// No datagram of ours is longer: upstream receivers hold 512 bytes.
constexpr size_t maxDatagramBytes = 500;
/// So do ours; what is longer is cut, and then read as nothing.
constexpr size_t maxReceivedBytes = 512;
constexpr size_t maxHostnameBytes = 32;

/// A datagram of the cluster protocol; its texts point into the datagram.
struct ClusterMessage {
  enum class Kind : uint8_t {
    unknown,
    malformed,
    discovery,
    response,
    heartbeat,
    nodeInfo,
    nodeUpdate,
    event,
    raw,
    probe
  };

  Kind kind = Kind::unknown;
  Text hostname;  // empty in the bare forms of response and heartbeat
  Text body;      // JSON, hex digits or a nonce
};

/// Letters, digits, `_` and `-`, 1 to 32 of them.
bool isHostname(Text text);

/// Reads a datagram of any generation, and the slash-separated names that are expected of the next.
ClusterMessage parseClusterMessage(Text datagram);

}  // namespace spore
