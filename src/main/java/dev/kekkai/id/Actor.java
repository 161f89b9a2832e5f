package dev.kekkai.id;

/** Who did something, in the terms of the door that he came through. */
public sealed interface Actor {
    /** For people, in a few words. */
    String name();

    /**
     * A process on this host, as the kernel named it when it connected ({@code SO_PEERCRED}, unix(7)).
     *
     * @param user name of its effective user
     * @param group name of its effective group
     */
    record Socket(String user, String group) implements Actor {
        @Override
        public String name() {
            return user + ":" + group;
        }
    }

    /**
     * A node with a certificate of ours.
     *
     * @param serial of the certificate that it showed, in hexadecimal
     * @param source the address that it came from
     */
    record Node(String serial, NodeId node, String source) implements Actor {
        @Override
        public String name() {
            return "node:" + node + "@" + source;
        }
    }

    /** A person, or a program in a person's place. */
    record Operator(String subject) implements Actor {
        @Override
        public String name() {
            return subject;
        }
    }

    /**
     * Kekkai by itself.
     *
     * @param name of the part of it, or {@code kekkai}
     */
    record Server(String name) implements Actor {}

    /** Somebody of whom a name is all that is known. */
    record Named(String name) implements Actor {}

    /**
     * Of a name, as far as the API says what it is the name of.
     *
     * @param api {@code admin}, {@code rest} and {@code cli} are an operator's, {@code server} is Kekkai itself
     */
    static Actor of(String name, String api) {
        return switch (api) {
            case "admin", "rest", "cli" -> new Operator(name);
            case "server" -> new Server(name);
            default -> new Named(name);
        };
    }
}
