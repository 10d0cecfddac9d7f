#pragma once

#include <ESP8266WiFi.h>
#include <WiFiUdp.h>

#include "../../../common/http_server.h"
#include "wifi_link.h"

namespace spore::esp8266 {

/// The cluster's UDP socket.
class ChipDatagrams final : public DatagramPort {
 public:
  explicit ChipDatagrams(const WifiLink& link) : link_(link) {}
  void begin(uint16_t port);

  bool receive(char* out, size_t room, Arrival& arrival) override;
  void send(Endpoint to, Text datagram) override;
  void broadcast(Text datagram, bool subnetOnly) override;
  Endpoint local() const override { return Endpoint{link_.address(), port_}; }

 private:
  void sendTo(const IPAddress& address, uint16_t port, Text datagram);

  const WifiLink& link_;
  WiFiUDP udp_;
  uint16_t port_ = 0;
};

/// The TCP connections, polled from the loop: so nothing of ours runs in the network stack's callbacks.
class ChipHttp final : public HttpTransport {
 public:
  ChipHttp() : server_(80) {}
  void begin(uint16_t port) { server_.begin(port); }
  void serve(HttpServer& server);

  size_t send(size_t slot, Bytes bytes) override;
  void finish(size_t) override {}  // the stack keeps what is sent apart from what is still received
  void close(size_t slot) override;

 private:
  void read(size_t slot, HttpServer& server);

  WiFiServer server_;
  WiFiClient clients_[HttpServer::slots];
  bool open_[HttpServer::slots] = {};
};

}  // namespace spore::esp8266
