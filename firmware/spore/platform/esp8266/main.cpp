// A node on an ESP8266, with the Arduino core.

#include "../../apps/lab-sensor/lab_sensor.h"
#include "../../firmware.h"
#include "../../node.h"
#include "chip.h"
#include "sockets.h"
#include "storage.h"

namespace {

using namespace spore;
using namespace spore::esp8266;

ChipClock systemClock;
ChipRandom systemRandom;
SerialLog console;
ChipRtc rtc;
ChipBoard board;
ChipFiles files;
ChipUpdate update;
ChipHttp http;
LabSensor application;

NodeIdentity identity() {
  NodeIdentity all;
  all.application = firmwareDescriptor.bytes + descriptor::nameAt;
  all.version = reportedVersion;
  all.boot = systemRandom.next() >> 1;
  return all;
}

/// What can only be made once the chip is up. It lives for ever.
struct Running {
  ChipFacts facts;
  WifiLink link{systemClock, facts.facts()};
  ChipDatagrams datagrams{link};
  Node node{Ports{systemClock, systemRandom, datagrams, http, files, rtc, update, board, link, console}, facts.facts(),
            identity(), application};
};

Running& running() {
  static Running all;
  return all;
}

}  // namespace

void setup() {
  Serial.begin(115200);
  if (!files.begin()) console.line("the file system cannot be mounted; nothing will be kept");
  Running& all = running();
  all.node.configure();
  const Configuration& configuration = all.node.configuration();
  all.link.begin(configuration);
  all.datagrams.begin(static_cast<uint16_t>(configuration.number(configuration.udpPort)));
  const auto port = static_cast<uint16_t>(configuration.number(configuration.apiServerPort));
  http.begin(port);
  all.node.setUp(port);
}

void loop() {
  Running& all = running();
  all.link.keep();
  http.serve(all.node.http());
  all.node.loop();
  delay(1);  // the network stack wants its turn
}
