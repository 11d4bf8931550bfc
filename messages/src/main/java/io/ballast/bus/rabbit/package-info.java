/**
 * The carrier between processes: the bus over a RabbitMQ broker.
 *
 * <p>What comes in is the four verbs, and where the broker is. What goes out is messages in AMQP's
 * own words, confirmed where they must not be lost, and how the connection is. It never lets the
 * broker's client repair a connection, and never shows that client to anybody.
 */
@NullMarked
package io.ballast.bus.rabbit;

import org.jspecify.annotations.NullMarked;
