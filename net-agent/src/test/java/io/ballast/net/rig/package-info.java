/** Networks for tests: namespaces, links whose other end is the test, and frames. */
@NullMarked
package io.ballast.net.rig;

import org.jspecify.annotations.NullMarked;
