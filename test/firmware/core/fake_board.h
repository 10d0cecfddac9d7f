#pragma once

#include "../../../firmware/common/staging_updater.h"
#include "../../../firmware/spore/node.h"

namespace spore::tests {

/// A clock that a test moves.
class FakeClock final : public Clock {
 public:
  Millis now() const override { return at; }
  Millis at = 1000;
};

/// The same numbers in every run.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint32_t seed) : state_(seed | 1) {}
  uint32_t next() override {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }

 private:
  uint32_t state_;
};

/// Keeps what was sent, and delivers what a test says.
class FakeDatagrams final : public DatagramPort {
 public:
  static constexpr size_t capacity = 64;

  struct Sent {
    Endpoint to;
    bool broadcast = false;
    Millis at = 0;
    FixedText<512> text;
  };

  explicit FakeDatagrams(const Clock& clock) : clock_(clock) {}
  bool receive(char* out, size_t room, Arrival& arrival) override {
    if (!waiting) return false;
    waiting = false;
    arrival = next;
    arrival.size = text.size() < room ? text.size() : room;
    memcpy(out, text.data(), arrival.size);
    return true;
  }
  void send(Endpoint to, Text datagram) override { keep(to, false, datagram); }
  void broadcast(Text datagram, bool) override { keep(Endpoint(), true, datagram); }
  Endpoint local() const override { return Endpoint{0x7f000001, 4210}; }
  void forget() { count = 0; }

  bool waiting = false;
  Arrival next;
  Text text;
  Sent sent[capacity];
  size_t count = 0;
  size_t longest = 0;

 private:
  void keep(Endpoint to, bool broadcast, Text datagram) {
    if (datagram.size() > longest) longest = datagram.size();
    if (count == capacity) return;
    Sent& row = sent[count++];
    row.to = to;
    row.broadcast = broadcast;
    row.at = clock_.now();
    row.text.clear();
    row.text.append(datagram);
  }

  const Clock& clock_;
};

/// Connections that take a given number of bytes at a time and keep the last answer.
class FakeTransport final : public HttpTransport {
 public:
  size_t send(size_t slot, Bytes bytes) override {
    const Bytes taken = bytes.first(atOnce);
    answer[slot].append(Text(reinterpret_cast<const char*>(taken.data), taken.size));
    return taken.size;
  }
  void finish(size_t) override {}
  void close(size_t slot) override { open[slot] = false; }

  size_t atOnce = 100000;
  bool open[HttpServer::slots] = {};
  FixedText<8192> answer[HttpServer::slots];
};

/// Two small files in memory.
class FakeFiles final : public FileStore {
 public:
  bool read(const char* name, char* out, size_t room, Text& contents) override {
    FixedText<2048>& file = fileOf(name);
    if (file.empty() || file.size() > room) return false;
    memcpy(out, file.text().data(), file.size());
    contents = Text(out, file.size());
    return true;
  }
  bool replace(const char* name, Text contents) override { return !full && fileOf(name).assign(contents); }
  void setAside(const char*) override { setAsideCount++; }

  FixedText<2048> config;
  FixedText<2048> fence;
  int setAsideCount = 0;
  bool full = false;

 private:
  FixedText<2048>& fileOf(const char* name) { return name[0] == 'c' ? config : fence; }
};

class FakeRtc final : public RtcMemory {
 public:
  void read(size_t offset, uint8_t* out, size_t size) const override { memcpy(out, cells_ + offset, size); }
  void write(size_t offset, Bytes bytes) override { memcpy(cells_ + offset, bytes.data, bytes.size); }

 private:
  uint8_t cells_[bytes] = {};
};

class FakeFlash final : public Flash {
 public:
  uint32_t size() const override { return sizeof cells_; }
  bool eraseSector(uint32_t index) override {
    memset(cells_ + index * sectorBytes, 0xff, sectorBytes);
    return true;
  }
  bool write(uint32_t address, Bytes bytes) override {
    memcpy(cells_ + address, bytes.data, bytes.size);
    return true;
  }
  bool read(uint32_t address, uint8_t* out, size_t size) const override {
    memcpy(out, cells_ + address, size);
    return true;
  }

 private:
  uint8_t cells_[32768] = {};
};

