package dev.kekkai.store;

import java.nio.charset.StandardCharsets;

/** What names and reasons may be: others read them before they decide, on a terminal too, so nothing in them moves a cursor or turns text around. */
public final class ApprovalText {
    /** Bytes of UTF-8. */
    public static final int LONGEST_ID = 1024;

    public static final int LONGEST_NAME = 512;
    public static final int LONGEST_REASON = 1000;

    private ApprovalText() {}

    /**
     * Refuses what could not be read.
     *
     * @throws StoreException if the text has more bytes of UTF-8, or a character that is not for reading
     */
    public static void check(String what, String text, int most) throws StoreException {
        if (text.getBytes(StandardCharsets.UTF_8).length > most) {
            throw new StoreException(what + " has more than " + most + " bytes");
        }
        if (!text.codePoints().allMatch(ApprovalText::readable)) {
            throw new StoreException(what + " has a character that is not for reading, such as a line break");
        }
    }

    private static boolean readable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
