#pragma once

#include "node_context.h"

namespace spore {

/// Takes in a new firmware over HTTP: who may, whether it fits, what came of it.
class UpdateSession final : public UploadHandler {
 public:
  explicit UpdateSession(NodeContext& context) : context_(context) {}

  bool begin(const HttpRequest& request, HttpResponse& response) override;
  void write(Bytes bytes) override;
  void end(HttpResponse& response) override;
  void abort() override;

 private:
  static constexpr size_t maxVersionBytes = 64;
  static constexpr uint32_t progressEventBytes = 65536;

  struct Terms {
    bool hasSize = false;
    bool hasFence = false;
    uint32_t size = 0;
    uint64_t fence = 0;
    FixedText<32> md5;
    FixedText<maxVersionBytes> version;
  };

  static bool readTerms(const HttpRequest& request, Terms& terms, HttpResponse& response);
  bool passFence(HttpResponse& response);
  bool startUpdater(HttpResponse& response);
  bool looksLikeFirmware(Bytes bytes);
  void labelVersion();
  void announceProgress(const char* event);
  void stop();

  NodeContext& context_;
  Terms terms_;
  uint8_t head_[2] = {};
  bool notFirmware_ = false;
  bool writeFailed_ = false;
};

}  // namespace spore
