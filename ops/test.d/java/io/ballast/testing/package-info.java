/** What the tests of all modules share. */
@org.jspecify.annotations.NullMarked
package io.ballast.testing;
