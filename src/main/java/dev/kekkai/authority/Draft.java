package dev.kekkai.authority;

import dev.kekkai.authority.Statement.Begun;
import dev.kekkai.store.ChainEntry;
import dev.kekkai.store.SeenHead;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Entries that are about to be appended to a chain. */
final class Draft {
    private final InstantSource clock;
    private final List<ChainEntry> added = new ArrayList<>();
    private @Nullable SeenHead last;
    private Instant at = Instant.EPOCH;

    private Draft(InstantSource clock, @Nullable SeenHead last) {
        this.clock = clock;
        this.last = last;
    }

    static Draft after(Chain chain, InstantSource clock) {
        return new Draft(clock, chain.head());
    }

    /** A new chain, whose serials lie above those of the one that was lost, if one was. */
    static Draft beginning(Optional<SeenHead> lost, InstantSource clock) {
        Draft draft = new Draft(clock, null);
        long serial = Math.addExact(lost.map(SeenHead::serial).orElse(0L), 1);
        draft.append(UUID.randomUUID(), serial, Chain.nothing(), new Begun(lost));
        return draft;
    }

    /** Appends a statement, and answers with what will be read from it: times lose what is finer than a millisecond. */
    Statement add(Statement statement) {
        return entry(statement).statement();
    }

    /** The same, as the entry that will be read. */
    Entry entry(Statement statement) {
        SeenHead before = head();
        return append(before.chain(), Math.addExact(before.serial(), 1), before.hash(), statement);
    }

    /** The same, with a serial above another one too. */
    Statement add(Statement statement, long above) {
        SeenHead before = head();
        return append(before.chain(), Math.addExact(Math.max(before.serial(), above), 1), before.hash(), statement)
                .statement();
    }

    private Entry append(UUID chain, long serial, byte[] previous, Statement statement) {
        Instant now = clock.instant();
        ChainEntry entry = new Entry(chain, serial, previous, now, statement).stored();
        at = Instant.ofEpochMilli(now.toEpochMilli());
        added.add(entry);
        last = new SeenHead(chain, serial, Entry.hash(entry.bytes()));
        try {
            return Entry.decode(entry.bytes());
        } catch (MalformedEntryException e) {
            throw new IllegalStateException("an entry of our own cannot be read", e);
        }
    }

    /** When the last entry says that it was written. */
    Instant at() {
        return at;
    }

    List<ChainEntry> added() {
        return List.copyOf(added);
    }

    SeenHead head() {
        if (last == null) {
            throw new IllegalStateException("nothing was begun");
        }
        return last;
    }
}
