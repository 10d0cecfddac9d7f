#pragma once

#include "../../ports.h"
#include "options.h"

namespace spore::host {

/// Two UDP sockets on one port: one on the board's address to send from and hear unicast, one on the broadcast address,
/// because Linux gives broadcasts to nobody who is bound to a unicast address.
class DatagramSockets final : public DatagramPort {
 public:
  DatagramSockets(const Options& options, Random& random) : options_(options), random_(random) {}

  /// Exits with 1 when the address cannot be used.
  void open(uint16_t port);

  bool receive(char* out, size_t room, Arrival& arrival) override;
  void send(Endpoint to, Text datagram) override;
  void broadcast(Text datagram, bool subnetOnly) override;
  Endpoint local() const override { return local_; }
  int unicastFd() const { return unicast_; }
  int broadcastFd() const { return broadcast_; }

 private:
  bool receiveFrom(int fd, bool broadcast, char* out, size_t room, Arrival& arrival);
  bool lost() { return options_.dropUdpPercent > 0 && random_.below(100) < options_.dropUdpPercent; }

  const Options& options_;
  Random& random_;
  int unicast_ = -1;
  int broadcast_ = -1;
  Endpoint local_;
  Endpoint everybody_;
};

}  // namespace spore::host
