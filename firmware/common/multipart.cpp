#include "multipart.h"

namespace spore {

namespace {

/// The value of `boundary` in a content type, without its quotes.
Text boundaryOf(Text contentType) {
  while (!contentType.empty()) {
    const size_t semicolon = contentType.find(';');
    if (semicolon == Text::npos) return Text();
    contentType = contentType.from(semicolon + 1).trimmed();
    if (!contentType.startsWithIgnoringCase("boundary=")) continue;
    Text value = contentType.from(9);
    if (!value.empty() && value[0] == '"') {
      value = value.from(1);
      return value.first(value.find('"'));
    }
    return value.first(value.find(';')).trimmed();
  }
  return Text();
}

/// Length of a header parameter up to its `;`, which does not count inside quotes.
size_t parameterLength(Text parameters) {
  bool quoted = false;
  for (size_t i = 0; i < parameters.size(); i++) {
    const char c = parameters[i];
    if (quoted && c == '\\') {
      i++;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ';' && !quoted) {
      return i;
    }
  }
  return parameters.size();
}

/// Has a content disposition a parameter `filename`? A field may be called so, or have it in a quoted name.
bool namesFile(Text disposition) {
  for (Text left = disposition; !left.empty();) {
    const size_t length = parameterLength(left);
    const Text name = left.first(length).first(left.first(length).find('=')).trimmed();
    if (name.equalsIgnoringCase("filename") || name.equalsIgnoringCase("filename*")) return true;
    left = left.from(length + 1);
  }
  return false;
}

}  // namespace

bool MultipartParser::accepts(Text contentType) {
  const Text boundary = boundaryOf(contentType);
  return contentType.startsWithIgnoringCase("multipart/form-data") && !boundary.empty() &&
         boundary.size() <= maxBoundary;
}

void MultipartParser::begin(Text contentType) {
  *this = MultipartParser();
  delimiter_.append("\r\n--").append(boundaryOf(contentType));
  matched_ = 2;  // the first delimiter needs no line break before it
}

bool MultipartParser::feed(Bytes bytes, MultipartSink& sink) {
  while (bytes.size > 0) {
    if (state_ == State::epilogue) return true;
    if (state_ == State::partBody) {
      takeBody(bytes, sink);
      continue;
    }
    const char c = static_cast<char>(bytes.data[0]);
    bytes = bytes.from(1);
    if (state_ == State::afterDelimiter ? !takeDelimiterTail(c) : !takeHeadCharacter(c)) return false;
  }
  return true;
}

/// Behind a delimiter: `--` ends the body, an empty line starts a part.
bool MultipartParser::takeDelimiterTail(char c) {
  line_.append(c);
  if (line_.text() == "--") {
    state_ = State::epilogue;
    inFile_ = false;
  } else if (line_.text() == "\r\n") {
    line_.clear();
    inFile_ = false;
    state_ = State::partHead;
  } else if (line_.size() == 2) {
    return false;
  }
  return true;
}

bool MultipartParser::takeHeadCharacter(char c) {
  if (c != '\n') {
    line_.append(c);
    return !line_.cut();
  }
  return endHeadLine();
}

bool MultipartParser::endHeadLine() {
  const Text line = line_.text();
  if (line.empty() || line[line.size() - 1] != '\r') return false;
  if (line.size() == 1) {
    // Only the first file counts, as in the library that upstream nodes use for one update.
    inFile_ = inFile_ && !sawFile_;
    sawFile_ = sawFile_ || inFile_;
    state_ = State::partBody;
    matched_ = 0;
  } else if (line.startsWithIgnoringCase("content-type:")) {
    inFile_ = true;
  } else if (line.startsWithIgnoringCase("content-disposition:") && namesFile(line)) {
    inFile_ = true;
  }
  line_.clear();
  return true;
}

/// Takes body bytes up to the next delimiter. A CR occurs in a delimiter only as its first character, so after a
/// mismatch no earlier start can match.
void MultipartParser::takeBody(Bytes& bytes, MultipartSink& sink) {
  const Text delimiter = delimiter_.text();
  size_t plain = 0;  // bytes at the start that belong to the part
  while (plain < bytes.size) {
    if (matched_ == 0) {
      const void* hit = memchr(bytes.data + plain, '\r', bytes.size - plain);
      plain = hit == nullptr ? bytes.size : static_cast<size_t>(static_cast<const uint8_t*>(hit) - bytes.data);
      if (plain == bytes.size) break;
    }
    deliver(bytes.first(plain), sink);
    bytes = bytes.from(plain);
    plain = 0;
    while (bytes.size > 0 && matched_ < delimiter.size() && static_cast<char>(bytes.data[0]) == delimiter[matched_]) {
      matched_++;
      bytes = bytes.from(1);
    }
    if (matched_ == delimiter.size()) {
      matched_ = 0;
      state_ = State::afterDelimiter;
      line_.clear();
      return;
    }
    if (bytes.size == 0) return;
    deliver(delimiter.first(matched_).bytes(), sink);
    matched_ = 0;
  }
  deliver(bytes.first(plain), sink);
  bytes = bytes.from(plain);
}

}  // namespace spore
