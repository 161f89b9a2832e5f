package dev.kekkai.store;

import java.nio.charset.StandardCharsets;

/** What names and reasons may be: others read them before they decide, on a terminal too, so nothing in them moves a cursor or turns text around. */
public final class ApprovalText {
    /** Bytes of UTF-8. */
    public static final int LONGEST_ID = 1024;

    public static final int LONGEST_NAME = 512;
    public static final int LONGEST_REASON = 1000;

    /** Besides ranges: what is not seen, or turns the direction of what follows. */
    private static final String INVISIBLE = "\u00AD\u061C\u180E\uFEFF";

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

    /** By numbers and not by a table of Unicode, which another JDK may have in another version: what one replica signs all must read. */
    private static boolean readable(int character) {
        return !Character.isISOControl(character)
                && !within(character, Character.MIN_SURROGATE, Character.MAX_SURROGATE)
                && INVISIBLE.indexOf(character) < 0
                && !within(character, 0x200B, 0x200F)
                && !within(character, 0x2028, 0x202E)
                && !within(character, 0x2060, 0x206F)
                && !within(character, 0xFFF9, 0xFFFB)
                && !within(character, 0xE0000, 0xE0FFF);
    }

    private static boolean within(int character, int first, int last) {
        return character >= first && character <= last;
    }
}
