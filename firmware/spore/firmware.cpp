#include "firmware.h"

// The build says what it builds: SPORE_APPLICATION, SPORE_VERSION, SPORE_PLATFORM, SPORE_BUILT (YYYYMMDDThhmmssZ),
// SPORE_FS_START, and SPORE_REPORTED_VERSION where the image is to lie.
#ifndef SPORE_REPORTED_VERSION
#define SPORE_REPORTED_VERSION SPORE_VERSION
#endif

namespace spore {

__attribute__((used, aligned(4))) const Descriptor firmwareDescriptor =
    descriptor::make(SPORE_APPLICATION, SPORE_VERSION, SPORE_PLATFORM, SPORE_BUILT, SPORE_FS_START);

const char* const reportedVersion = SPORE_REPORTED_VERSION;

}  // namespace spore
