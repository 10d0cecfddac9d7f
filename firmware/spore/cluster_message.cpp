#include "cluster_message.h"

#include "../common/hex.h"
#include "../common/json.h"

namespace spore {

namespace {

using Kind = ClusterMessage::Kind;

struct Prefix {
  const char* text;
  Kind kind;
  bool anyCase;
};

/// Longer names before those they start with.
const Prefix prefixes[] = {
    {"CLUSTER_DISCOVERY", Kind::discovery, false},
    {"CLUSTER_RESPONSE", Kind::response, false},
    {"CLUSTER_HEARTBEAT", Kind::heartbeat, false},
    {"CLUSTER_NODE_INFO:", Kind::nodeInfo, false},
    {"NODE_UPDATE:", Kind::nodeUpdate, false},
    {"CLUSTER_EVENT:", Kind::event, false},
    {"RAW:", Kind::raw, false},
    {"SPORE_PROBE:", Kind::probe, false},
    {"cluster/discovery", Kind::discovery, true},
    {"cluster/heartbeat:", Kind::heartbeat, true},
    {"cluster/node/update:", Kind::nodeUpdate, true},
    {"node/update:", Kind::nodeUpdate, true},
    {"cluster/event:", Kind::event, true},
};

Text withoutTrailer(Text datagram) {
  size_t size = datagram.size();
  while (size > 0 && memchr("\0\r\n ", datagram[size - 1], 4) != nullptr) size--;
  return datagram.first(size);
}

bool isJsonObject(Text text) {
  Json value;
  return Json::parse(text, value) && value.isObject();
}

bool isNonce(Text text) {
  if (text.empty() || text.size() > 16) return false;
  for (char c : text)
    if (hexDigit(c) < 0) return false;
  return true;
}

bool isRawFrame(Text text) {
  for (char c : text)
    if (hexDigit(c) < 0) return false;
  return true;
}

/// Digits and dots, as in an IPv4 address; the address that counts is the sender's.
bool isDotted(Text text) {
  for (char c : text)
    if (!isDigit(c) && c != '.') return false;
  return !text.empty();
}

/// `:H` or nothing, and for responses also `:H:ipv4`.
bool takeOptionalHostname(Text rest, bool mayCarryAddress, ClusterMessage& message) {
  if (rest.empty()) return true;
  if (rest[0] != ':') return false;
  rest = rest.from(1);
  const size_t colon = mayCarryAddress ? rest.find(':') : Text::npos;
  message.hostname = rest.first(colon);
  return isHostname(message.hostname) && (colon == Text::npos || isDotted(rest.from(colon + 1)));
}

bool takeHostnameAndJson(Text rest, ClusterMessage& message) {
  const size_t colon = rest.find(':');
  if (colon == Text::npos) return false;
  message.hostname = rest.first(colon);
  message.body = rest.from(colon + 1);
  return isHostname(message.hostname) && isJsonObject(message.body);
}

bool takeRest(Kind kind, Text rest, ClusterMessage& message) {
  message.body = rest;
  switch (kind) {
    case Kind::discovery:
      return rest.empty();
    case Kind::response:
      return takeOptionalHostname(rest, true, message);
    case Kind::heartbeat:
      return takeOptionalHostname(rest, false, message);
    case Kind::nodeInfo:
    case Kind::nodeUpdate:
      return takeHostnameAndJson(rest, message);
    case Kind::event:
      return isJsonObject(rest);
    case Kind::raw:
      return isRawFrame(rest);
    case Kind::probe:
      return isNonce(rest);
    case Kind::unknown:
    case Kind::malformed:
      break;
  }
  return false;
}

}  // namespace

bool isHostname(Text text) {
  if (text.empty() || text.size() > maxHostnameBytes) return false;
  for (char c : text) {
    const char lower = lowerCase(c);
    if (!isDigit(c) && !(lower >= 'a' && lower <= 'z') && c != '_' && c != '-') return false;
  }
  return true;
}

ClusterMessage parseClusterMessage(Text datagram) {
  datagram = withoutTrailer(datagram);
  ClusterMessage message;
  for (const Prefix& prefix : prefixes) {
    const Text name(prefix.text);
    if (prefix.anyCase ? !datagram.startsWithIgnoringCase(name) : !datagram.startsWith(name)) continue;
    // The slash-separated heartbeat has its colon in the prefix; the rest reads like the other's.
    const size_t length = prefix.kind == Kind::heartbeat && prefix.anyCase ? name.size() - 1 : name.size();
    message.kind = takeRest(prefix.kind, datagram.from(length), message) ? prefix.kind : Kind::malformed;
    return message;
  }
  return message;
}

}  // namespace spore
