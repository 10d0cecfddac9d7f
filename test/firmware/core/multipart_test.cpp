#include "../../../firmware/common/multipart.h"
#include "../../../firmware/common/fixed_text.h"
#include "check.h"

using namespace spore;

namespace {

class Collector final : public MultipartSink {
 public:
  void fileBytes(Bytes bytes) override { text_.append(Text(reinterpret_cast<const char*>(bytes.data), bytes.size)); }
  Text text() const { return text_; }

 private:
  FixedText<256> text_;
};

const char type[] = "multipart/form-data; boundary=\"XX\"";
const char body[] =
    "--XX\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nnot this\r\n--XX\r\n"
    "Content-Disposition: form-data; name=\"f\"; filename=\"a.bin\"\r\nContent-Type: a/b\r\n\r\n"
    "\r\r\n--X\r\n--XY\r\n-data\r\n--XX--\r\nafter";
const char expected[] = "\r\r\n--X\r\n--XY\r\n-data";

}  // namespace

TEST("MultipartParser finds the file in pieces of every size") {
  const Text whole(body);
  for (size_t size = 1; size <= whole.size(); size++) {
    MultipartParser parser;
    Collector collector;
    parser.begin(type);
    for (size_t at = 0; at < whole.size(); at += size)
      CHECK(parser.feed(whole.from(at).first(size).bytes(), collector));
    CHECK(collector.text() == expected);
    CHECK(parser.complete() && parser.sawFile());
  }
}

TEST("MultipartParser takes a field for no file because of its name") {
  const char* const fields[] = {"name=\"filename\"", "name=\"a; filename=b\"", "name=\"a\\\"; filename=b\"",
                                "filenames=\"a\""};
  for (const char* field : fields) {
    MultipartParser parser;
    Collector collector;
    parser.begin(type);
    FixedText<160> whole("--XX\r\nContent-Disposition: form-data; ");
    whole.append(field).append("\r\n\r\ntext\r\n--XX--\r\n");
    CHECK(parser.feed(whole.text().bytes(), collector));
    CHECK(parser.complete() && !parser.sawFile());
  }
}

TEST("MultipartParser finds a file name behind a long name, and in the encoded form") {
  FixedText<160> longName("form-data; name=\"");
  for (int i = 0; i < 100; i++) longName.append('n');
  longName.append("\"; filename=\"a\"");
  const Text dispositions[] = {longName.text(), "form-data; name=f; filename*=utf-8''a"};
  for (const Text disposition : dispositions) {
    MultipartParser parser;
    Collector collector;
    parser.begin(type);
    FixedText<300> whole("--XX\r\nContent-Disposition: ");
    whole.append(disposition).append("\r\n\r\ntext\r\n--XX--\r\n");
    CHECK(parser.feed(whole.text().bytes(), collector));
    CHECK(collector.text() == "text");
  }
}

TEST("MultipartParser knows when the file is not whole") {
  const Text whole(body);
  MultipartParser parser;
  Collector collector;
  parser.begin(type);
  parser.feed(whole.first(whole.size() - 12).bytes(), collector);
  CHECK(!parser.complete());
}

TEST("MultipartParser accepts a boundary of up to 70 characters") {
  FixedText<128> longest("multipart/form-data; charset=x; boundary=");
  for (int i = 0; i < 70; i++) longest.append('b');
  CHECK(MultipartParser::accepts(longest));
  CHECK(!MultipartParser::accepts(longest.append('b')));
  CHECK(!MultipartParser::accepts("multipart/form-data"));
  CHECK(!MultipartParser::accepts("multipart/form-data; boundary="));
  CHECK(!MultipartParser::accepts("text/plain; boundary=a"));
}
