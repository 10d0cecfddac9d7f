#pragma once

#include <stddef.h>

#if __has_include(<new>)
#include <new>
#else
/// The chip's toolchain has no C++ library.
inline void* operator new(size_t, void* place) noexcept { return place; }
#endif
