package dev.kekkai.attestation;

import java.util.Optional;

/**
 * Which versions of {@code kekkai.gateway.v1} a side speaks: the one it names and the one before it. Each side names its own in the first message
 * that it sends, Init or Challenge; a quote is about both messages, so nobody in between can talk the two down. The lower one is spoken. What a newer
 * side sends besides is unknown fields to the older one, which passes over them.
 *
 * @param newest from 1, as an unsigned number of 32 bits at most
 */
public record ProtocolVersion(long newest) {
    /** This build's. It is counted up when something is added that a side of before cannot pass over. */
    public static final ProtocolVersion CURRENT = new ProtocolVersion(1);

    /** How far apart two sides may be. */
    private static final long REACH = 1;

    public ProtocolVersion {
        if (newest < 1) {
            throw new IllegalArgumentException("versions of the protocol are counted from 1");
        }
    }

    /** As the other side's message has it; one that names none speaks the first. */
    public static ProtocolVersion told(int wire) {
        return new ProtocolVersion(wire == 0 ? 1 : Integer.toUnsignedLong(wire));
    }

    /** As a message has it. */
    public int wire() {
        return (int) newest;
    }

    /** Why the two cannot speak with each other, and which of them is to be updated; empty if they can. */
    public static Optional<String> apart(ProtocolVersion agent, ProtocolVersion gateway) {
        if (Math.abs(agent.newest - gateway.newest) <= REACH) {
            return Optional.empty();
        }
        boolean agentIsBehind = agent.newest < gateway.newest;
        return Optional.of("the agent speaks protocol version " + agent.newest + " and the gateway " + gateway.newest
                + ", and they may be " + REACH + " apart: update the " + (agentIsBehind ? "agent" : "gateway")
                + " first, by one version after the other or at once");
    }
}
