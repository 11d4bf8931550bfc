/** The links of a Linux host, read from the kernel's own files. */
@NullMarked
package io.ballast.net.links;

import org.jspecify.annotations.NullMarked;
