// The one translation unit that compiles doctest itself; every other file only registers tests.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
