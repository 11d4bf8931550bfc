/** The agent of a host: its load, its virtual machines and their migration. */
@NullMarked
package io.ballast.host;

import org.jspecify.annotations.NullMarked;
