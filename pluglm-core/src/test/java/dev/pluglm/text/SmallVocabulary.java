package dev.pluglm.text;

import java.util.ArrayList;
import java.util.List;

/** A vocabulary of some seventy tokens for tests: every lower case ASCII word can be put together from it. */
public final class SmallVocabulary {

    private SmallVocabulary() {}

    public static Vocabulary create() {
        List<String> tokens = new ArrayList<>(List.of("[PAD]", "[unused0]", "[unused1]", "[UNK]", "[CLS]", "[SEP]",
                "[MASK]", "the", "capital", "of", "france", "is", "paris", "una", "##ffa", "##ble", "cafe", "hello",
                "world", "中", "国", "😀", "don", "dr", "smith", "army", "a"));
        for (char c = '!'; c <= '~'; c++) {
            String token = String.valueOf(c);
            if (!Character.isUpperCase(c) && !tokens.contains(token)) {
                tokens.add(token);
            }
            if (Character.isLowerCase(c) || Character.isDigit(c)) {
                tokens.add("##" + c);
            }
        }
        return Vocabulary.of(tokens);
    }
}
