#include "datagram_sockets.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptor_io.h"
#include "socket_address.h"

namespace spore::host {

namespace {

/// About four small datagrams, as many as the chip's stack holds.
constexpr int espReceiveBytes = 2048;

int openSocket(Endpoint at, bool espLimits, const char* name) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0) die("cannot open a socket on", name);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
#ifdef __APPLE__
  setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
#endif
  setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes);
  if (espLimits) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &espReceiveBytes, sizeof espReceiveBytes);
  const sockaddr_in address = toSocketAddress(at);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    die("cannot listen for datagrams on", name);
  return fd;
}

}  // namespace

void DatagramSockets::open(uint16_t port) {
  local_ = {loopbackAddress(options_.bind, "--bind"), port};
  everybody_ = {loopbackAddress(options_.broadcast, "--broadcast"), port};
  unicast_ = openSocket(local_, options_.espLimits, options_.bind.c_str());
  broadcast_ = openSocket(everybody_, options_.espLimits, options_.broadcast.c_str());
}

bool DatagramSockets::receive(char* out, size_t room, Arrival& arrival) {
  return receiveFrom(unicast_, false, out, room, arrival) || receiveFrom(broadcast_, true, out, room, arrival);
}

bool DatagramSockets::receiveFrom(int fd, bool broadcast, char* out, size_t room, Arrival& arrival) {
  for (;;) {
    sockaddr_in from = {};
    socklen_t length = sizeof from;
    const ssize_t size = recvfrom(fd, out, room, 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (size < 0) return false;
    if (lost()) continue;
    arrival.from = toEndpoint(from);
    arrival.broadcast = broadcast;
    arrival.size = static_cast<size_t>(size);
    return true;
  }
}

void DatagramSockets::send(Endpoint to, Text datagram) {
  if (lost()) return;
  const sockaddr_in address = toSocketAddress(to);
  // A datagram that cannot be sent is a datagram lost, which the protocol expects.
  static_cast<void>(sendto(unicast_, datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&address),
                           sizeof address));
}

void DatagramSockets::broadcast(Text datagram, bool) {
  send(everybody_, datagram);
}

}  // namespace spore::host
