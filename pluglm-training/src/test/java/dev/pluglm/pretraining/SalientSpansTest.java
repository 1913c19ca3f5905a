package dev.pluglm.pretraining;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pluglm.text.Tokenizer;
import dev.pluglm.text.Tokens;

import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SalientSpansTest {
    private static Tokenizer tokenizer;

    @BeforeAll
    static void open() {
        tokenizer = Tokenizer.of(TestVocabulary.VOCABULARY);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    private static List<String> spans(String sentence) {
        Tokens tokens = tokenizer.tokenize(sentence);
        return SalientSpans.find(sentence, tokens).stream()
                .map(span -> sentence.substring(tokens.charStart()[span.from()], tokens.charEnd()[span.to() - 1]))
                .toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "Anarchism is a political philosophy.|",
        "He was born in Paris.|Paris",
        "The physicist Albert Einstein moved to New York City in 1933.|Albert Einstein; New York City; 1933",
        "She studied at the University of Oxford and in the Isle of the Dead.|University of Oxford; Isle of the Dead",
        "It was signed on 12 March 1990 in Rome.|12 March 1990; Rome",
        "It was signed on March 12, 1990, in Rome.|March 12, 1990; Rome",
        "It began in March 1990.|March 1990",
        "March was cold.|",
        "Around 1,234,567.5 people and 12.5% of them were there at 10:30.|1,234,567.5; 12.5%; 10:30",
        "From 1914–1918 and on 2001-09-11.|1914–1918; 2001-09-11",
        "Books by J. K. Rowling, Jean-Paul Sartre and Conan O’Brien.|J. K. Rowling; Jean-Paul Sartre; Conan O’Brien",
        "Made in the U.S. and the U.K.|U.S; U.K",
        "He said: “The end is near.”|",
        "“Nothing” was sung by Ludwig van Beethoven.|Ludwig van Beethoven",
        "The rocket Apollo 11 of 1969 flew.|Apollo 11; 1969",
        "It rose in the 1990s and the 19th century.|1990s; 19th",
        "He met Anna, Berta and Clara.|Anna; Berta; Clara",
        "Er kam aus Österreich über Łódź nach Ägypten.|Österreich; Łódź; Ägypten",
        "😀 Then 😀 Émile 😀👍🏽 came 😀 to Köln 😀!|Émile; Köln",
        "Das A\u0308rgernis heißt U\u0308bung.|A\u0308rgernis; U\u0308bung",
        "He was born in Paris 12 March 1990.|Paris; 12 March 1990",
        "It drains into Lake St. Clair by Mt. Rainier.|Lake St. Clair; Mt. Rainier",
        "He met AT&T and the TCP/IP people.|AT&T; TCP/IP",
    })
    void namesNumbersAndDatesAreFoundAsTheyAreWritten(String sentence, String expected) {
        assertEquals(expected == null ? List.of() : List.of(expected.split("; ")), spans(sentence));
    }

    @Test
    void anEmptySentenceHasNone() {
        assertEquals(List.of(), spans(""));
        assertEquals(List.of(), spans(" … "));
    }

    @Test
    void oneNameOfThousandsOfWordsDoesNotOverflowTheStack() {
        assertEquals(1, spans("x" + " De von Hand".repeat(20_000)).size());
    }
}
