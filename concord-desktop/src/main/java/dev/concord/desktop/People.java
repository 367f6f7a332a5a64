package dev.concord.desktop;

import java.awt.Color;

/** Colours of people. */
final class People {
    /** Readable under white letters and on a white page. */
    private static final String[] PALETTE = {
        "#0e7490", "#b45309", "#7c3aed", "#be123c", "#15803d", "#1d4ed8", "#a21caf", "#4d7c0f"
    };

    private People() {}

    static String colorFor(String name) {
        return PALETTE[Math.floorMod(name.hashCode(), PALETTE.length)];
    }

    /** Any CSS hex colour: three, four, six or eight digits, the opacity left out. */
    static Color color(String hex) {
        String digits = hex.substring(1);
        if (digits.length() == 3 || digits.length() == 4) {
            StringBuilder doubled = new StringBuilder();
            for (int i = 0; i < 3; i++) {
                doubled.append(digits.charAt(i)).append(digits.charAt(i));
            }
            digits = doubled.toString();
        }
        return digits.length() < 6 ? Color.GRAY : new Color(Integer.parseInt(digits.substring(0, 6), 16));
    }
}
