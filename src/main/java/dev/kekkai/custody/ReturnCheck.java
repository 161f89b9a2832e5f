package dev.kekkai.custody;

/** What must hold of a token that was lost and is there again, before anything else is asked of it: that it holds the same keys. */
@FunctionalInterface
public interface ReturnCheck {
    /**
     * Throws why the token must not be used. Called while nobody else is let in; what it is given answers at once, and only here.
     *
     * @param inventory of the token that came back
     * @param custodian by the token that came back
     */
    void check(KekInventory inventory, KeyCustodian custodian) throws CustodyException;
}
