package dev.kekkai.audit.file;

/** Text from a caller made fit for the trail: it can neither fill the disk nor forge or hide what a terminal shows. */
final class BoundedText {
    /** In code points. */
    static final int LIMIT = 512;

    private static final int REPLACEMENT = 0xFFFD;

    private BoundedText() {}

    /** At most 512 code points and a mark that says how many more there were; each control, format or broken character becomes U+FFFD. */
    static String of(String text) {
        return isPlain(text) ? text : made(text);
    }

    /** Whether it can stay as it is, as nearly all text of apiservers can: short, and of printable ASCII. */
    private static boolean isPlain(String text) {
        if (text.length() > LIMIT) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char at = text.charAt(i);
            if (at < ' ' || at > '~') {
                return false;
            }
        }
        return true;
    }

    private static String made(String text) {
        StringBuilder fit = new StringBuilder(Math.min(text.length(), LIMIT));
        text.codePoints().limit(LIMIT).map(BoundedText::visible).forEach(fit::appendCodePoint);
        int more = text.codePointCount(0, text.length()) - LIMIT;
        return more > 0 ? fit + "…[" + more + " more]" : fit.toString();
    }

    private static int visible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> REPLACEMENT;
            default -> codePoint;
        };
    }
}
