#include "http_response.h"

#include "base64.h"
#include "json_writer.h"
#include "sha1.h"

namespace spore {

namespace {

Text reasonPhrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Internal Server Error";
  }
}

}  // namespace

void HttpResponse::reset(bool http11) {
  piece_ = BufferSink(buffer_ + pieceAt, pieceBytes);
  start_ = end_ = 0;
  step_ = nullptr;
  nextStep_ = 0;
  status_ = 0;
  http11_ = http11;
  retryLater_ = broken_ = false;
}

TextSink& HttpResponse::begin(int status) {
  reset(http11_);
  status_ = status;
  return piece_;
}

void HttpResponse::stream(Step step, void* owner) {
  reset(http11_);
  status_ = 200;
  step_ = step;
  owner_ = owner;
}

void HttpResponse::fail(int status, Text code, Text message) {
  JsonWriter json(begin(status));
  json.beginObject().field("error", code);
  if (!message.empty()) json.field("message", message);
  json.endObject();
}

void HttpResponse::seal() {
  if (step_ == nullptr && piece_.overflowed()) fail(500, "internal", "the answer outgrew its buffer");
  FixedText<headBytes> head("HTTP/1.1 ");
  head.append(static_cast<uint64_t>(status_)).append(' ').append(reasonPhrase(status_));
  head.append("\r\nContent-Type: application/json\r\nConnection: close\r\nAccess-Control-Allow-Origin: *\r\n");
  if (retryLater_) head.append("Retry-After: 2\r\n");
  if (step_ == nullptr) {
    head.append("Content-Length: ").append(static_cast<uint64_t>(piece_.size())).append("\r\n");
  } else if (http11_) {
    head.append("Transfer-Encoding: chunked\r\n");
  }
  head.append("\r\n");
  start_ = headBytes - head.size();
  memcpy(buffer_ + start_, head.text().data(), head.size());
  end_ = headBytes;
  if (step_ != nullptr) return;
  memmove(buffer_ + headBytes, buffer_ + pieceAt, piece_.size());
  end_ += piece_.size();
}

void HttpResponse::acceptWebSocket(Text key) {
  Sha1 hash;
  hash.update(key);
  hash.update(Text("258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
  uint8_t digest[Sha1::digestBytes];
  hash.finish(digest);
  char accept[base64Length(sizeof digest)];
  writeBase64(Bytes(digest, sizeof digest), accept);
  reset(true);
  append(Text("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n").bytes());
  append(Text("Sec-WebSocket-Accept: ").bytes());
  append(Text(accept, sizeof accept).bytes());
  append(Text("\r\n\r\n").bytes());
}

bool HttpResponse::refill() {
  if (step_ == nullptr || broken_) return false;
  piece_ = BufferSink(buffer_ + pieceAt, pieceBytes);
  const bool more = step_(owner_, nextStep_++, piece_);
  if (!more) step_ = nullptr;
  broken_ = piece_.overflowed();
  if (broken_) return false;
  frame(piece_.size(), !more);
  return true;
}

void HttpResponse::frame(size_t bodyBytes, bool last) {
  start_ = pieceAt;
  end_ = pieceAt + bodyBytes;
  if (!http11_) return;
  if (bodyBytes > 0) {
    static const char digits[] = "0123456789abcdef";
    start_ = headBytes;
    for (int i = 0; i < 4; i++) buffer_[start_ + i] = digits[bodyBytes >> (12 - 4 * i) & 15];
    memcpy(buffer_ + start_ + 4, "\r\n", 2);
    memcpy(buffer_ + end_, "\r\n", 2);
    end_ += 2;
  }
  if (!last) return;
  memcpy(buffer_ + end_, "0\r\n\r\n", 5);
  end_ += 5;
}

void HttpResponse::append(Bytes bytes) {
  if (!hasRoom(bytes.size)) return;
  if (start_ > 0) {
    memmove(buffer_, buffer_ + start_, end_ - start_);
    end_ -= start_;
    start_ = 0;
  }
  if (bytes.size > 0) memcpy(buffer_ + end_, bytes.data, bytes.size);
  end_ += bytes.size;
}

}  // namespace spore
