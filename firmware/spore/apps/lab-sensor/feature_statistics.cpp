#include "feature.h"

namespace spore {

namespace {

/// Least, most and mean of the last minute of samples.
class Statistics {
 public:
  void start(NodeContext& context) {
    context.events.on(
        "lab/sample", [](void* o, Text, Text payload) { static_cast<Statistics*>(o)->take(payload); }, this);
    Task task;
    task.name = "lab_statistics";
    task.intervalMs = 5000;
    task.owner = this;
    task.run = [](void* owner) { static_cast<Statistics*>(owner)->summarise(); };
    context.tasks.add(task);
    Route route;
    route.uri = "/api/lab/statistics";
    route.owner = this;
    route.handle = [](void* o, const HttpRequest&, HttpResponse& r) { static_cast<Statistics*>(o)->report(r); };
    context.http.add(route);
  }

 private:
  static constexpr size_t window = 60;

  void take(Text payload) {
    uint32_t millivolts;
    if (!parseUnsigned(payload, millivolts)) return;
    samples_[next_] = static_cast<uint16_t>(millivolts < 65535 ? millivolts : 65535);
    next_ = (next_ + 1) % window;
    if (count_ < window) count_++;
  }

  void summarise() {
    if (count_ == 0) return;
    uint64_t sum = 0;
    least_ = most_ = samples_[0];
    for (size_t i = 0; i < count_; i++) {
      sum += samples_[i];
      if (samples_[i] < least_) least_ = samples_[i];
      if (samples_[i] > most_) most_ = samples_[i];
    }
    mean_ = static_cast<uint32_t>(sum / count_);
  }

  void report(HttpResponse& response) {
    summarise();
    JsonWriter json(response.begin(200));
    json.beginObject().field("samples", static_cast<uint32_t>(count_)).field("least", least_);
    json.field("most", most_).field("mean", mean_).endObject();
  }

  uint16_t samples_[window] = {};
  size_t count_ = 0;
  size_t next_ = 0;
  uint32_t least_ = 0;
  uint32_t most_ = 0;
  uint32_t mean_ = 0;
};

Statistics statistics;

}  // namespace

void startFeature(NodeContext& context) {
  statistics.start(context);
}

}  // namespace spore
