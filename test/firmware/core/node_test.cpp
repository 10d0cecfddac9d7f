#include "placement.h"

#include "check.h"
#include "fake_board.h"

using namespace spore;
using namespace spore::tests;

namespace {

constexpr Ipv4 peer = 0x7f000002;

/// Large, and made anew by each case that wants one.
FakeBoard* board(uint32_t seed = 1) {
  alignas(FakeBoard) static char room[sizeof(FakeBoard)];
  memset(room, 0, sizeof room);
  FakeBoard* made = new (static_cast<void*>(room)) FakeBoard(seed);
  made->start();
  return made;
}

const FakeDatagrams::Sent* firstTo(const FakeBoard& all, Ipv4 address) {
  for (size_t i = 0; i < all.datagrams.count; i++)
    if (all.datagrams.sent[i].to.address == address) return &all.datagrams.sent[i];
  return nullptr;
}

bool shows(FakeBoard& all, Text part) {
  return all.request("GET /api/cluster/members HTTP/1.1\r\nHost: a\r\n\r\n").contains(part);
}

}  // namespace

TEST("a heartbeat comes every two seconds, give or take a tenth, and not always the same") {
  FakeBoard& all = *board();
  Millis last = 0;
  uint32_t shortest = 10000, longest = 0;
  for (int beats = 0; beats < 40;) {
    all.datagrams.forget();
    all.run(1);
    for (size_t i = 0; i < all.datagrams.count; i++) {
      if (!all.datagrams.sent[i].text.text().startsWith("CLUSTER_HEARTBEAT:")) continue;
      const auto pause = static_cast<uint32_t>(all.datagrams.sent[i].at - last);
      last = all.datagrams.sent[i].at;
      if (beats++ == 0) continue;
      CHECK(pause >= 1800 && pause <= 2201);
      if (pause < shortest) shortest = pause;
      if (pause > longest) longest = pause;
    }
  }
  CHECK(longest - shortest > 100);
}

TEST("a node says what it is as soon as it is on the network, and again when it comes back to it") {
  FakeBoard& all = *board();
  const auto introductions = [&all](Millis during) {
    all.datagrams.forget();
    all.run(during);
    size_t count = 0;
    for (size_t i = 0; i < all.datagrams.count; i++)
      count += all.datagrams.sent[i].text.text().startsWith("NODE_UPDATE:") ? 1 : 0;
    return count;
  };
  all.silicon.reachable = false;
  all.run(10);
  all.silicon.reachable = true;
  CHECK(introductions(10) == 1);
  CHECK(introductions(4000) == 0);
  all.silicon.reachable = false;
  CHECK(introductions(10) == 0);
  all.silicon.reachable = true;
  CHECK(introductions(10) == 1);
}

TEST("an answer to a broadcast waits a random while of at most 150 ms") {
  uint32_t soonest = 1000, latest = 0;
  for (uint32_t seed = 1; seed < 60; seed++) {
    FakeBoard& all = *board(seed * 7919);
    all.run(50);
    const Millis asked = all.clock.at;
    all.hear("CLUSTER_DISCOVERY", peer, true);
    all.run(200);
    const FakeDatagrams::Sent* answer = firstTo(all, peer);
    CHECK(answer != nullptr);
    if (answer == nullptr) return;
    const auto waited = static_cast<uint32_t>(answer->at - asked);
    CHECK(waited <= 151);
    if (waited < soonest) soonest = waited;
    if (waited > latest) latest = waited;
  }
  CHECK(soonest < 30 && latest > 120);
}

TEST("a peer is answered once in two seconds") {
  FakeBoard& all = *board();
  size_t answers = 0;
  for (int i = 0; i < 40; i++) {
    all.hear("CLUSTER_DISCOVERY", peer, true);
    all.datagrams.forget();
    all.run(100);
    for (size_t at = 0; at < all.datagrams.count; at++)
      answers += all.datagrams.sent[at].text.text() == "CLUSTER_RESPONSE:esp_000001" ? 1 : 0;
  }
  CHECK(answers == 2);
}

TEST("a member ages at the thresholds") {
  FakeBoard& all = *board();
  all.hear("CLUSTER_RESPONSE:esp_000002", peer, false);
  all.run(9900);
  CHECK(shows(all, "\"status\":\"active\",\"resources\":{\"freeHeap\":0"));
  all.run(1200);
  CHECK(shows(all, "\"status\":\"inactive\""));
  all.run(48700);
  CHECK(shows(all, "\"status\":\"inactive\""));
  all.run(1400);
  CHECK(shows(all, "\"status\":\"dead\""));
  all.run(240000);
  CHECK(!shows(all, "esp_000002"));
}

