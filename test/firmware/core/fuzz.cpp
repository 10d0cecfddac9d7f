// Throws mutilated requests, frames and datagrams at a node, under the sanitizers. Arguments: seed, rounds.

#include <stdio.h>
#include <stdlib.h>

#include <memory>
#include <string>
#include <vector>

#include "fake_board.h"

namespace {

using spore::Bytes;
using spore::Text;
using spore::tests::FakeBoard;
using spore::tests::SeededRandom;

const std::vector<std::string> requests = {
    "GET /api/node/status HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /api/node/status?brief=1&a=%41+b HTTP/1.0\r\n\r\n",
    "POST /api/node/config HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 64\r\n\r\n"
    "{\"labels\":{\"a\":\"\\u00e9\",\"b\":null},\"merge\":1,\"udp_port\":4210,\"x\":[]}",
    "POST /api/node/config?token=x HTTP/1.1\r\nHost: a\r\nContent-Type: "
    "application/x-www-form-urlencoded\r\nContent-Length: 41\r\n\r\n"
    "labels=%7B%22a%22%3A%22b%22%7D&udp_port=1",
    "POST /api/node/event HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 37\r\n\r\n"
    "{\"event\":\"a\",\"payload\":{\"_origin\":1}}\n",
    "POST /api/tasks/control HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: "
    "33\r\n\r\ntask=heartbeat&action=interval&va",
    "POST /api/node/update?size=6&md5=00000000000000000000000000000000&fence=1 HTTP/1.1\r\nHost: a\r\n"
    "Content-Type: multipart/form-data; boundary=XX\r\nContent-Length: 84\r\n\r\n"
    "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n\xe9\x01\x03\x20\r\n\r\n--XX--\r\n",
    std::string(
        "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n") +
        std::string("\x81\x8e\x00\x00\x00\x00{\"event\":"
                    "\"abc\"\x81\x81\x00\x00\x00\x00x\x89\x80\x00\x00\x00\x00\x01\x81\x00\x00\x00\x00{",
                    41),
};

const std::vector<std::string> datagrams = {
    "CLUSTER_DISCOVERY",
    "CLUSTER_RESPONSE:esp_A1B2C3:1.2.3.4",
    "CLUSTER_HEARTBEAT:esp_A1B2C3",
    "NODE_UPDATE:esp_A1B2C3:{\"freeHeap\":31240,\"resources\":{\"chipId\":1},\"labels\":{\"app\":\"base\"},"
    "\"sdkVersion\":\"\\ud83d\\ude00\"}",
    "CLUSTER_NODE_INFO:esp_A1B2C3:{\"a\":[1,2,{\"b\":-1.5e3}]}",
    "CLUSTER_EVENT:{\"event\":\"cluster/broadcast\",\"data\":{\"event\":\"a\"}}",
    "CLUSTER_EVENT:{\"event\":\"a\",\"data\":\"b\",\"src\":\"c\"}",
    "RAW:FF00",
    "SPORE_PROBE:00c0ffee"};

/// How far the mutilated requests got: a fuzzer that is always turned away at the door finds nothing.
struct {
  uint32_t asked = 0;
  uint32_t good = 0;
  uint32_t busy = 0;
} answers;

std::string mutilate(std::string text, SeededRandom& random) {
  static const char* const morsels[] = {
      "\r\n", "\r\n\r\n", "--XX", "{", "}", "\"", "\\u", "%", ":", "Content-Length: 9999999999", "\xff", "_origin"};
  for (uint32_t edits = random.below(6); edits > 0 && !text.empty(); edits--) {
    const size_t at = random.below(static_cast<uint32_t>(text.size()));
    switch (random.below(6)) {
      case 0:
        text[at] = static_cast<char>(random.next());
        break;
      case 1:
        text.erase(at, 1 + random.below(8));
        break;
      case 2:
        text.insert(at, morsels[random.below(sizeof morsels / sizeof morsels[0])]);
        break;
      case 3:
        text.insert(at, text.substr(at, random.below(64)));
        break;
      case 4:
        text.insert(at, std::string(random.below(1400), static_cast<char>(random.next())));
        break;
      default:
        text.resize(at);
    }
  }
  return text;
}

/// Sends the text in pieces, as a network would, and sometimes leaves in the middle.
void converse(FakeBoard& board, const std::string& text, SeededRandom& random) {
  const size_t slot = board.node.http().open();
  if (slot == spore::HttpServer::slots) abort();  // a slot has leaked
  board.http.open[slot] = true;
  board.http.answer[slot].clear();
  board.http.atOnce = 1 + random.below(2000);
  for (size_t at = 0; at < text.size() && board.http.open[slot];) {
    // A copy of exactly this size, so that the sanitizer sees a read beyond it.
    const size_t size = 1 + random.below(static_cast<uint32_t>(text.size() - at));
    std::unique_ptr<uint8_t[]> piece(new uint8_t[size]);
    memcpy(piece.get(), text.data() + at, size);
    board.node.http().receive(slot, Bytes(piece.get(), size));
    at += size;
    if (board.http.open[slot]) board.node.http().writable(slot);
    if (random.below(4) == 0) board.run(1 + random.below(30));
  }
  for (int i = 0; i < 50000 && board.http.open[slot] && board.node.http().sending(slot); i++)
    board.node.http().writable(slot);
  if (board.http.open[slot]) board.node.http().peerClosed(slot);
  const Text answer = board.http.answer[slot];
  answers.asked++;
  answers.good += answer.startsWith("HTTP/1.1 200") || answer.startsWith("HTTP/1.1 101") ? 1 : 0;
  answers.busy += answer.startsWith("HTTP/1.1 503") ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const uint32_t seed = argc > 1 ? static_cast<uint32_t>(strtoul(argv[1], nullptr, 10)) : 1;
  const uint32_t rounds = argc > 2 ? static_cast<uint32_t>(strtoul(argv[2], nullptr, 10)) : 1000;
  SeededRandom random(seed * 2654435761u);
  auto board = std::make_unique<FakeBoard>(seed);
  board->start();
  for (uint32_t round = 0; round < rounds; round++) {
    converse(*board, mutilate(requests[random.below(static_cast<uint32_t>(requests.size()))], random), random);
    const std::string datagram = mutilate(datagrams[random.below(static_cast<uint32_t>(datagrams.size()))], random);
    std::unique_ptr<char[]> exact(new char[datagram.size() + 1]);
    memcpy(exact.get(), datagram.data(), datagram.size());
    board->hear(Text(exact.get(), datagram.size()), 0x7f000002 + random.below(60), random.below(2) == 0);
    board->run(random.below(20));
    board->datagrams.forget();
    if (board->datagrams.longest > 500) return 1;
  }
  printf("survived %u rounds from seed %u, %u answered, %u busy\n", rounds, seed, answers.good, answers.busy);
  return answers.good > rounds / 10 ? 0 : 1;
}
