package io.ballast.ops.client;

import java.util.Map;

/**
 * What commands are run in: where they write, how they reach the bus, and the environment's
 * variables.
 */
public record Shell(Console console, Connector connector, Map<String, String> environment) {}
