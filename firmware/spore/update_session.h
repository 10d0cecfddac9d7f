#pragma once

#include "node_context.h"

namespace spore {

/// Takes in a new firmware over HTTP: who may, whether it fits, what came of it. The log has one line when an update is
/// refused or started, and one more for each that was started: staged, failed or interrupted.
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

  bool readTerms(const HttpRequest& request, Terms& terms, HttpResponse& response);
  bool passFence(HttpResponse& response);
  bool startUpdater(HttpResponse& response);
  bool looksLikeFirmware(Bytes bytes);
  bool refuse(HttpResponse& response, int status, Text code, Text message);
  void failAsUpdater(Text what, HttpResponse& response);
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
