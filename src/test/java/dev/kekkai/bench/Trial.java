package dev.kekkai.bench;

/**
 * One line of a scenario's table: a load on a server.
 *
 * @param name short, unique in its scenario
 */
record Trial(String name, ServerSpec server, Load load) {}
