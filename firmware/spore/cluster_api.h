#pragma once

#include "cluster.h"

namespace spore {

/// `GET /api/cluster/members`.
class ClusterApi {
 public:
  ClusterApi(NodeContext& context, const Cluster& cluster) : context_(context), cluster_(cluster), report_(context) {}
  void setUp();

 private:
  bool membersStep(uint32_t step, TextSink& out);
  void writeSelf(JsonWriter& json) const;
  void writeMember(JsonWriter& json, const Member& member) const;

  NodeContext& context_;
  const Cluster& cluster_;
  NodeReport report_;
};

}  // namespace spore
