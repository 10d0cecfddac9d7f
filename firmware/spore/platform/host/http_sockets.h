#pragma once

#include <poll.h>

#include <vector>

#include "../../../common/http_server.h"
#include "options.h"

namespace spore::host {

/// The TCP side of a host board: accepts as many connections as the server has slots, and takes an upload off the wire
/// no faster than a radio would, so that the sender feels it.
class HttpSockets final : public HttpTransport {
 public:
  HttpSockets(const Options& options, const Clock& clock) : options_(options), clock_(clock) {
    for (int& connection : connections_) connection = -1;
  }

  /// Listens on `port`; 0 is any free one. When a port below 1024 is not permitted a free one is taken too, `preferred`
  /// if that is free. Returns the port; exits with 1 when the address cannot be used.
  uint16_t listen(uint16_t port, uint16_t preferred);
  /// Adds what to wait for.
  void addTo(std::vector<pollfd>& waits, const HttpServer& server);
  /// Handles what became ready.
  void serve(const std::vector<pollfd>& waits, HttpServer& server);
  /// How long at most to wait, because an upload was held back.
  int holdMs() const { return held_ ? holdBackMs : -1; }
  size_t openConnections() const;

  size_t send(size_t slot, Bytes bytes) override;
  void finish(size_t slot) override;
  void close(size_t slot) override;

 private:
  static constexpr int holdBackMs = 10;

  void accept(HttpServer& server);
  void read(size_t slot, HttpServer& server);
  size_t allowance();

  const Options& options_;
  const Clock& clock_;
  int listener_ = -1;
  int connections_[HttpServer::slots];
  bool held_ = false;
  Millis refilledAt_ = 0;
  double budget_ = 0;
};

}  // namespace spore::host
