#include "http_sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptor_io.h"
#include "socket_address.h"

namespace spore::host {

namespace {

/// The segment and the window of a radio link; with the 64 KiB segments of the loopback a small window would stall.
constexpr int segmentBytes = 1460;
constexpr int receiveBytes = 16384;
constexpr size_t readBytes = 4096;

bool bindTo(int fd, Endpoint at) {
  const sockaddr_in address = toSocketAddress(at);
  return bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

uint16_t HttpSockets::listen(uint16_t port, uint16_t preferred) {
  const Ipv4 address = loopbackAddress(options_.bind, "--bind");
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  if (listener_ < 0) die("cannot open a socket on", options_.bind.c_str());
  fcntl(listener_, F_SETFD, FD_CLOEXEC);
  fcntl(listener_, F_SETFL, O_NONBLOCK);
  const int yes = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (options_.otaBytesPerSecond > 0) {
    setsockopt(listener_, SOL_SOCKET, SO_RCVBUF, &receiveBytes, sizeof receiveBytes);
    setsockopt(listener_, IPPROTO_TCP, TCP_MAXSEG, &segmentBytes, sizeof segmentBytes);
  }
  bool bound = port != 0 && bindTo(listener_, {address, port});
  if (port == 0 || (!bound && errno == EACCES))
    bound = (preferred != 0 && bindTo(listener_, {address, preferred})) || bindTo(listener_, {address, 0});
  if (!bound || ::listen(listener_, 16) != 0) die("cannot listen for HTTP on", options_.bind.c_str());
  sockaddr_in actual = {};
  socklen_t length = sizeof actual;
  if (getsockname(listener_, reinterpret_cast<sockaddr*>(&actual), &length) != 0)
    die("cannot listen for HTTP on", options_.bind.c_str());
  return toEndpoint(actual).port;
}

void HttpSockets::addTo(std::vector<pollfd>& waits, const HttpServer& server) {
  bool free = false;
  for (size_t slot = 0; slot < HttpServer::slots; slot++) {
    const int fd = connections_[slot];
    if (fd < 0) {
      free = true;
      continue;
    }
    const bool wait = !server.answering(slot) && !(held_ && server.uploading(slot));
    waits.push_back({fd, static_cast<short>((wait ? POLLIN : 0) | (server.sending(slot) ? POLLOUT : 0)), 0});
  }
  // With all slots taken a newcomer waits in the kernel's queue.
  if (free && listener_ >= 0) waits.push_back({listener_, POLLIN, 0});
}

void HttpSockets::serve(const std::vector<pollfd>& waits, HttpServer& server) {
  held_ = false;
  for (const pollfd& wait : waits) {
    if (wait.fd == listener_ && wait.revents != 0) accept(server);
    for (size_t slot = 0; slot < HttpServer::slots; slot++) {
      if (connections_[slot] != wait.fd) continue;
      if ((wait.revents & POLLOUT) != 0) server.writable(slot);
      if (connections_[slot] == wait.fd && (wait.revents & (POLLIN | POLLHUP | POLLERR)) != 0) read(slot, server);
      break;
    }
  }
  for (size_t slot = 0; slot < HttpServer::slots; slot++)
    if (connections_[slot] >= 0 && server.uploading(slot) && allowance() == 0) held_ = true;
}

void HttpSockets::accept(HttpServer& server) {
  const int fd = ::accept(listener_, nullptr, nullptr);
  if (fd < 0) return;
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const size_t slot = server.open();
  if (slot == HttpServer::slots) {
    ::close(fd);
    return;
  }
  connections_[slot] = fd;
}

void HttpSockets::read(size_t slot, HttpServer& server) {
  uint8_t buffer[readBytes];
  size_t room = sizeof buffer;
  if (server.uploading(slot)) {
    const size_t allowed = allowance();
    if (allowed == 0) return;
    if (allowed < room) room = allowed;
  }
  const ssize_t size = recv(connections_[slot], buffer, room, 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) {
    server.peerClosed(slot);
    return;
  }
  if (server.uploading(slot)) budget_ -= static_cast<double>(size);
  server.receive(slot, Bytes(buffer, static_cast<size_t>(size)));
}

/// Bytes of an upload that may be read now.
size_t HttpSockets::allowance() {
  if (options_.otaBytesPerSecond == 0) return readBytes;
  const double rate = options_.otaBytesPerSecond;
  const Millis now = clock_.now();
  budget_ += rate * static_cast<double>(now - refilledAt_) / 1000;
  refilledAt_ = now;
  const double most = rate / 10 > 1460 ? rate / 10 : 1460;  // what a tenth of a second of silence may save up
  if (budget_ > most) budget_ = most;
  return budget_ >= 1 ? static_cast<size_t>(budget_) : 0;
}

size_t HttpSockets::openConnections() const {
  size_t count = 0;
  for (int fd : connections_) count += fd >= 0 ? 1 : 0;
  return count;
}

size_t HttpSockets::send(size_t slot, Bytes bytes) {
#ifdef MSG_NOSIGNAL
  const ssize_t sent = ::send(connections_[slot], bytes.data, bytes.size, MSG_NOSIGNAL);
#else
  const ssize_t sent = ::send(connections_[slot], bytes.data, bytes.size, 0);
#endif
  return sent < 0 ? 0 : static_cast<size_t>(sent);
}

void HttpSockets::finish(size_t slot) {
  shutdown(connections_[slot], SHUT_WR);
}

void HttpSockets::close(size_t slot) {
  ::close(connections_[slot]);
  connections_[slot] = -1;
}

}  // namespace spore::host
