/** The shell around the pure core: verticles, store, leadership, alerts and the HTTP API. */
@NullMarked
package io.ballast.scheduler;

import org.jspecify.annotations.NullMarked;
