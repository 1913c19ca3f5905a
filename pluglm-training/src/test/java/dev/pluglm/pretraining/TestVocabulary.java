package dev.pluglm.pretraining;

import dev.pluglm.text.Vocabulary;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A vocabulary of some hundred pieces; every lower-case ASCII word can be put together from it. */
final class TestVocabulary {
    static final Vocabulary VOCABULARY = create();

    private TestVocabulary() {}

    private static Vocabulary create() {
        List<String> tokens = new ArrayList<>(List.of("[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the",
                "was", "born", "in", "paris", "einstein", "albert", "una", "##ffa", "##ble"));
        for (char c = '!'; c <= '~'; c++) {
            if (!Character.isUpperCase(c)) {
                tokens.add(String.valueOf(c));
            }
            if (Character.isLowerCase(c) || Character.isDigit(c)) {
                tokens.add("##" + c);
            }
        }
        return Vocabulary.of(tokens);
    }

    static int id(String piece) {
        return VOCABULARY.id(piece).orElseThrow();
    }

    static int[] ids(String pieces) {
        return Arrays.stream(pieces.split(" ")).mapToInt(TestVocabulary::id).toArray();
    }

    static String pieces(int[] ids) {
        return String.join(" ", Arrays.stream(ids).mapToObj(VOCABULARY::token).toList());
    }
}
