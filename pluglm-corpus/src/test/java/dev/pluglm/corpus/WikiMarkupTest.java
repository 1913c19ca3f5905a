package dev.pluglm.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WikiMarkupTest {
    private static final Set<String> HIDDEN = Set.of("file", "category", "datei");

    private static List<String> clean(String wikitext) {
        return WikiMarkup.clean(wikitext, HIDDEN).paragraphs();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', value = {
        "'''Bold''' and ''slanted'' [[political philosophy|thought]]s.~Bold and slanted thoughts.",
        "See [[anarchy]] and [http://a.org/x the site] here.~See anarchy and the site here.",
        "Text<ref name=\"a\">{{cite web|url=http://x}}</ref> goes<ref name=b /> on.~Text goes on.",
        "A {{convert|5|km|mi}} walk, {{circa|1850}}, {{lang|fr|la ville}}.~A 5 km walk, c. 1850, la ville.",
        "Toronto ({{IPAc-en|t|o}}, {{respell|x}}) is a city.~Toronto is a city.",
        "An [[File:a.jpg|thumb|a [[cat]] here]] image.~An image.",
        "Eins [[Datei:b.png|mini|Text]] zwei [[fr:Anarchie]].~Eins zwei.",
        "The angle <math>x</math>, and <math>y</math>, is set.~The angle, and, is set.",
        "A<!-- hidden [[x --> b.~A b.",
        "Water is H<sub>2</sub>O &amp; 3 &lt; 4&nbsp;km.~Water is H2O & 3 < 4 km.",
        "Use <nowiki>[[brackets]]</nowiki> so.~Use [[brackets]] so.",
        "The pipe [[Foo (bar)|]] trick.~The pipe Foo trick.",
        "It cost 5 < 6 and x{y} [sic].~It cost 5 < 6 and x{y} [sic].",
        "Left {{open template and text.~Left open template and text.",
        "Left [[open link and text.~Left open link and text.",
    })
    void markupBecomesTheTextThatAReaderSees(String wikitext, String text) {
        assertEquals(List.of(text), clean(wikitext));
    }

    @Test
    void headingsTablesAndListsOfSourcesGoAndListItemsStay() {
        String article = """
                {{Infobox|name=x|list={{nested|y}}
                |more=z}}
                First line
                goes on.

                == History ==
                {| class="wikitable"
                ! head
                |-
                | cell {{flag|x}}
                |}
                * one item
                # two item
                ----
                == References ==
                * A source
                === Books ===
                * Another
                == Later ==
                The end. __NOTOC__
                [[Category:X]]
                """;
        assertEquals(List.of("First line goes on.", "one item", "two item", "The end."), clean(article));
    }

    @Test
    void pagesThatListMeaningsOrRedirectAreTold() {
        assertTrue(WikiMarkup.clean("May be:\n* a\n{{Disambiguation|x}}", HIDDEN).disambiguation());
        assertTrue(WikiMarkup.clean("#REDIRECT [[A]]", HIDDEN).redirect());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{{", "[[", "{|\n", "<ref>", "[http://x ", "<ref", "''", "{{a|", "[[File:", "<!-- ",
            "\n|}", "}}",
        "]]", "{{nowrap|a", "<nowiki>", "((", "(,", "&", "<a ", "=\n", "{{{", "( "})
    void endlessRepetitionIsCleanedInLinearTime(String piece) {
        String hostile = piece.repeat(2_000_000 / piece.length());
        assertTimeout(Duration.ofSeconds(8), () -> clean("text " + hostile));
    }

    @Test
    void hostileLinesAreCleanedInLinearTimeAndWithoutDeepRecursion() {
        int many = 1_000_000;
        for (String line : List.of("x (" + ";:".repeat(many), "x (" + ";:".repeat(many) + ")", "x "
                + "; ".repeat(many) + "(",
                "=".repeat(many) + "a=", "[[" + "(".repeat(many) + "|]]", "x &#x7fffffff; &#" + "1".repeat(many) + ";",
                "x " + "&".repeat(many), "* ".repeat(many) + "x", "x" + "(or".repeat(many) + "and".repeat(many))) {
            assertTimeout(Duration.ofSeconds(8), () -> clean(line), () -> line.substring(0, 20));
        }
    }

    @Test
    void noMarkupWhateverItsDisorderStopsTheCleaning() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<String> tokens = List.of("{{", "}}", "[[", "]]", "{|", "|}", "|", "\n", "<ref>", "</ref>", "<ref/>",
                "<!--",
                "-->", "''", "[http://a ", "]", "word", " ", "=", "*", "File:", "nowrap|", "convert|", "<nowiki>",
                "</nowiki>", "&", ";", ":", "\n\n", "{", "}", "<", ">", "\u0001", "\0", "\ud800", "lang|");
        for (int i = 0; i < 3000; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(60);
            for (int t = 0; t < length; t++) {
                text.append(tokens.get(random.nextInt(tokens.size())));
            }
            for (String paragraph : clean(text.toString())) {
                assertTrue(!paragraph.isBlank() && paragraph.indexOf('\n') < 0 && paragraph.indexOf('\u0001') < 0,
                        () -> "seed " + seed + ": " + text);
            }
        }
    }
}
