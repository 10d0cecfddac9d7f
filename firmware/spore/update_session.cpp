#include "update_session.h"

#include "../common/flash.h"
#include "../common/hex.h"
#include "../common/image_magic.h"
#include "../common/json.h"

namespace spore {

namespace {

constexpr const char* fenceFile = "fence.json";
constexpr uint32_t spareBytes = 4096;

void fail(HttpResponse& response, int status, Text code, Text message) {
  JsonWriter json(response.begin(status));
  json.beginObject().field("status", "FAIL").field("error", code).field("message", message).endObject();
}

/// The highest fence that an update was ever accepted under, and what it was for.
struct StoredFence {
  uint64_t fence = 0;
  FixedText<32> md5;
};

StoredFence loadFence(FileStore& files) {
  StoredFence stored;
  char room[128], digits[32];
  Text contents, md5;
  Json object, value;
  if (!files.read(fenceFile, room, sizeof room, contents) || !Json::parse(contents, object)) return stored;
  if (object.member("fence", value)) parseUnsigned(value.raw(), stored.fence);
  if (object.member("md5", value) && value.decode(digits, sizeof digits, md5)) stored.md5.assign(md5);
  return stored;
}

bool saveFence(FileStore& files, uint64_t fence, Text md5) {
  char room[128];
  BufferSink out(room, sizeof room);
  JsonWriter json(out);
  json.beginObject().field("fence", fence).field("md5", md5).endObject();
  return files.replace(fenceFile, out.text());
}

/// Reads an optional number of the query. False when it is there and no number.
template <typename Number>
bool readNumber(const HttpRequest& request, const char* name, bool& given, Number& number) {
  char room[24];
  Text text;
  const FormLookup lookup = findFormValue(request.query, name, room, sizeof room, text);
  given = lookup != FormLookup::absent;
  return !given || (lookup == FormLookup::found && parseUnsigned(text, number));
}

}  // namespace

bool UpdateSession::readTerms(const HttpRequest& request, Terms& terms, HttpResponse& response) {
  terms = Terms();
  char room[maxVersionBytes] = {};
  Text text;
  const char* wrong = nullptr;
  if (!readNumber(request, "size", terms.hasSize, terms.size) || (terms.hasSize && terms.size == 0))
    wrong = "size is the number of bytes of the file";
  if (!readNumber(request, "fence", terms.hasFence, terms.fence)) wrong = "fence is a whole number";
  switch (findFormValue(request.query, "md5", room, sizeof room, text)) {
    case FormLookup::absent:
      break;
    case FormLookup::found:
      for (char& c : room) c = lowerCase(c);
      terms.md5.assign(text);
      uint8_t digest[16];
      if (parseHex(text, digest, sizeof digest)) break;
      [[fallthrough]];
    case FormLookup::malformed:
      wrong = "md5 is 32 hex digits";
  }
  const FormLookup version = findFormValue(request.query, "version", room, sizeof room, text);
  if (version == FormLookup::malformed || (version == FormLookup::found && !isPlainUtf8(text)))
    wrong = "version is at most 64 bytes of UTF-8";
  if (version == FormLookup::found) terms.version.assign(text);
  return wrong == nullptr || refuse(response, 400, "bad_request", wrong);
}

bool UpdateSession::begin(const HttpRequest& request, HttpResponse& response) {
  if (!context_.authorized(request))
    return refuse(response, 401, "unauthorized",
                  "this node has an ota_token: send it as Authorization: Bearer, or as token= in the query");
  if (context_.uploading) return refuse(response, 409, "busy", "an update is running");
  if (context_.restartAt != 0) return refuse(response, 409, "busy", "a restart is about to happen");
  if (!readTerms(request, terms_, response)) return false;
  // Both, because rounding up a size near 4 GiB gives 0.
  const uint32_t room = context_.facts.freeSketchSpace;
  const bool noRoom = terms_.hasSize ? terms_.size > room || wholeSectors(terms_.size) > room : room <= spareBytes;
  if (noRoom) return refuse(response, 413, "too_large", "the image does not fit beside the running one");
  if (!passFence(response) || !startUpdater(response)) return false;
  notFirmware_ = writeFailed_ = false;
  context_.uploading = true;
  context_.uploadReceived = 0;
  FixedText<96> line("update started");
  if (terms_.hasSize) line.append(" size=").append(static_cast<uint64_t>(terms_.size));
  if (terms_.hasFence) line.append(" fence=").append(terms_.fence);
  if (!terms_.md5.empty()) line.append(" md5=").append(terms_.md5);
  context_.ports.log.line(line);
  context_.events.fire("node/ota/start", "{}");
  context_.announceSoon();
  return true;
}

/// Orders updates from controllers that may not know of each other: once one was accepted, an older one is refused.
bool UpdateSession::passFence(HttpResponse& response) {
  if (!terms_.hasFence) return true;
  const StoredFence stored = loadFence(context_.ports.files);
  const bool sameAgain = terms_.fence == stored.fence && terms_.md5.text() == stored.md5.text();
  if (sameAgain && terms_.fence != 0) return true;
  if (terms_.fence <= stored.fence)
    return refuse(response, 409, "stale_fence",
                  "an update with a higher fence, or with this one for another image, was accepted before");
  return saveFence(context_.ports.files, terms_.fence, terms_.md5) ||
         refuse(response, 500, "internal", "the fence could not be stored");
}

bool UpdateSession::startUpdater(HttpResponse& response) {
  FirmwareUpdate& update = context_.ports.update;
  const uint32_t most = (context_.facts.freeSketchSpace - spareBytes) & ~(Flash::sectorBytes - 1);
  if (!update.begin(terms_.hasSize ? terms_.size : most)) {
    failAsUpdater("update refused: ", response);
    return false;
  }
  if (!terms_.md5.empty()) update.setMd5(terms_.md5);
  return true;
}

/// Nothing of this update has begun.
bool UpdateSession::refuse(HttpResponse& response, int status, Text code, Text message) {
  context_.ports.log.line(FixedText<96>("update refused: ").append(code));
  fail(response, status, code, message);
  return false;
}

/// In the words and with the number of the updater.
void UpdateSession::failAsUpdater(Text what, HttpResponse& response) {
  const UpdateError error = context_.ports.update.error();
  context_.ports.log.line(FixedText<96>(what).append(describe(error)));
  JsonWriter json(response.begin(500));
  json.beginObject().field("status", "FAIL").field("error", describe(error));
  json.field("code", static_cast<uint32_t>(error)).endObject();
}

void UpdateSession::write(Bytes bytes) {
  const uint32_t before = context_.uploadReceived;
  if (!looksLikeFirmware(bytes)) notFirmware_ = true;
  context_.uploadReceived += static_cast<uint32_t>(bytes.size);
  // What comes after a failure is taken off the wire all the same, so that the sender reads the answer.
  if (notFirmware_ || writeFailed_) return;
  if (!context_.ports.update.write(bytes)) writeFailed_ = true;
  if (before / progressEventBytes != context_.uploadReceived / progressEventBytes)
    announceProgress("node/ota/progress");
}

/// Looks at the first two bytes, which may come one at a time.
bool UpdateSession::looksLikeFirmware(Bytes bytes) {
  for (size_t i = 0; i < bytes.size && context_.uploadReceived + i < sizeof head_; i++)
    head_[context_.uploadReceived + i] = bytes.data[i];
  if (context_.uploadReceived >= sizeof head_ || context_.uploadReceived + bytes.size == 0) return true;
  if (head_[0] == imageMagic) return true;
  const bool halfGzip = context_.uploadReceived + bytes.size == 1 && head_[0] == gzipMagic[0];
  return context_.facts.gzip && (halfGzip || isGzip(head_));
}

void UpdateSession::end(HttpResponse& response) {
  FirmwareUpdate& update = context_.ports.update;
  const uint32_t received = context_.uploadReceived;
  stop();
  if (notFirmware_) {
    update.abort();
    context_.ports.log.line("update failed: no firmware");
    context_.events.fire("node/ota/error", "{\"error\":\"invalid_image\"}");
    return fail(response, 422, "invalid_image",
                context_.facts.gzip ? "the file starts neither with 0xE9 nor as gzip"
                                    : "the file does not start with 0xE9 (this node takes no gzip)");
  }
  if (!update.end(!terms_.hasSize)) {
    failAsUpdater("update failed: ", response);
    return context_.events.fire("node/ota/error", "{\"error\":\"updater\"}");
  }
  labelVersion();
  context_.restartSoon();
  context_.ports.log.line("update staged, restarting");
  JsonWriter json(response.begin(200));
  json.beginObject().field("status", "OK").field("message", "update staged, restarting").field("size", received);
  if (!terms_.md5.empty()) json.field("md5", terms_.md5.text());
  json.field("restartInMs", context_.configuration.number(context_.configuration.restartDelayMs)).endObject();
  context_.events.fire("node/ota/end", "{}");
}

/// The label is for people; that the update is staged does not depend on it.
void UpdateSession::labelVersion() {
  if (terms_.version.empty()) return;
  const LabelProblem problem = context_.configuration.setLabel("version", terms_.version, context_.ports.files);
  if (!problem.empty()) context_.ports.log.line(FixedText<96>("no version label: ").append(problem));
}

void UpdateSession::abort() {
  context_.ports.update.abort();
  stop();
  context_.ports.log.line("update interrupted");
  context_.events.fire("node/ota/error", "{\"error\":\"interrupted\"}");
}

void UpdateSession::announceProgress(const char* event) {
  char room[48];
  BufferSink out(room, sizeof room);
  JsonWriter json(out);
  json.beginObject().field("rx", context_.uploadReceived).endObject();
  context_.events.fire(event, out.text());
}

void UpdateSession::stop() {
  context_.uploading = false;
  context_.uploadReceived = 0;
  context_.announceSoon();
}

}  // namespace spore
