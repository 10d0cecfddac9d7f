#include "options.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../common/text.h"

namespace spore::host {

namespace {

[[noreturn]] void usage(const std::string& problem) {
  fprintf(
      stderr,
      "flags: --state-dir DIR [--bind 127.x.y.z] [--http-port N] [--udp-port N] [--broadcast IP] [--hostname NAME]\n"
      "       [--label KEY=VALUE]... [--flash-size BYTES] [--fs-start BYTES] [--boot-delay-ms MS] [--ota-rate "
      "BYTES/S]\n"
      "       [--fail upload|md5|boot|crashloop|apfallback] [--drop-udp PERCENT] [--power-cut-after-writes N]\n"
      "       [--esp-limits] [--until-stdin-closes]\n");
  fprintf(stderr, "spore node: %s\n", problem.c_str());
  exit(2);
}

uint32_t numberOf(const char* flag, const char* text, uint32_t most) {
  uint32_t number;
  if (parseUnsigned(Text(text), number) && number <= most) return number;
  usage(std::string(flag) + " wants a number up to " + std::to_string(most) + ", not \"" + text + "\"");
}

Fault faultOf(const char* text) {
  const struct {
    const char* name;
    Fault fault;
  } faults[] = {{"upload", Fault::upload},
                {"md5", Fault::md5},
                {"boot", Fault::boot},
                {"crashloop", Fault::crashLoop},
                {"apfallback", Fault::accessPointFallback}};
  for (const auto& known : faults)
    if (strcmp(known.name, text) == 0) return known.fault;
  usage(std::string("--fail knows upload, md5, boot, crashloop and apfallback, not \"") + text + "\"");
}

void takeFlag(Options& options, const std::string& flag, const char* value) {
  if (flag == "--state-dir") {
    options.stateDir = value;
  } else if (flag == "--bind") {
    options.bind = value;
  } else if (flag == "--broadcast") {
    options.broadcast = value;
  } else if (flag == "--hostname") {
    options.hostname = value;
  } else if (flag == "--http-port") {
    options.httpPort = static_cast<int>(numberOf("--http-port", value, 65535));
  } else if (flag == "--udp-port") {
    options.udpPort = static_cast<int>(numberOf("--udp-port", value, 65535));
  } else if (flag == "--flash-size") {
    options.flashSize = numberOf("--flash-size", value, 16u << 20);
  } else if (flag == "--fs-start") {
    options.fsStart = numberOf("--fs-start", value, 16u << 20);
  } else if (flag == "--boot-delay-ms") {
    options.bootDelayMs = numberOf("--boot-delay-ms", value, 600000);
  } else if (flag == "--ota-rate") {
    options.otaBytesPerSecond = numberOf("--ota-rate", value, 1u << 30);
  } else if (flag == "--drop-udp") {
    options.dropUdpPercent = numberOf("--drop-udp", value, 100);
  } else if (flag == "--power-cut-after-writes") {
    options.powerCutAfterWrites = numberOf("--power-cut-after-writes", value, 1u << 30);
  } else if (flag == "--fail") {
    options.fault = faultOf(value);
  } else if (flag == "--factory-image") {
    options.factoryImage = value;
  } else if (flag == "--key-file") {
    options.keyFile = value;
  } else if (flag == "--label") {
    const char* equals = strchr(value, '=');
    if (equals == nullptr) usage(std::string("--label wants KEY=VALUE, not \"") + value + "\"");
    options.labels.emplace_back(std::string(value, equals), std::string(equals + 1));
  } else {
    usage("there is no flag " + flag);
  }
}

}  // namespace

Options parseOptions(int argc, char** argv, int first) {
  Options options;
  for (int i = first; i < argc; i++) {
    const std::string flag = argv[i];
    if (flag == "--until-stdin-closes") {
      options.untilStdinCloses = true;
    } else if (flag == "--esp-limits") {
      options.espLimits = true;
    } else {
      if (i + 1 == argc) usage(flag + " wants a value");
      takeFlag(options, flag, argv[++i]);
    }
  }
  if (options.stateDir.empty()) usage("--state-dir is missing: name the directory that holds the board's flash");
  if (options.flashSize % 4096 != 0 || options.fsStart % 4096 != 0 || options.fsStart > options.flashSize)
    usage("--flash-size and --fs-start are multiples of 4096, and the file system starts inside the flash");
  loopbackAddress(options.bind, "--bind");
  loopbackAddress(options.broadcast, "--broadcast");
  return options;
}

uint32_t loopbackAddress(const std::string& text, const char* flag) {
  in_addr address;
  if (inet_pton(AF_INET, text.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127)
    return ntohl(address.s_addr);
  usage(std::string(flag) + " wants an address of this machine alone, 127.x.y.z, not \"" + text + "\"");
}

}  // namespace spore::host
