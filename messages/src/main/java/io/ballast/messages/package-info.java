/**
 * The language of the fleet: what agents, schedulers and other services say to each other.
 *
 * <p>Everything here is an immutable record or a closed interface over records, without behaviour
 * beyond its own consistency. Constructors refuse what makes no sense with an {@link
 * IllegalArgumentException} that names the field. The JSON form is the plain one: a record is an
 * object with its component names, instants and durations are ISO 8601 text, {@link
 * io.ballast.messages.Bytes} is a whole number, ids are text, absent optional values are left out.
 */
@NullMarked
package io.ballast.messages;

import org.jspecify.annotations.NullMarked;
