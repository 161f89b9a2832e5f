package dev.kekkai.id;

/**
 * Somebody who asks for something or approves it. Two of them are the same if their ids are: names change, and are the person's own choice where an
 * identity provider lets them.
 *
 * @param id what the door that they came through gives to nobody else: {@code oidc:} subject and issuer, {@code cert:} and the subject, {@code host}
 * @param name what people know them by
 */
public record Person(String id, String name) {
    /** Whoever may speak over the admin socket of any host, or type on it while no server runs. Root can be every user there, so all of them are one. */
    public static final String HOST = "host";

    public static Person host(String name) {
        return new Person(HOST, name);
    }

    public boolean isHost() {
        return id.equals(HOST);
    }

    /** Whether both are one, as far as can be told. */
    public boolean is(Person other) {
        return id.equals(other.id);
    }
}
