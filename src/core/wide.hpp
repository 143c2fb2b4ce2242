// 128-bit integers for intermediate products. Both compilers have them; the pedantic warning needs
// the keyword. Nothing of this width is ever stored.
#pragma once

namespace earmark::detail {

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 wide_unsigned;

}  // namespace earmark::detail
