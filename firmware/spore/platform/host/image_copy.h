#pragma once

#include "../../../common/boot_command.h"
#include "../../../common/flash.h"

namespace spore::host {

/// Does what eboot does on the word of a boot command: copies the staged image sector by sector over the running one, a
/// gzip file unpacked. Nothing is checked before or read back after, and sector 0, which holds the boot loader on
/// silicon, is written only where it differs. False when the command cannot be carried out, or not to its end.
bool copyImage(Flash& flash, const BootCommand& command);

}  // namespace spore::host
