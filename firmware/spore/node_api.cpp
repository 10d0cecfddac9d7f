#include "node_api.h"

namespace spore {

namespace {

const RouteParameter statusParameters[] = {{"brief", "query", false, "boolean", "[\"0\",\"1\"]"}};
const RouteParameter configParameters[] = {
    {"labels", "body", false, "json", nullptr},
    {"merge", "body", false, "boolean", "[\"0\",\"1\"]"},
    {"token", "query", false, "string", nullptr},
};
const RouteParameter restartParameters[] = {{"token", "query", false, "string", nullptr}};
const RouteParameter eventParameters[] = {
    {"event", "body", true, "string", nullptr},
    {"payload", "body", false, "json", nullptr},
};

void succeed(HttpResponse& response) {
  JsonWriter json(response.begin(200));
  json.beginObject().field("status", "success").endObject();
}

void writeParameter(JsonWriter& json, const RouteParameter& parameter) {
  json.beginObject().field("name", parameter.name).field("location", parameter.location);
  json.field("required", parameter.required).field("type", parameter.type);
  if (parameter.values != nullptr) json.key("values").raw(parameter.values);
  json.field("default", "").endObject();
}

}  // namespace

void NodeApi::setUpBasics() {
  Route route;
  route.owner = this;
  route.uri = "/api/node/status";
  route.parameters = statusParameters;
  route.parameterCount = 1;
  route.handle = [](void* o, const HttpRequest& q, HttpResponse& r) { static_cast<NodeApi*>(o)->status(q, r); };
  context_.http.add(route);
  route.method = HttpMethod::post;
  route.uri = "/api/node/restart";
  route.parameters = restartParameters;
  route.handle = [](void* o, const HttpRequest&, HttpResponse& r) { static_cast<NodeApi*>(o)->restart(r); };
  context_.http.add(route);
}

void NodeApi::setUp() {
  auto add = [&](HttpMethod method, const char* uri, Route::Handle handle, const RouteParameter* parameters,
                 uint8_t count) {
    Route route;
    route.method = method;
    route.uri = uri;
    route.handle = handle;
    route.owner = this;
    route.parameters = parameters;
    route.parameterCount = count;
    context_.http.add(route);
  };
  const Route::Handle endpoints = [](void* o, const HttpRequest&, HttpResponse& r) {
    r.stream([](void* owner, uint32_t step,
                TextSink& out) { return static_cast<NodeApi*>(owner)->endpointsStep(step, out); },
             o);
  };
  add(HttpMethod::get, "/api/node/endpoints", endpoints, nullptr, 0);
  add(HttpMethod::get, "/api/node/capabilities", endpoints, nullptr, 0);
  add(
      HttpMethod::get, "/api/node/config",
      [](void* o, const HttpRequest&, HttpResponse& r) {
        r.stream([](void* owner, uint32_t step,
                    TextSink& out) { return static_cast<NodeApi*>(owner)->configStep(step, out); },
                 o);
      },
      nullptr, 0);
  add(
      HttpMethod::post, "/api/node/config",
      [](void* o, const HttpRequest& q, HttpResponse& r) { static_cast<NodeApi*>(o)->configure(q, r); },
      configParameters, 3);
  add(
      HttpMethod::post, "/api/node/event",
      [](void* o, const HttpRequest& q, HttpResponse& r) { static_cast<NodeApi*>(o)->fireEvent(q, r, false); },
      eventParameters, 2);
  add(
      HttpMethod::post, "/api/cluster/event",
      [](void* o, const HttpRequest& q, HttpResponse& r) { static_cast<NodeApi*>(o)->fireEvent(q, r, true); },
      eventParameters, 2);
}

void NodeApi::status(const HttpRequest& request, HttpResponse& response) {
  char room[8];
  Text brief;
  if (request.parameter("brief", room, sizeof room, brief) == FormLookup::found && brief == "1")
    return response.stream(
        [](void* owner, uint32_t step, TextSink& out) { return static_cast<NodeApi*>(owner)->briefStep(step, out); },
        this);
  response.stream(
      [](void* owner, uint32_t step, TextSink& out) { return static_cast<NodeApi*>(owner)->statusStep(step, out); },
      this);
}

bool NodeApi::briefStep(uint32_t step, TextSink& out) {
  JsonWriter json(out);
  if (step == 0) {
    json.beginObject();
    report_.writeResources(json);
    return true;
  }
  return writeExtension(out);
}

bool NodeApi::statusStep(uint32_t step, TextSink& out) {
  const size_t routes = context_.http.routeCount();
  JsonWriter json(out);
  if (step == 0) {
    json.beginObject();
    report_.writeResources(json);
    json.key("api").beginArray();
    return true;
  }
  if (step <= routes) {
    if (step > 1) out.write(",");
    NodeReport::writeRoute(json, context_.http.route(step - 1));
    return true;
  }
  if (step == routes + 1) {
    out.write("],\"labels\":");
    context_.configuration.labels().write(json);
    return true;
  }
  return writeExtension(out);
}

/// The end of either form.
bool NodeApi::writeExtension(TextSink& out) {
  JsonWriter json(out);
  out.write(",\"x\":");
  report_.writeExtension(json);
  out.write("}");
  return false;
}

/// A piece for the start of each route and one for each of its parameters, so that a route may have many.
bool NodeApi::endpointsStep(uint32_t step, TextSink& out) {
  const HttpServer& http = context_.http;
  size_t index = 0;
  uint32_t part = step;
  for (; part > http.route(index).parameterCount; index++) part -= http.route(index).parameterCount + 1u;
  const Route& route = http.route(index);
  JsonWriter json(out);
  if (step == 0) out.write("{\"endpoints\":[");
  if (part == 0) {
    if (index > 0) out.write(",");
    json.beginObject().field("uri", route.uri).field("method", route.method == HttpMethod::get ? "GET" : "POST");
    json.key("params").beginArray();
  } else {
    if (part > 1) out.write(",");
    writeParameter(json, route.parameters[part - 1]);
  }
  if (part < route.parameterCount) return true;
  out.write("]}");
  if (index + 1 < http.routeCount()) return true;
  out.write("]}");
  return false;
}

bool NodeApi::configStep(uint32_t step, TextSink& out) {
  JsonWriter json(out);
  out.write(step == 0 ? "{" : ",");
  if (context_.configuration.writePart(json, step)) return true;
  out.write("}");
  return false;
}

void NodeApi::restart(HttpResponse& response) {
  if (context_.uploading) return response.fail(409, "busy", "an update is running");
  context_.restartSoon();
  JsonWriter json(response.begin(200));
  json.beginObject().field("status", "success").field("message", "restarting").endObject();
}

void NodeApi::configure(const HttpRequest& request, HttpResponse& response) {
  Configuration& configuration = context_.configuration;
  const Configuration::Change change = configuration.apply(request, context_.ports.files);
  if (!change.problem.empty()) {
    FixedText<160> message(change.key.text());
    return response.fail(400, "bad_request", message.append(' ').append(change.problem));
  }
  if (!change.saved)
    return response.fail(500, "internal", "the configuration could not be written; nothing has changed");
  context_.events.fire("node/config", "{}");
  context_.announceSoon();
  if (change.labelsChanged) context_.events.fire("node/labels", "{}");
  JsonWriter json(response.begin(200));
  json.beginObject().field("status", "success").key("labels");
  configuration.labels().write(json);
  json.field("cfg", configuration.fingerprint()).field("restartRequired", change.restartRequired).endObject();
}

void NodeApi::fireEvent(const HttpRequest& request, HttpResponse& response, bool everywhere) {
  char nameRoom[EventBus::maxNameBytes], payloadRoom[maxDatagramBytes + 1];
  Text event, payload;
  if (request.parameter("event", nameRoom, sizeof nameRoom, event) != FormLookup::found || event.empty())
    return response.fail(400, "bad_request", "event is a string of 1 to 64 bytes");
  if (request.parameter("payload", payloadRoom, sizeof payloadRoom, payload) == FormLookup::malformed)
    return response.fail(400, "bad_request", "payload is JSON or a string of at most 501 bytes");
  if (!everywhere) {
    context_.events.fire(event, payload);
  } else if (!cluster_.broadcastEvent(event, payload)) {
    return response.fail(413, "too_large", "the event does not fit a datagram of 500 bytes");
  }
  succeed(response);
}

}  // namespace spore
