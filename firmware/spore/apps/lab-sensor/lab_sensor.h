#pragma once

#include "../../application.h"

namespace spore {

/// Samples the analog input and tells of it.
class LabSensor final : public Application {
 public:
  void configure(Configuration& configuration) override;
  void start(NodeContext& context) override;

 private:
  void sample();
  void announce();
  void reading(HttpResponse& response) const;
  void applyIntervals();

  NodeContext* context_ = nullptr;
  Settings::Index sampleIntervalMs_ = 0;
  Settings::Index telemetryIntervalMs_ = 0;
  Settings::Index site_ = 0;
  uint32_t millivolts_ = 0;
  uint32_t samples_ = 0;
};

}  // namespace spore
