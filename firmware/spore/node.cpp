#include "node.h"

namespace spore {

namespace {

constexpr const char* updatePath = "/api/node/update";

const RouteParameter updateParameters[] = {
    {"file", "body", true, "file", nullptr},      {"size", "query", false, "number", nullptr},
    {"md5", "query", false, "string", nullptr},   {"version", "query", false, "string", nullptr},
    {"fence", "query", false, "number", nullptr}, {"token", "query", false, "string", nullptr},
};

}  // namespace

Node::Node(const Ports& ports, const BoardFacts& facts, const NodeIdentity& identity, Application& application)
    : context_(ports, facts, identity, *this),
      application_(application),
      bootCounter_(ports.memory),
      cluster_(context_),
      update_(context_),
      eventSocket_(context_),
      nodeApi_(context_, cluster_),
      clusterApi_(context_, cluster_),
      taskApi_(context_),
      networkApi_(context_),
      monitoringApi_(context_) {}

void Node::configure() {
  application_.configure(context_.configuration);
  context_.configuration.load(context_.ports.files);
}

void Node::setUp(uint16_t httpPort) {
  context_.identity.httpPort = httpPort;
  context_.safeMode = bootCounter_.countBoot() >= BootCounter::safeModeAt;
  stableAt_ = context_.now() + BootCounter::stableAfterMs;
  nodeApi_.setUpBasics();
  Route route;
  route.method = HttpMethod::post;
  route.uri = updatePath;
  route.upload = &update_;
  route.parameters = updateParameters;
  route.parameterCount = sizeof updateParameters / sizeof updateParameters[0];
  context_.http.add(route);
  cluster_.setUp();
  Task housekeeping;
  housekeeping.name = "housekeeping";
  housekeeping.intervalMs = housekeepMs;
  housekeeping.owner = this;
  housekeeping.run = [](void* owner) { static_cast<Node*>(owner)->housekeep(); };
  context_.tasks.add(housekeeping);
  if (!context_.safeMode) {
    nodeApi_.setUp();
    clusterApi_.setUp();
    taskApi_.setUp();
    networkApi_.setUp();
    monitoringApi_.setUp();
    eventSocket_.setUp();
    application_.start(context_);
  }
  reportFullTables();
  FixedText<160> line(context_.identity.application);
  line.append(' ').append(context_.identity.version).append(context_.safeMode ? " in safe mode after " : " up after ");
  line.append(context_.facts.resetReason).append(", http=").append(static_cast<uint64_t>(httpPort));
  context_.ports.log.line(line.append(" udp=").append(static_cast<uint64_t>(context_.ports.datagrams.local().port)));
  context_.events.fire("node/boot", "{}");
}

/// An endpoint or a task that is silently not there costs whoever writes an application an evening.
void Node::reportFullTables() {
  const auto refused = static_cast<uint64_t>(context_.http.refusedRoutes()) + context_.tasks.refused() +
                       context_.events.refused() + context_.configuration.settings().refused();
  if (refused == 0) return;
  FixedText<128> line;
  line.append(refused).append(
      " routes, tasks, subscriptions or settings found no room; enlarge their table's capacity");
  context_.ports.log.line(line);
}

void Node::loop() {
  context_.tasks.run(context_.uploading);
  cluster_.sendReplies();
  if (context_.restartAt == 0 || context_.now() < context_.restartAt) return;
  context_.restartAt = 0;
  bootCounter_.clear();  // this boot was asked for
  context_.ports.board.restart();
}

Millis Node::nextDue() const {
  Millis next = context_.tasks.nextDue(context_.uploading);
  if (cluster_.nextReplyDue() < next) next = cluster_.nextReplyDue();
  if (context_.restartAt != 0 && context_.restartAt < next) next = context_.restartAt;
  return next;
}

void Node::housekeep() {
  context_.http.housekeep();
  monitoringApi_.observe();
  if (stableAt_ == 0 || context_.now() < stableAt_) return;
  stableAt_ = 0;
  bootCounter_.clear();
}

bool Node::admit(const HttpRequest& request, size_t inFlight, HttpResponse& response) {
  if (context_.ports.guard != nullptr && context_.ports.guard->foreign(request.host, request.origin)) {
    response.fail(403, "forbidden", "Host must name this node, and a page of another origin may not ask");
    return false;
  }
  // An upload says no in the words of an update.
  const bool writes = request.method == HttpMethod::post && request.path != updatePath;
  if (writes && !context_.authorized(request)) {
    response.fail(401, "unauthorized",
                  "this node has an ota_token: send it as Authorization: Bearer, or as token= in the query");
    return false;
  }
  const Configuration& configuration = context_.configuration;
  if (context_.uploading && !answersWhileUpdating(request)) return busy(response, "busy");
  if (context_.ports.board.freeHeap() < configuration.number(configuration.criticalMemoryBytes))
    return busy(response, "low_memory");
  if (inFlight > configuration.number(configuration.maxConcurrentRequests)) return busy(response, "low_memory");
  return true;
}

/// The status; and a second upload, which gets the clearer answer that one is running.
bool Node::answersWhileUpdating(const HttpRequest& request) const {
  return (request.method == HttpMethod::get && request.path == "/api/node/status") ||
         (request.method == HttpMethod::post && request.path == updatePath);
}

bool Node::busy(HttpResponse& response, const char* code) const {
  response.fail(503, code, Text());
  response.retryLater();
  return false;
}

}  // namespace spore
