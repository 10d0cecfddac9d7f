// Reads a JSON string with a datagram per line, and prints what the node reads in it: `kind hostname`.

#include <iostream>
#include <string>

#include "../../../firmware/common/json.h"
#include "../../../firmware/spore/cluster_message.h"

int main() {
  const char* const kinds[] = {"unknown",  "malformed",  "discovery", "response", "heartbeat",
                               "nodeInfo", "nodeUpdate", "event",     "raw",      "probe"};
  for (std::string line; std::getline(std::cin, line);) {
    spore::Json value;
    char room[1472];
    spore::Text datagram;
    if (!spore::Json::parse(spore::Text(line.data(), line.size()), value) || !value.decode(room, sizeof room, datagram))
      return 1;
    const spore::ClusterMessage message = spore::parseClusterMessage(datagram);
    std::string hostname(message.hostname.data(), message.hostname.size());
    if (message.kind == spore::ClusterMessage::Kind::malformed) hostname.clear();
    std::cout << kinds[static_cast<size_t>(message.kind)] << ' ' << hostname << '\n';
  }
}
