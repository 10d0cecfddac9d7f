#pragma once

#include "node_context.h"

namespace spore {

/// What a node tells about itself, as JSON.
class NodeReport {
 public:
  explicit NodeReport(const NodeContext& context) : context_(context) {}

  /// The flat object of `NODE_UPDATE`, in at most `maxBytes`: labels give way from the last, then what is ours.
  void writeUpdate(TextSink& out, size_t maxBytes) const;
  void writeResources(JsonWriter& json) const;
  /// The `x` of the status: everything beyond what upstream nodes say.
  void writeExtension(JsonWriter& json) const;
  /// One row of the endpoint list.
  static void writeRoute(JsonWriter& json, const Route& route);

 private:
  void writeUpdate(TextSink& out, const LabelSet& all, size_t count, bool withExtras) const;
  void writeExtras(JsonWriter& json) const;

  const NodeContext& context_;
};

}  // namespace spore
