#pragma once

#include "fixed_text.h"

namespace spore {

/// Takes what a multipart/form-data body contains.
class MultipartSink {
 public:
  /// Bytes of the file part, as they come.
  virtual void fileBytes(Bytes bytes) = 0;

 protected:
  ~MultipartSink() = default;
};

/// Finds the first file part in a multipart/form-data body (RFC 7578) of any length, in whatever pieces it comes.
/// A part is a file when it has a file name or a content type; text fields are passed over.
class MultipartParser {
 public:
  static constexpr size_t maxBoundary = 70;

  /// Is it multipart/form-data with a boundary that fits?
  static bool accepts(Text contentType);
  /// Starts on a body of a content type that is accepted.
  void begin(Text contentType);
  /// False when the body is malformed; what follows is then pointless.
  bool feed(Bytes bytes, MultipartSink& sink);
  bool sawFile() const { return sawFile_; }
  /// The closing boundary was seen, so the file part is whole.
  bool complete() const { return state_ == State::epilogue; }

 private:
  enum class State : uint8_t { afterDelimiter, partHead, partBody, epilogue };
  static constexpr size_t maxHeadLine = 191;

  bool takeDelimiterTail(char c);
  bool takeHeadCharacter(char c);
  bool endHeadLine();
  void takeBody(Bytes& bytes, MultipartSink& sink);
  void deliver(Bytes bytes, MultipartSink& sink) const {
    if (inFile_ && bytes.size > 0) sink.fileBytes(bytes);
  }

  FixedText<maxBoundary + 4> delimiter_;  // CR LF -- boundary
  FixedText<maxHeadLine> line_;
  size_t matched_ = 0;  // characters of the delimiter that the body's last bytes equal
  State state_ = State::partBody;
  bool inFile_ = false;
  bool sawFile_ = false;
};

}  // namespace spore
