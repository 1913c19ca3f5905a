package dev.pluglm.metric;

import java.util.Optional;

/**
 * A word's tag in a sentence with marked entities, like {@code B-Disease}.
 *
 * @param prefix where in an entity the word stands: B(egin), I(nside), E(nd), S(ingle), O(utside); the L(ast) and
 *               U(nit) of BILOU are the E and S of BIOES
 * @param type the kind of entity; {@value #UNTYPED} for tags that name none, empty outside
 */
record Tag(char prefix, String type) {

    static final String UNTYPED = "_";

    static final Tag OUTSIDE = new Tag('O', "");

    /** Nothing if the text is no tag. */
    static Optional<Tag> parse(String text) {
        if (text.equals("O")) {
            return Optional.of(OUTSIDE);
        }
        if (text.isEmpty() || "BIESLU".indexOf(text.charAt(0)) < 0 || text.length() > 1 && text.charAt(1) != '-'
                || text.length() == 2) {
            return Optional.empty();
        }
        char prefix = switch (text.charAt(0)) {
            case 'L' -> 'E';
            case 'U' -> 'S';
            default -> text.charAt(0);
        };
        return Optional.of(new Tag(prefix, text.length() == 1 ? UNTYPED : text.substring(2)));
    }

    boolean isOutside() {
        return prefix == 'O';
    }
}
