#include "sockets.h"

namespace spore::esp8266 {

namespace {

/// One segment of the default network stack.
constexpr size_t readBytes = 536;

}  // namespace

void ChipDatagrams::begin(uint16_t port) {
  port_ = port;
  udp_.begin(port);
}

bool ChipDatagrams::receive(char* out, size_t room, Arrival& arrival) {
  if (udp_.parsePacket() <= 0) return false;
  const int size = udp_.read(out, room);
  arrival.size = size > 0 ? static_cast<size_t>(size) : 0;
  arrival.from = Endpoint{toIpv4(udp_.remoteIP()), udp_.remotePort()};
  arrival.broadcast = toIpv4(udp_.destinationIP()) != link_.address();
  return true;
}

void ChipDatagrams::send(Endpoint to, Text datagram) {
  sendTo(fromIpv4(to.address), to.port, datagram);
}

void ChipDatagrams::broadcast(Text datagram, bool subnetOnly) {
  sendTo(subnetOnly ? WiFi.broadcastIP() : IPAddress(255, 255, 255, 255), port_, datagram);
}

void ChipDatagrams::sendTo(const IPAddress& address, uint16_t port, Text datagram) {
  udp_.beginPacket(address, port);
  udp_.write(datagram.bytes().data, datagram.size());
  udp_.endPacket();
}

void ChipHttp::serve(HttpServer& server) {
  for (size_t slot = 0; slot < HttpServer::slots; slot++) {
    if (!open_[slot]) continue;
    if (server.sending(slot)) server.writable(slot);
    if (open_[slot] && !server.answering(slot)) read(slot, server);
    const bool listens = open_[slot] && !server.answering(slot);
    if (listens && clients_[slot].available() <= 0 && !clients_[slot].connected()) server.peerClosed(slot);
  }
  const size_t slot = server.open();
  if (slot == HttpServer::slots) return;
  WiFiClient client = server_.accept();
  if (!client) return server.release(slot);
  client.setNoDelay(true);
  clients_[slot] = client;
  open_[slot] = true;
}

void ChipHttp::read(size_t slot, HttpServer& server) {
  uint8_t buffer[readBytes];
  if (clients_[slot].available() <= 0) return;
  const int size = clients_[slot].read(buffer, sizeof buffer);
  if (size > 0) server.receive(slot, Bytes(buffer, static_cast<size_t>(size)));
}

size_t ChipHttp::send(size_t slot, Bytes bytes) {
  const Bytes fits = bytes.first(clients_[slot].availableForWrite());
  return fits.size == 0 ? 0 : clients_[slot].write(fits.data, fits.size);
}

void ChipHttp::close(size_t slot) {
  open_[slot] = false;
  clients_[slot].stop();
  clients_[slot] = WiFiClient();
}

}  // namespace spore::esp8266
