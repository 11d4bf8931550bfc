/** What a storage agent asks of its host: pools, volumes and the work on them. */
@NullMarked
package io.ballast.storage.trade;

import org.jspecify.annotations.NullMarked;
