package dev.kekkai.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command was given by its surroundings.
 *
 * @param out for results
 * @param err for everything else
 * @param environment of the process
 * @param config the configuration file
 * @param format of results
 */
record Terminal(PrintWriter out, PrintWriter err, Map<String, String> environment, Path config, OutputFormat format) {}
