#pragma once

#include "descriptor.h"

namespace spore {

/// The one descriptor of this image.
extern const Descriptor firmwareDescriptor;

/// The version that the node reports. It is the descriptor's, except in an image that was built to lie about it.
extern const char* const reportedVersion;

}  // namespace spore