TEST("the member table keeps active members and gives up the oldest dead one") {
  FakeBoard& all = *board();
  auto name = [](uint32_t number) {
    FixedText<40> text("CLUSTER_RESPONSE:n");
    return text.append(static_cast<uint64_t>(number));
  };
  for (uint32_t i = 0; i < 32; i++) all.hear(name(i), peer + i, false);
  all.hear(name(32), peer + 32, false);
  CHECK(!shows(all, "\"n32\""));
  all.run(62000);
  all.hear(name(33), peer + 33, false);
  CHECK(shows(all, "\"n33\""));
  CHECK(!shows(all, "\"n0\""));
}

TEST("the oldest dead member is known by its age, also when 32 bits of time have wrapped") {
  FakeBoard& all = *board();
  all.clock.at = 0xffff0000;
  auto name = [](uint32_t number) {
    FixedText<40> text("CLUSTER_RESPONSE:n");
    return text.append(static_cast<uint64_t>(number));
  };
  for (uint32_t i = 0; i < 16; i++) all.hear(name(i), peer + i, false);
  all.run(66000);
  for (uint32_t i = 16; i < 32; i++) all.hear(name(i), peer + i, false);
  all.run(62000);
  all.hear(name(32), peer + 32, false);
  CHECK(shows(all, "\"n32\""));
  CHECK(shows(all, "\"n16\""));
  CHECK(!shows(all, "\"n0\""));
}

TEST("latency is taken from an answer that comes soon after our heartbeat") {
  FakeBoard& all = *board();
  while (all.datagrams.count == 0 ||
         !all.datagrams.sent[all.datagrams.count - 1].text.text().startsWith("CLUSTER_HEARTBEAT")) {
    all.datagrams.forget();
    all.run(1);
  }
  all.clock.at += 37;
  all.hear("NODE_UPDATE:esp_000002:{\"freeHeap\":1}", peer, false);
  CHECK(shows(all, "\"latency\":37"));
}

TEST("details are read from the nested form too") {
  FakeBoard& all = *board();
  all.hear("NODE_UPDATE:esp_000002:{\"resources\":{\"freeHeap\":11,\"chipId\":22,\"sdkVersion\":\"3.0\"}}", peer, true);
  CHECK(shows(all, "\"freeHeap\":11,\"chipId\":22,\"sdkVersion\":\"3.0\""));
}

TEST("what comes from our own address is ignored") {
  FakeBoard& all = *board();
  all.hear("CLUSTER_HEARTBEAT:esp_0000FF", 0x7f000001, true);
  CHECK(!shows(all, "esp_0000FF"));
}

TEST("no datagram is longer than 500 bytes, whatever the labels") {
  FakeBoard& all = *board();
  char body[400] = "{\"labels\":{";
  size_t size = strlen(body);
  for (int i = 0; i < 6; i++) {
    const char pair[] = "\"k0\":\"vvvvvvvvvvvvvvvvvvvvvvvvvvvvvv\"";
    memcpy(body + size, pair, sizeof pair - 1);
    body[size + 2] = static_cast<char>('0' + i);
    size += sizeof pair - 1;
    body[size++] = i < 5 ? ',' : '}';
  }
  body[size++] = '}';
  FixedText<800> request(
      "POST /api/node/config HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ");
  request.append(static_cast<uint64_t>(size)).append("\r\n\r\n").append(Text(body, size));
  CHECK(all.request(request).startsWith("HTTP/1.1 200"));
  all.run(10000);
  CHECK(all.datagrams.longest > 300 && all.datagrams.longest <= 500);
}

