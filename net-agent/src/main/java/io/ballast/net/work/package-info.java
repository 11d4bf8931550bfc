/**
 * How ports are kept: what is checked before one is taken on, and the rounds in which what is
 * wanted is compared with what is, and made so.
 */
@NullMarked
package io.ballast.net.work;

import org.jspecify.annotations.NullMarked;
