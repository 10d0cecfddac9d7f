#include "node_context.h"

namespace spore {

bool NodeContext::authorized(const HttpRequest& request) const {
  const Text token = configuration.text(configuration.otaToken);
  if (!needsToken()) return true;
  const Text bearer("Bearer ");
  if (request.authorization.startsWithIgnoringCase(bearer))
    return equalInConstantTime(request.authorization.from(bearer.size()).trimmed(), token);
  char room[SettingValues::maxTextBytes];
  Text given;
  const FormLookup lookup = findFormValue(request.query, "token", room, sizeof room, given);
  return lookup == FormLookup::found && equalInConstantTime(given, token);
}

Text nodeState(const NodeContext& context) {
  if (context.uploading) return "ota";
  if (context.safeMode) return "safe";
  const uint32_t low = context.configuration.number(context.configuration.lowMemoryBytes);
  return context.ports.board.freeHeap() < low ? "low" : "ok";
}

}  // namespace spore