TEST("an answer reaches a client that takes one byte at a time") {
  FakeBoard& all = *board();
  all.http.atOnce = 1;
  const Text answer = all.request("GET /api/node/status HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(answer.startsWith("HTTP/1.1 200 OK"));
  CHECK(answer.contains("\"version\":\"1.2.3\""));
  CHECK(answer.from(answer.size() - 5) == "0\r\n\r\n");
}

TEST("requests are refused when memory is short") {
  FakeBoard& all = *board();
  all.silicon.heap = 4999;
  CHECK(all.request("GET /api/node/status HTTP/1.1\r\nHost: a\r\n\r\n").startsWith("HTTP/1.1 503"));
  all.silicon.heap = 5000;
  CHECK(all.request("GET /api/node/status HTTP/1.1\r\nHost: a\r\n\r\n").contains("\"state\":\"low\""));
}

TEST("a silent connection is ended after ten seconds") {
  FakeBoard& all = *board();
  const size_t slot = all.node.http().open();
  all.http.open[slot] = true;
  all.node.http().receive(slot, Text("GET /").bytes());
  all.run(9000);
  CHECK(all.http.open[slot]);
  all.run(2500);
  CHECK(!all.http.open[slot]);
}

TEST("an upload that falls silent is given up after twenty seconds, and the next may come") {
  FakeBoard& all = *board();
  const Text head =
      "POST /api/node/update?size=100 HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=XX\r\n"
      "Content-Length: 500\r\n\r\n--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n\xe9";
  const size_t slot = all.node.http().open();
  all.http.open[slot] = true;
  all.node.http().receive(slot, head.bytes());
  CHECK(all.node.uploading());
  all.run(19000);
  all.node.http().receive(slot, Text("x").bytes());
  all.run(19000);
  CHECK(all.node.uploading() && all.http.open[slot]);
  all.run(3000);
  CHECK(!all.node.uploading() && !all.http.open[slot]);
}

TEST("a client that goes on talking after its refusal is cut off after two seconds") {
  FakeBoard& all = *board();
  const size_t slot = all.node.http().open();
  all.http.open[slot] = true;
  all.http.answer[slot].clear();
  all.node.http().receive(slot, Text("POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n").bytes());
  CHECK(all.http.answer[slot].text().startsWith("HTTP/1.1 404"));
  for (int i = 0; i < 40 && all.http.open[slot]; i++) {
    all.node.http().receive(slot, Text("more").bytes());
    all.run(100);
  }
  CHECK(!all.http.open[slot]);
}

TEST("an update makes the node speak four times a second, and fall silent about it after") {
  FakeBoard& all = *board();
  const Text head =
      "POST /api/node/update HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=XX\r\n"
      "Content-Length: 500\r\n\r\n--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n\xe9";
  const size_t slot = all.node.http().open();
  all.http.open[slot] = true;
  all.node.http().receive(slot, head.bytes());
  all.run(10);
  all.datagrams.forget();
  all.run(1000);
  size_t updates = 0;
  for (size_t i = 0; i < all.datagrams.count; i++)
    updates += all.datagrams.sent[i].text.text().contains("\"st\":\"ota\",\"rx\":") ? 1 : 0;
  CHECK(updates == 4);
  all.node.http().peerClosed(slot);
  all.run(10);
  all.datagrams.forget();
  all.run(4000);
  for (size_t i = 0; i < all.datagrams.count; i++) CHECK(!all.datagrams.sent[i].text.text().contains("\"rx\""));
}

TEST("the fourth quick boot comes up in safe mode, and half a minute clears the count") {
  FakeRtc memory;
  BootCounter counter(memory);
  for (uint32_t boot = 1; boot <= 4; boot++) CHECK(counter.countBoot() == boot);
  FakeBoard& all = *board();
  all.run(31500);
  BootCounter after(all.rtc);
  CHECK(after.countBoot() == 1);
}

namespace {

/// A connection that a test feeds by hand.
struct Client {
  explicit Client(FakeBoard& board) : all(board), slot(board.node.http().open()) {
    all.http.open[slot] = true;
    all.http.answer[slot].clear();
  }
  void say(Text text) { all.node.http().receive(slot, text.bytes()); }
  bool connected() const { return all.http.open[slot]; }
  Text answer() const { return all.http.answer[slot]; }
  FakeBoard& all;
  const size_t slot;
};

const char uploadHead[] =
    "POST /api/node/update?fence=7 HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=XX\r\n"
    "Content-Length: 5000\r\n\r\n--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n\xe9";

Text postConfig(FakeBoard& all, Text body) {
  FixedText<300> request(
      "POST /api/node/config HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ");
  return all.request(request.append(static_cast<uint64_t>(body.size())).append("\r\n\r\n").append(body));
}

}  // namespace

TEST("a request that comes a byte at a time is given up after ten seconds, whatever still comes") {
  FakeBoard& all = *board();
  Client client(all);
  for (int i = 0; i < 12 && client.connected(); i++) {
    client.say("G");
    all.run(1000);
  }
  CHECK(!client.connected());
}

TEST("an upload that trickles in is given up after ten minutes") {
  FakeBoard& all = *board();
  Client client(all);
  client.say(uploadHead);
  uint32_t seconds = 0;
  for (; seconds < 700 && client.connected(); seconds += 10) {
    client.say("x");
    all.clock.at += 10000;
    all.node.loop();
  }
  CHECK(seconds > 590 && seconds < 630);
  CHECK(!all.node.uploading());
}

TEST("a request that is not understood is answered before the connection goes, though its body still comes") {
  const char* const heads[] = {"NONSENSE\r\n\r\n", "POST /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"};
  for (const char* head : heads) {
    FakeBoard& all = *board();
    Client client(all);
    client.say(head);
    CHECK(client.answer().startsWith("HTTP/1.1 400 "));
    client.say("the body");
    CHECK(client.connected());
    all.run(4000);
    CHECK(!client.connected());
  }
}

TEST("a path of other than ASCII characters is refused, whether a char has a sign or not") {
  FakeBoard& all = *board();
  CHECK(all.request("GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n").startsWith("HTTP/1.1 400 "));
}

TEST("a size whose sectors overflow does not fit") {
  FakeBoard& all = *board();
  const char* const sizes[] = {"4294967295", "4294963201", "20481"};
  for (const char* size : sizes) {
    FixedText<300> request("POST /api/node/update?size=");
    request.append(size).append(" HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=XX\r\n");
    CHECK(all.request(request.append("Content-Length: 9\r\n\r\n")).startsWith("HTTP/1.1 413 "));
    CHECK(all.silicon.said.text().contains("update refused: too_large"));
  }
}

TEST("the log tells of every update how it began and how it ended") {
  FakeBoard& all = *board();
  all.silicon.said.clear();
  {
    Client client(all);
    client.say(uploadHead);
    CHECK(all.silicon.said.text() == "update started fence=7\n");
    CHECK(all.request(Text(uploadHead)).startsWith("HTTP/1.1 409 "));
    CHECK(all.silicon.said.text() == "update started fence=7\nupdate refused: busy\n");
    all.silicon.said.clear();
    all.node.http().peerClosed(client.slot);
    CHECK(all.silicon.said.text() == "update interrupted\n");
  }
  all.silicon.said.clear();
  FixedText<400> older("POST /api/node/update?fence=6");
  all.request(older.append(Text(uploadHead).from(older.size())));
  CHECK(all.silicon.said.text() == "update refused: stale_fence\n");
}

TEST("a configuration that cannot be written is not in force either") {
  FakeBoard& all = *board();
  CHECK(postConfig(all, "{\"heartbeat_interval_ms\":700,\"labels\":{\"room\":\"lab\"}}").startsWith("HTTP/1.1 200 "));
  const FixedText<8> before(all.node.configuration().fingerprint());
  all.files.full = true;
  CHECK(postConfig(all, "{\"heartbeat_interval_ms\":900,\"labels\":{\"room\":\"attic\"}}").startsWith("HTTP/1.1 500 "));
  CHECK(all.request("POST /api/network/wifi/config?ssid=other HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            .startsWith("HTTP/1.1 500 "));
  const Text shown = all.request("GET /api/node/config HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(shown.contains("\"heartbeat_interval_ms\":700"));
  CHECK(shown.contains("\"room\":\"lab\""));
  CHECK(shown.contains("\"wifi_ssid\":\"\""));
  CHECK(all.node.configuration().fingerprint() == before.text());
  all.run(2000);
  CHECK(all.silicon.restarts == 0);
  all.files.full = false;
  CHECK(postConfig(all, "{\"heartbeat_interval_ms\":900}").startsWith("HTTP/1.1 200 "));
  CHECK(all.files.config.text().contains("900") && all.files.config.text().contains("\"room\":\"lab\""));
}

TEST("a threshold at which no request would be answered any more is refused") {
  FakeBoard& all = *board();
  CHECK(postConfig(all, "{\"critical_memory_threshold_bytes\":12289}").startsWith("HTTP/1.1 400 "));
  CHECK(postConfig(all, "{\"critical_memory_threshold_bytes\":12288}").startsWith("HTTP/1.1 200 "));
}

TEST("what finds no room in a table is told in the log") {
  FakeBoard& all = *board();
  CHECK(!all.silicon.said.text().contains("found no room"));
  alignas(FakeBoard) static char room[sizeof(FakeBoard)];
  FakeBoard* crowded = new (static_cast<void*>(room)) FakeBoard(1);
  crowded->application.extraRoutes = 20;
  crowded->start();
  CHECK(crowded->silicon.said.text().contains("found no room"));
}

TEST("a route may have more parameters than fit a piece of an answer") {
  alignas(FakeBoard) static char room[sizeof(FakeBoard)];
  FakeBoard& all = *new (static_cast<void*>(room)) FakeBoard(1);
  all.application.extraRoutes = 1;
  all.start();
  const Text answer = all.request("GET /api/node/endpoints HTTP/1.0\r\n\r\n");
  size_t stop = 0;
  while (stop < answer.size() && !answer.from(stop).startsWith("\r\n\r\n")) stop++;
  Json body;
  CHECK(Json::parse(answer.from(stop + 4), body));
  CHECK(answer.contains("{\"name\":\"l\",\"location\":\"query\""));
}
