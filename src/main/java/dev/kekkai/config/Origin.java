package dev.kekkai.config;

/** Where an effective value came from. */
public sealed interface Origin {
    /** As {@code config show} prints it: {@code /etc/kekkai/kekkai.yaml:3:13}, {@code KEKKAI_KMS_SOCKET}, {@code default}. */
    String describe();

    /**
     * A value written in a file.
     *
     * @param line from 1, or 0 for the file as a whole
     * @param column from 1, or 0 for the file as a whole
     */
    record InFile(String file, int line, int column) implements Origin {
        @Override
        public String describe() {
            return line > 0 ? file + ":" + line + ":" + column : file;
        }
    }

    /** A {@code KEKKAI_…} environment variable, which outranks the file. */
    record Variable(String name) implements Origin {
        @Override
        public String describe() {
            return name;
        }
    }

    /** A default that the HSM profile brings. */
    record FromProfile(String name) implements Origin {
        @Override
        public String describe() {
            return "profile " + name;
        }
    }

    /** The default of the key itself. */
    record Preset() implements Origin {
        @Override
        public String describe() {
            return "default";
        }
    }
}
