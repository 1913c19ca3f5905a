package dev.pluglm.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentencesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', value = {
        "Dr. Smith went to Washington, D.C. on Jan. 5, 2010.~He met Mr. J. K. Jones, Ph.D., of the U.S. Senate.",
        "E. coli grew at 37.5 deg. C (approx. 98 F).~See Fig. 3 and Tab. 2 for details.",
        "Smith et al. (2004) reported this.~The effect vs. placebo was strong, i.e. significant, e.g. in mice.",
        "He was born c. 1850 in St. Louis, Mo. and moved to Mt. Vernon.~\"I am here.\"",
        "Apple Inc. was founded in 1976.~It sold for $1.5 million.",
        "He moved to the U.S.~In 1990 John F. Kennedy left.",
        "It was vitamin C.~The U.N. Council met.",
        "We used S. aureus and B. subtilis.~The H. pylori strain was lost.",
        "He works for Apple Inc.~They pay him.",
        "Water freezes at 0 °C.~Ice Ih forms.",
        "This was reported by Smith et al.~The others agreed with J. A. Jones.",
        "The answer was no.~Nobody came, as No. 7 of vol. 2 tells.",
        "The philosopher (c. 384 BC to c. 322 BC) wrote that.~A. Fisher did not."})
    void abbreviationsDoNotEndSentences(String first, String second) {
        assertEquals(List.of(first, second), Sentences.split(first + " " + second));
    }

    @Test
    void aWordThatOnlyEndsLikeAnAbbreviationEndsASentence() {
        List<String> sentences = List.of("The experiment failed.", "Values are equal.", "It was in the casino.",
                "We saw animals in the inlet.", "Sailors said so.");
        assertEquals(sentences, Sentences.split(String.join(" ", sentences)));
    }

    @Test
    void anEmptyLineEndsASentenceAndASingleLineEndDoesNot() {
        assertEquals(List.of("A heading", "The text\nof it.", "More."),
                Sentences.split("A heading\n\nThe text\nof it. More.\n"));
        assertEquals(List.of(), Sentences.split(" \n\n "));
    }
}
