// A node on a host: the program inside an image, started by the board's boot loader.

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../../common/staging_updater.h"
#include "../../apps/lab-sensor/lab_sensor.h"
#include "../../firmware.h"
#include "../../node.h"
#include "datagram_sockets.h"
#include "file_flash.h"
#include "host_board.h"

namespace spore::host {

namespace {

constexpr Millis longestWaitMs = 1000;
constexpr Millis crashAfterMs = 300;
constexpr uint32_t failAfterBytes = 65536;

/// A name that the cluster protocol cannot carry would make a board that nobody understands.
void checkHostname(const std::string& name) {
  if (name.empty() || isHostname(Text(name.data(), name.size()))) return;
  fprintf(stderr, "spore node: --hostname wants 1 to %zu letters, digits, _ and -, not \"%s\"\n", maxHostnameBytes,
          name.c_str());
  exit(2);
}

/// The updater, with the faults that a test may order.
class FaultyUpdate final : public FirmwareUpdate {
 public:
  FaultyUpdate(FirmwareUpdate& real, Fault fault) : real_(real), fault_(fault) {}

  bool begin(uint32_t size) override {
    error_ = UpdateError::none;
    written_ = 0;
    return real_.begin(size);
  }
  bool setMd5(Text digits) override { return real_.setMd5(digits); }
  bool write(Bytes bytes) override {
    written_ += bytes.size;
    return fault_ == Fault::upload && written_ > failAfterBytes ? fail(UpdateError::write) : real_.write(bytes);
  }
  bool end(bool evenIfRemaining) override {
    if (error_ != UpdateError::none) return false;
    return fault_ == Fault::md5 ? fail(UpdateError::md5) : real_.end(evenIfRemaining);
  }
  void abort() override { real_.abort(); }
  UpdateError error() const override { return error_ != UpdateError::none ? error_ : real_.error(); }

 private:
  bool fail(UpdateError error) {
    real_.abort();
    error_ = error;
    return false;
  }

  FirmwareUpdate& real_;
  const Fault fault_;
  size_t written_ = 0;
  UpdateError error_ = UpdateError::none;
};

/// The application, with labels that the flags add.
class LabelledApplication final : public Application {
 public:
  LabelledApplication(Application& real, const Options& options) : real_(real), options_(options) {}
  void configure(Configuration& configuration) override {
    real_.configure(configuration);
    for (const auto& [key, value] : options_.labels) {
      const LabelProblem problem =
          configuration.addStaticLabel(Text(key.data(), key.size()), Text(value.data(), value.size()));
      if (problem.empty()) continue;
      fprintf(stderr, "spore node: --label %s=%s: %.*s\n", key.c_str(), value.c_str(), static_cast<int>(problem.size()),
              problem.data());
      exit(2);
    }
  }
  void start(NodeContext& context) override { real_.start(context); }

 private:
  Application& real_;
  const Options& options_;
};

void waitForWork(const Node& node, const Clock& clock, const HttpSockets& http, std::vector<pollfd>& waits) {
  const Millis now = clock.now();
  const Millis due = node.nextDue();
  Millis wait = due <= now ? 0 : due - now;
  if (wait > longestWaitMs) wait = longestWaitMs;
  if (http.holdMs() >= 0 && wait > static_cast<Millis>(http.holdMs())) wait = static_cast<Millis>(http.holdMs());
  poll(waits.data(), static_cast<nfds_t>(waits.size()), static_cast<int>(wait));
}

/// Whoever holds the other end of our standard input is our power supply.
void stopWithoutPower(const pollfd& standardInput) {
  char discarded[64];
  if (standardInput.revents != 0 && read(STDIN_FILENO, discarded, sizeof discarded) <= 0) exit(0);
}

[[noreturn]] void run(Node& node, const Options& options, DatagramSockets& datagrams, HttpSockets& http,
                      const Clock& clock) {
  std::vector<pollfd> waits;
  for (;;) {
    waits.clear();
    waits.push_back({options.untilStdinCloses ? STDIN_FILENO : -1, POLLIN, 0});
    waits.push_back({datagrams.unicastFd(), POLLIN, 0});
    waits.push_back({datagrams.broadcastFd(), POLLIN, 0});
    http.addTo(waits, node.http());
    waitForWork(node, clock, http, waits);
    Reset::feedWatchdog();
    stopWithoutPower(waits.front());
    http.serve(waits, node.http());
    node.loop();
    if (options.fault == Fault::crashLoop && clock.now() > crashAfterMs) __builtin_trap();
  }
}

/// Opens the configured ports, unless flags name others. Returns the HTTP port.
uint16_t openSockets(const Options& options, const Configuration& configuration, const RtcFile& memory,
                     DatagramSockets& datagrams, HttpSockets& http) {
  const uint32_t udpPort =
      options.udpPort > 0 ? static_cast<uint32_t>(options.udpPort) : configuration.number(configuration.udpPort);
  const uint32_t httpPort = options.httpPort >= 0 ? static_cast<uint32_t>(options.httpPort)
                                                  : configuration.number(configuration.apiServerPort);
  // A board that has opened an access point of its own is gone from the network.
  if (options.fault == Fault::accessPointFallback) return static_cast<uint16_t>(httpPort);
  datagrams.open(static_cast<uint16_t>(udpPort));
  const uint16_t port = http.listen(static_cast<uint16_t>(httpPort), memory.lastHttpPort());
  memory.setLastHttpPort(port);
  return port;
}

int runNode(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  const Options options = parseOptions(argc, argv, 1);
  checkHostname(options.hostname);
  RtcFile memory = RtcFile::inherit();
  const std::string loader = options.stateDir + "/loader";
  Reset reset(memory, loader.c_str(), argv);
  reset.guard();

  HostClock clock;
  HostRandom random;
  ConsoleLog log(clock);
  PowerSupply power(memory, options.powerCutAfterWrites);
  FileFlash flash(options.stateDir + "/flash.bin", power);
  StateFiles files(options.stateDir, power);
  HttpSockets http(options, clock);
  HostBoard board(http, files, reset);
  HostNetwork network(loopbackAddress(options.bind, "--bind"));
  const HostFacts facts(options, flash, memory.resetReason());
  LoopbackGuard guard(options.bind);
  StagingUpdater staging(flash, memory, facts.facts().sketchSize, facts.facts().flashMode, options.fsStart);
  FaultyUpdate update(staging, options.fault);

  LabSensor labSensor;
  LabelledApplication application(labSensor, options);
  NodeIdentity identity;
  const char* const name = firmwareDescriptor.bytes + descriptor::nameAt;
  identity.application = name;
  identity.version = reportedVersion;
  identity.boot = random.next() >> 1;

  DatagramSockets datagrams(options, random);
  static Node node(Ports{clock, random, datagrams, http, files, memory, update, board, network, log, &guard},
                   facts.facts(), identity, application);
  node.configure();
  node.setUp(openSockets(options, node.configuration(), memory, datagrams, http));
  run(node, options, datagrams, http, clock);
}

}  // namespace

}  // namespace spore::host

int main(int argc, char** argv) {
  return spore::host::runNode(argc, argv);
}
