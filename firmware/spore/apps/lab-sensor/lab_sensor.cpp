#include "lab_sensor.h"

#include "feature.h"

namespace spore {

namespace {

constexpr uint32_t hourMs = 3600000;

}  // namespace

void LabSensor::configure(Configuration& configuration) {
  sampleIntervalMs_ = configuration.settings().addNumber("sample_interval_ms", 1000, 10, hourMs);
  telemetryIntervalMs_ = configuration.settings().addNumber("telemetry_interval_ms", 10000, 100, hourMs);
  site_ = configuration.settings().addText("site", 64);
  configuration.addStaticLabel("app", "lab-sensor");
}

void LabSensor::start(NodeContext& context) {
  context_ = &context;
  Task task;
  task.owner = this;
  task.name = "lab_sample";
  task.intervalMs = context.configuration.number(sampleIntervalMs_);
  task.run = [](void* owner) { static_cast<LabSensor*>(owner)->sample(); };
  context.tasks.add(task);
  task.name = "lab_telemetry";
  task.intervalMs = context.configuration.number(telemetryIntervalMs_);
  task.run = [](void* owner) { static_cast<LabSensor*>(owner)->announce(); };
  context.tasks.add(task);
  Route route;
  route.uri = "/api/lab/reading";
  route.owner = this;
  route.handle = [](void* o, const HttpRequest&, HttpResponse& r) { static_cast<LabSensor*>(o)->reading(r); };
  context.http.add(route);
  context.events.on(
      "node/config", [](void* o, Text, Text) { static_cast<LabSensor*>(o)->applyIntervals(); }, this);
  startFeature(context);
}

void LabSensor::sample() {
  millivolts_ = context_->ports.board.analogMillivolts();
  samples_++;
  context_->events.fire("lab/sample", Decimal(millivolts_).text());
}

void LabSensor::announce() {
  char room[192];
  BufferSink out(room, sizeof room);
  JsonWriter json(out);
  json.beginObject().field("site", context_->configuration.text(site_)).field("millivolts", millivolts_);
  json.field("samples", samples_).endObject();
  context_->events.fire("lab/telemetry", out.text());
}

void LabSensor::reading(HttpResponse& response) const {
  JsonWriter json(response.begin(200));
  json.beginObject().field("site", context_->configuration.text(site_)).field("millivolts", millivolts_);
  json.field("samples", samples_).endObject();
}

void LabSensor::applyIntervals() {
  const struct {
    const char* task;
    Settings::Index setting;
  } intervals[] = {{"lab_sample", sampleIntervalMs_}, {"lab_telemetry", telemetryIntervalMs_}};
  for (const auto& interval : intervals) {
    Task* task = context_->tasks.find(interval.task);
    const uint32_t wanted = context_->configuration.number(interval.setting);
    if (task != nullptr && task->intervalMs != wanted) context_->tasks.setInterval(*task, wanted);
  }
}

}  // namespace spore
