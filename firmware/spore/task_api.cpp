#include "task_api.h"

#include "../common/json_writer.h"

namespace spore {

namespace {

constexpr uint32_t intervalLeastMs = 10;
constexpr uint32_t intervalMostMs = 3600000;

const RouteParameter controlParameters[] = {
    {"task", "body", true, "string", nullptr},
    {"action", "body", true, "string", "[\"enable\",\"disable\",\"start\",\"stop\",\"status\",\"interval\"]"},
    {"value", "body", false, "number", nullptr},
};

/// A task that is enabled runs: the scheduler has no third state.
void writeTask(JsonWriter& json, const Task& task, bool autoStart) {
  json.beginObject().field("name", task.name).field("interval", task.intervalMs).field("enabled", task.enabled);
  json.field("running", task.enabled);
  if (autoStart) json.field("autoStart", true);
  json.endObject();
}

}  // namespace

void TaskApi::setUp() {
  Route route;
  route.owner = this;
  route.uri = "/api/tasks/status";
  route.handle = [](void* o, const HttpRequest&, HttpResponse& r) {
    r.stream(
        [](void* owner, uint32_t step, TextSink& out) { return static_cast<TaskApi*>(owner)->statusStep(step, out); },
        o);
  };
  context_.http.add(route);
  route.uri = "/api/tasks/control";
  route.method = HttpMethod::post;
  route.parameters = controlParameters;
  route.parameterCount = 3;
  route.handle = [](void* o, const HttpRequest& q, HttpResponse& r) { static_cast<TaskApi*>(o)->control(q, r); };
  context_.http.add(route);
}

bool TaskApi::statusStep(uint32_t step, TextSink& out) {
  const TaskScheduler& tasks = context_.tasks;
  JsonWriter json(out);
  if (step == 0) {
    uint32_t active = 0;
    for (size_t i = 0; i < tasks.size(); i++) active += tasks.at(i).enabled ? 1 : 0;
    json.beginObject().key("summary").beginObject();
    json.field("totalTasks", static_cast<uint32_t>(tasks.size())).field("activeTasks", active).endObject();
    json.key("tasks").beginArray();
    return true;
  }
  if (step <= tasks.size()) {
    if (step > 1) out.write(",");
    writeTask(json, tasks.at(step - 1), true);
    return true;
  }
  out.write("],\"system\":");
  json.beginObject().field("freeHeap", context_.ports.board.freeHeap());
  json.field("uptime", static_cast<uint64_t>(context_.now())).endObject();
  out.write("}");
  return false;
}

void TaskApi::control(const HttpRequest& request, HttpResponse& response) {
  char taskRoom[32], actionRoom[16];
  Text taskName, action;
  if (request.parameter("task", taskRoom, sizeof taskRoom, taskName) != FormLookup::found ||
      request.parameter("action", actionRoom, sizeof actionRoom, action) != FormLookup::found)
    return response.fail(400, "bad_request", "give task and action");
  Task* task = context_.tasks.find(taskName);
  if (task == nullptr) return response.fail(404, "not_found", "no task of this name, see GET /api/tasks/status");
  if (!act(*task, action, request, response)) return;
  JsonWriter json(response.begin(200));
  json.beginObject().field("success", true).field("message", "done").field("task", task->name).field("action", action);
  json.key("taskDetails");
  writeTask(json, *task, false);
  json.endObject();
}

bool TaskApi::act(Task& task, Text action, const HttpRequest& request, HttpResponse& response) {
  if (action == "enable" || action == "start") {
    context_.tasks.enable(task, true);
  } else if (action == "disable" || action == "stop") {
    context_.tasks.enable(task, false);
  } else if (action == "interval") {
    char room[16];
    Text value;
    uint32_t interval;
    if (request.parameter("value", room, sizeof room, value) != FormLookup::found || !parseUnsigned(value, interval) ||
        interval < intervalLeastMs || interval > intervalMostMs) {
      response.fail(400, "bad_request", "value is 10 to 3600000 milliseconds");
      return false;
    }
    context_.tasks.setInterval(task, interval);
  } else if (action != "status") {
    response.fail(400, "bad_request", "action is enable, disable, start, stop, status or interval");
    return false;
  }
  return true;
}

}  // namespace spore
