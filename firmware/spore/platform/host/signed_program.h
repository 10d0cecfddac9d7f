#pragma once

#include <string>
#include <vector>

#include "../../../common/image_reader.h"

namespace spore::host {

/// The program inside the image in flash: the application segment behind the file words, if the image's last segment
/// holds an HMAC-SHA-256 under `key` of everything from 0x1000 up to itself, with the file words taken as zero. False
/// otherwise; `problem` then says why.
bool readSignedProgram(const Flash& flash, uint32_t limit, const std::string& key, std::vector<uint8_t>& program,
                       std::string& problem);

}  // namespace spore::host