class FakeSilicon final : public Board, public Wireless, public Log {
 public:
  uint32_t freeHeap() const override { return heap; }
  int32_t rssi() const override { return -61; }
  uint32_t analogMillivolts() override { return 321; }
  FileSystemUse fileSystemUse() const override { return {65536, 100}; }
  void restart() override { restarts++; }
  Ipv4 address() const override { return reachable ? 0x7f000001 : 0; }
  WirelessState state() const override { return WirelessState(); }
  void startScan() override {}
  bool scanning() const override { return false; }
  bool scanned(size_t, AccessPoint&) const override { return false; }
  void line(Text text) override { said.append(text).append('\n'); }

  FixedText<2048> said;
  bool reachable = true;
  uint32_t heap = 30000;
  int restarts = 0;
};

class NoApplication final : public Application {
 public:
  void configure(Configuration& configuration) override { configuration.addStaticLabel("app", "test"); }
  void start(NodeContext& context) override {
    Route route;
    route.uri = "/api/test/extra";
    route.parameters = parameters;
    route.parameterCount = sizeof parameters / sizeof parameters[0];
    for (int i = 0; i < extraRoutes; i++) context.http.add(route);
  }
  const RouteParameter parameters[12] = {
      {"a", "query", false, "string", nullptr}, {"b", "query", false, "string", nullptr},
      {"c", "query", false, "string", nullptr}, {"d", "query", false, "string", nullptr},
      {"e", "query", false, "string", nullptr}, {"f", "query", false, "string", nullptr},
      {"g", "query", false, "string", nullptr}, {"h", "query", false, "string", nullptr},
      {"i", "query", false, "string", nullptr}, {"j", "query", false, "string", nullptr},
      {"k", "query", false, "string", nullptr}, {"l", "query", false, "string", nullptr},
  };
  int extraRoutes = 0;
};

/// A node with nothing real around it.
struct FakeBoard {
  explicit FakeBoard(uint32_t seed = 1) : random(seed) {}

  static BoardFacts facts() {
    BoardFacts all;
    all.hostname = "esp_000001";
    all.mac = "84:F3:EB:00:00:01";
    all.sdkVersion = "test";
    all.platform = "host";
    all.resetReason = "Power On";
    all.sketchMd5 = "00000000000000000000000000000000";
    all.sketchSize = 4096;
    all.freeSketchSpace = 20480;
    all.fsStart = 24576;
    all.flashChipSize = 32768;
    return all;
  }
  static NodeIdentity identity() {
    NodeIdentity all;
    all.application = "test";
    all.version = "1.2.3";
    all.boot = 7;
    return all;
  }
  void start() {
    node.configure();
    node.setUp(80);
  }
  /// Moves the clock in steps of a millisecond, as a busy loop would.
  void run(uint32_t ms) {
    for (uint32_t i = 0; i < ms; i++) {
      clock.at++;
      node.loop();
    }
  }
  void hear(Text datagram, Ipv4 from, bool broadcast) {
    datagrams.text = datagram;
    datagrams.next.from = Endpoint{from, 4210};
    datagrams.next.broadcast = broadcast;
    datagrams.waiting = true;
    node.loop();
  }
  /// One whole request on a connection of its own; the answer is in `http.answer`.
  Text request(Text bytes) {
    const size_t slot = node.http().open();
    if (slot == HttpServer::slots) return Text();
    http.open[slot] = true;
    http.answer[slot].clear();
    node.http().receive(slot, bytes.bytes());
    for (int i = 0; i < 20000 && http.open[slot] && node.http().sending(slot); i++) node.http().writable(slot);
    if (http.open[slot]) node.http().peerClosed(slot);
    return http.answer[slot];
  }

  FakeClock clock;
  SeededRandom random;
  FakeDatagrams datagrams{clock};
  FakeTransport http;
  FakeFiles files;
  FakeRtc rtc;
  FakeFlash flash;
  FakeSilicon silicon;
  StagingUpdater update{flash, rtc, 4096, 3, 24576};
  NoApplication application;
  Node node{Ports{clock, random, datagrams, http, files, rtc, update, silicon, silicon, silicon}, facts(), identity(),
            application};
};

}  // namespace spore::tests
