package dev.pluglm.metric;

import dev.pluglm.problem.Problem;
import dev.pluglm.problem.Shown;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How the words of entities are tagged, and so which entities a list of tags holds.
 *
 * <p>{@link #LENIENT} takes any scheme and makes the best of tags that break it, as conlleval and seqeval's default
 * mode do (L and U, which those do not know, are taken as E and S). The others are seqeval's strict mode: an entity
 * counts only if it is tagged by the rules from its first word to its last.
 */
public enum TagScheme {

    /** Any of the schemes, with or without mistakes. */
    LENIENT("", "", "", ""),

    /** Only I: entities of one type that stand side by side are one. */
    IO("IO", "OI* II!", "II=", "IO* II!"),

    /** I, and B where an entity follows one of the same type. */
    IOB1("IOB", "OI* II! BI* IB= BB=", "BI= II=", "II! IO* IB* BO* BI! BB="),

    /** B for the first word, I for the others; also called BIO. */
    IOB2("IOB", "*B*", "BI= II=", "IO* II! IB* BO* BI! BB*"),

    /** I, and E where an entity of the same type follows. */
    IOE1("IOE", "OI* II! EI* EE=", "II= IE=", "II! IO* IE! EI= EE="),

    /** E for the last word, I for the others. */
    IOE2("IOE", "OI* OE* EI* EE* II! IE!", "IE= II=", "E**"),

    /** B, I, E, and S for an entity of one word; with L and U instead of E and S it is called BILOU. */
    BIOES("IOBES", "*B* *S*", "BI= BE= II= IE=", "S** E**");

    private final String prefixes;
    // Rules for two neighbours: the left one's prefix, the right one's, and whether they have the same type (=), not
    // the same (!), or any (*).
    private final List<String> starts;
    private final List<String> continues;
    private final List<String> ends;

    TagScheme(String prefixes, String starts, String continues, String ends) {
        this.prefixes = prefixes;
        this.starts = List.of(starts.split(" "));
        this.continues = List.of(continues.split(" "));
        this.ends = List.of(ends.split(" "));
    }

    /**
     * The entities of one sentence in the order in which they stand.
     *
     * @param tags one for each word
     * @throws Problem if one of them is no tag, or not of this scheme
     */
    public List<Entity> entities(List<String> tags) {
        List<Tag> parsed = tags.stream().map(this::parse).toList();
        return this == LENIENT ? lenient(parsed) : strict(parsed);
    }

    /** The same entities in B, I and O: whatever the scheme was, and however broken. */
    public static List<String> toBio(List<String> tags) {
        List<String> bio = new ArrayList<>(java.util.Collections.nCopies(tags.size(), "O"));
        for (Entity entity : LENIENT.entities(tags)) {
            String suffix = entity.type().equals(Tag.UNTYPED) ? "" : "-" + entity.type();
            IntStream.range(entity.start(), entity.end())
                    .forEach(word -> bio.set(word, (word == entity.start() ? "B" : "I") + suffix));
        }
        return List.copyOf(bio);
    }

    /** Whether this is a tag of any scheme: O, or one of B, I, E, S, L, U, with or without a dash and a type. */
    public static boolean isTag(String text) {
        return Tag.parse(text).isPresent();
    }

    private Tag parse(String text) {
        Tag tag = Tag.parse(text).orElseThrow(() -> Problem.of("'%s' is no tag of an entity; expected O, or one of "
                + "B, I, E, S, L, U, a dash and a type, like B-Disease", Shown.of(text)));
        if (this != LENIENT && prefixes.indexOf(tag.prefix()) < 0) {
            throw Problem.of("'%s' is no tag of the scheme %s", Shown.of(text), name().toLowerCase(Locale.ROOT));
        }
        return tag;
    }

    private static List<Entity> lenient(List<Tag> tags) {
        List<Entity> entities = new ArrayList<>();
        Tag before = Tag.OUTSIDE;
        int start = 0;
        for (int at = 0; at <= tags.size(); at++) {
            Tag tag = at < tags.size() ? tags.get(at) : Tag.OUTSIDE;
            boolean cut = "ES".indexOf(before.prefix()) >= 0 || "BSO".indexOf(tag.prefix()) >= 0
                    || !tag.type().equals(before.type());
            if (cut && !before.isOutside()) {
                entities.add(new Entity(start, at, before.type()));
            }
            if (cut) {
                start = at;
            }
            before = tag;
        }
        return entities;
    }

    private List<Entity> strict(List<Tag> tags) {
        List<Entity> entities = new ArrayList<>();
        int at = 0;
        while (at < tags.size()) {
            int start = at++;
            if (!holds(starts, tagAt(tags, start - 1), tags.get(start))) {
                continue;
            }
            while (at < tags.size() && holds(continues, tags.get(at - 1), tags.get(at))) {
                at++;
            }
            if (holds(ends, tags.get(at - 1), tagAt(tags, at))) {
                entities.add(new Entity(start, at, tags.get(start).type()));
            }
        }
        return entities;
    }

    private static Tag tagAt(List<Tag> tags, int at) {
        return at < 0 || at == tags.size() ? Tag.OUTSIDE : tags.get(at);
    }

    private static boolean holds(List<String> rules, Tag left, Tag right) {
        char relation = left.type().equals(right.type()) ? '=' : '!';
        return rules.stream().anyMatch(rule -> is(rule.charAt(0), left.prefix()) && is(rule.charAt(1), right.prefix())
                && is(rule.charAt(2), relation));
    }

    private static boolean is(char wanted, char found) {
        return wanted == '*' || wanted == found;
    }
}
