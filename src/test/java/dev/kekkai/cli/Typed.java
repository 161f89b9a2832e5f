package dev.kekkai.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/** One run of the command line inside the test. */
record Typed(int code, String out, String err) {
    static Typed run(String... arguments) {
        return run(Map.of(), arguments);
    }

    static Typed run(Map<String, String> environment, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = new CommandTree(new PrintWriter(out, true), new PrintWriter(err, true), environment).run(arguments);
        return new Typed(code, out.toString(), err.toString());
    }
}
