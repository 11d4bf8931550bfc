/**
 * The form in which messages travel: the name of each kind, its JSON, and what stands beside it.
 *
 * <p>What comes in is a message, or the properties and the body that somebody sent. What goes out
 * is a {@link io.ballast.bus.json.Parcel}, or what one says, or a refusal that names kind and field
 * for a person. It never sends anything and never trusts what it reads.
 */
@NullMarked
package io.ballast.bus.json;

import org.jspecify.annotations.NullMarked;
