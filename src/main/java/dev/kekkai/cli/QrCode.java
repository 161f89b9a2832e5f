package dev.kekkai.cli;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.EncodeHintType;
import com.google.zxing.WriterException;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.QRCodeWriter;
import java.util.Map;

/** A QR code (ISO/IEC 18004) as text: each character is two modules, one above the other; light on the dark of a terminal. */
final class QrCode {
    private static final int QUIET = 4;

    private QrCode() {}

    /**
     * Draws it.
     *
     * @param text digits, upper-case letters and {@code $%*+-./: } take least room
     */
    static String draw(String text) {
        BitMatrix dark = matrix(text);
        StringBuilder drawn = new StringBuilder();
        for (int row = 0; row < dark.getHeight(); row += 2) {
            for (int column = 0; column < dark.getWidth(); column++) {
                boolean upper = !dark.get(column, row);
                boolean lower = row + 1 < dark.getHeight() && !dark.get(column, row + 1);
                drawn.append(upper ? lower ? '█' : '▀' : lower ? '▄' : ' ');
            }
            drawn.append('\n');
        }
        return drawn.toString();
    }

    private static BitMatrix matrix(String text) {
        try {
            return new QRCodeWriter().encode(text, BarcodeFormat.QR_CODE, 0, 0, Map.of(EncodeHintType.MARGIN, QUIET));
        } catch (WriterException e) {
            throw new IllegalArgumentException("too long for a QR code: " + text.length() + " characters", e);
        }
    }
}
